// Products of bfloat16 by the processor's matrix unit: Intel's Advanced Matrix Extensions. A tile has 16 rows of 64 bytes.
#pragma once

#include "vector.h"

namespace ganbench::amx {

/**
 * Around the tasks that a thread has of one operation: the unit is set up by the first product and given back at the
 * end, for oneDNN sets it up for itself.
 */
class Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
#if defined(__AMX_BF16__)
  ~Scope();
#else
  ~Scope() {}
#endif
};

#if defined(__AMX_BF16__)
#define GANBENCH_AMX 1

/** Whether the system lets this process use the unit. */
bool isAllowed();

/** Operands as gemm.h has them: in steps of two neighbours in depth, each group of 4 bytes. */
struct Product {
  int rows;
  int width;
  int steps;
  const bfloat16* a;
  long aRow;
  long aStep;
  const bfloat16* b;
  long bRow;
  float* c;
  long cRow;
  bool accumulate;
};

/** C [rows, width] = A B, or C += A B; rows is a multiple of 16, width 16 or 32. Products and sums in float32. */
void multiply(const Product& product);
#endif

}  // namespace ganbench::amx
