// Memory that a thread keeps from one operation to the next, so that none is asked of the system while training.
#pragma once

#include <vector>

#include "vector.h"

namespace ganbench {

/** Buffer number `which` of this thread, with room for that many elements; what is in it is arbitrary. */
template <typename T>
T* scratch(int which, long size) {
  static thread_local std::vector<T> buffers[4];
  std::vector<T>& buffer = buffers[which];
  if (static_cast<long>(buffer.size()) < size) buffer.resize(size);
  return buffer.data();
}

/** Rows of floats as they are; shorter numbers are widened into `room`. The size is a multiple of kLanes. */
inline const float* widened(const float* values, long, float*) { return values; }

template <typename T>
const float* widened(const T* values, long size, float* room) {
  for (long i = 0; i < size; i += kLanes) store(room + i, load(values + i));
  return room;
}

}  // namespace ganbench
