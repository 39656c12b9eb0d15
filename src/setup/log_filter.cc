// libtensorflow_framework logs while it loads, before its own filter by TF_CPP_MIN_LOG_LEVEL is in place.
// This definition, opened into the global scope first, is the one it then uses.
#include <cstdlib>

#include "absl/log/globals.h"

namespace absl {
ABSL_NAMESPACE_BEGIN

LogSeverityAtLeast MinLogLevel() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  return static_cast<LogSeverityAtLeast>(level == nullptr ? 0 : std::atoi(level));
}

ABSL_NAMESPACE_END
}  // namespace absl
