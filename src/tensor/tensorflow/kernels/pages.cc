// Memory that only the start of TensorFlow's library needed.
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace ganbench {
namespace {

/** Bytes of whole pages inside a segment of a library, to be read again from its file when they are wanted. */
void release(const dl_phdr_info& library, const ElfW(Phdr) & segment) {
  const std::uintptr_t page = sysconf(_SC_PAGESIZE), start = library.dlpi_addr + segment.p_vaddr;
  const std::uintptr_t first = (start + page - 1) / page * page, end = (start + segment.p_memsz) / page * page;
  if (end > first) madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED);
}

int releaseOf(dl_phdr_info* library, std::size_t, void*) {
  if (std::strstr(library->dlpi_name, "/libtensorflow_") == nullptr) return 0;
  for (int i = 0; i < library->dlpi_phnum; i++) {
    const ElfW(Phdr)& segment = library->dlpi_phdr[i];
    // What was never writable is as it lies in the file.
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0) release(*library, segment);
  }
  return 0;
}

}  // namespace

/**
 * Gives back the pages of TensorFlow's files, code and constants, that its start has touched: some 290 MB, of which
 * training reads some 80 again.
 */
void releaseLibraryPages() { dl_iterate_phdr(releaseOf, nullptr); }

}  // namespace ganbench
