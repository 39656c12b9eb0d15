// Threads that share out the tasks of one operation.
#pragma once

#include <functional>

namespace ganbench {

/** How many threads work on an operation: the processors of this process, or TF_NUM_INTRAOP_THREADS. */
int threadCount();

/**
 * Runs task(index, thread) for every index in [0, count), each once, and returns when all are done. Which thread takes
 * which index is left to chance: a task's result must not depend on it. `thread` is in [0, threadCount()). Tasks throw
 * nothing, and one thread at a time calls this, as TensorFlow does from Node's only one.
 */
void parallelFor(long count, const std::function<void(long index, int thread)>& task);

}  // namespace ganbench
