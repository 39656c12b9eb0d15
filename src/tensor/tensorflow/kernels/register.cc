// What happens when the library is opened: TensorFlow learns the operations.
#include "ops.h"

namespace ganbench {

void registerConvolutions();
void registerGradients();
void registerNorms();
void registerPooling();
void registerTransformers();
void releaseLibraryPages();

namespace {

__attribute__((constructor)) void registerAll() {
  registerConvolutions();
  registerGradients();
  registerNorms();
  registerPooling();
  registerTransformers();
  releaseLibraryPages();
}

}  // namespace
}  // namespace ganbench
