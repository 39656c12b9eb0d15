#include "threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <thread>

#include "amx.h"

namespace ganbench {
namespace {

using Task = std::function<void(long, int)>;

/** A worker looks for new work this often before it goes to sleep: longer than from one operation to the next. */
constexpr int kSpins = 20000;

int availableProcessors() {
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return 1;
  return std::max(1, CPU_COUNT(&processors));
}

int wantedThreads() {
  const char* wanted = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int number = wanted == nullptr ? 0 : std::atoi(wanted);
  return number > 0 ? number : availableProcessors();
}

/**
 * Workers help where they can; an operation does not wait for one that the system lets sleep, only for the tasks that
 * one has begun.
 */
class Pool {
 public:
  Pool() : threads_(wantedThreads()) {
    // They sleep when the process ends, so nobody waits for them.
    for (int thread = 1; thread < threads_; thread++) std::thread([this, thread] { serve(thread); }).detach();
  }

  int threads() const { return threads_; }

  void run(long count, const Task& task) {
    task_ = &task;
    count_ = count;
    done_.store(0, std::memory_order_relaxed);
    const std::uint64_t operation = (next_.load(std::memory_order_relaxed) >> 32) + 1;
    next_.store(operation << 32, std::memory_order_release);
    latest_.store(static_cast<std::uint32_t>(operation), std::memory_order_release);
    latest_.notify_all();
    work(0);
    for (int spin = 0; done_.load(std::memory_order_acquire) != count; spin++) {
      __builtin_ia32_pause();
      // Whoever has the last task may be waiting for this very processor.
      if (spin % 1024 == 1023) std::this_thread::yield();
    }
    next_.fetch_or(kClosed, std::memory_order_acq_rel);
  }

 private:
  /**
   * Takes tasks until there are none. task_ and count_ change only while next_ is closed, so a ticket that is still
   * valid when it is taken belongs to them.
   */
  void work(int thread) {
    const amx::Scope scope;
    for (;;) {
      std::uint64_t ticket = next_.load(std::memory_order_acquire);
      do {
        if (static_cast<long>(ticket & kClosed) >= count_) return;
      } while (!next_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel));
      (*task_.load())(static_cast<long>(ticket & kClosed), thread);
      done_.fetch_add(1, std::memory_order_release);
    }
  }

  void serve(int thread) {
    for (std::uint32_t seen = 0;;) {
      for (int spin = 0; spin < kSpins && latest_.load(std::memory_order_acquire) == seen; spin++)
        __builtin_ia32_pause();
      latest_.wait(seen, std::memory_order_acquire);
      seen = latest_.load(std::memory_order_acquire);
      work(thread);
    }
  }

  /** The number of a task that no operation has. */
  static constexpr std::uint64_t kClosed = 0xffffffff;

  // What all threads write has lines of the cache of its own, apart from what they only read.
  const int threads_;
  std::atomic<const Task*> task_{nullptr};
  std::atomic<long> count_{0};
  alignas(64) std::atomic<long> done_{0};
  /** Number of the operation in the upper half, of its next task in the lower. */
  alignas(64) std::atomic<std::uint64_t> next_{kClosed};
  /** Number of the latest operation, to sleep on. */
  alignas(64) std::atomic<std::uint32_t> latest_{0};
};

Pool& pool() {
  static Pool* const instance = new Pool;
  return *instance;
}

}  // namespace

int threadCount() { return pool().threads(); }

void parallelFor(long count, const Task& task) {
  if (count == 1 || threadCount() == 1) {
    const amx::Scope scope;
    for (long index = 0; index < count; index++) task(index, 0);
    return;
  }
  pool().run(count, task);
}

}  // namespace ganbench
