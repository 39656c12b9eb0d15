// What the operations share that bring the kernels to TensorFlow, through its C API.
//
// Images are float32, or bfloat16 packed in pairs of channels into int32: tfjs, which calls the operations, has no
// type of 16 bits. An optional input is absent when it is empty.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

// IS_SLIM_BUILD leaves out a header that these sources do not need and set-up does not unpack.
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "vector.h"

namespace ganbench {

template <typename T>
struct TypeOf;
template <>
struct TypeOf<float> {
  static constexpr TF_DataType value = TF_FLOAT;
  static constexpr long perElement = 1;
};
template <>
struct TypeOf<bfloat16> {
  static constexpr TF_DataType value = TF_INT32;
  static constexpr long perElement = 2;
};

/** An input; it lives as long as the call. */
class Input {
 public:
  Input(TF_OpKernelContext* context, int index);
  ~Input() { TF_DeleteTensor(tensor_); }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  bool given() const { return TF_TensorElementCount(tensor_) > 0; }
  bool packed() const { return TF_TensorType(tensor_) == TF_INT32; }
  long size() const { return TF_TensorElementCount(tensor_); }
  int rank() const { return TF_NumDims(tensor_); }
  std::vector<long> shape() const;
  /** Length of an axis, counted in numbers even where they are packed. */
  long length(int axis) const;
  /** Null where the input is absent. */
  template <typename T>
  const T* values() const {
    return given() ? static_cast<const T*>(TF_TensorData(tensor_)) : nullptr;
  }

 private:
  TF_Tensor* tensor_ = nullptr;
};

/** @throws std::invalid_argument unless an input has that shape. */
void requireShape(const char* name, const Input& input, const std::vector<long>& shape);

/** @throws std::invalid_argument unless all images that are given are of one type, and of one that is known here. */
void requireOneType(const std::vector<const Input*>& images);

/** @throws std::invalid_argument unless channels come in whole vectors, whatever their length is here. */
void requireVectors(long channels);

/** Memory of an output of that shape, counted in numbers. */
void* allocate(TF_OpKernelContext* context, int index, TF_DataType type, std::vector<long> shape);

template <typename T>
T* output(TF_OpKernelContext* context, int index, const std::vector<long>& shape) {
  return static_cast<T*>(allocate(context, index, TypeOf<T>::value, shape));
}

/** Attributes of an operation, as its kernel was made with. */
struct Attributes {
  /** Of the images that come out. */
  TF_DataType type = TF_FLOAT;
  long stride = 1;
  long channels = 0;
  /** Of attention. */
  long heads = 1;
  /** Of tensors in a list of them. */
  long count = 0;
  float epsilon = 0;
  /** Whether GELU follows a linear map. */
  bool gelu = false;
  /** Whether a moving average is of squares. */
  bool squared = false;
  /** Whether the gradient of its input is wanted. */
  bool wanted = true;
};

using Compute = void (*)(TF_OpKernelContext*, const Attributes&);

/** An operation as TensorFlow declares them: `x: T`, `stride: int`. */
struct Operation {
  const char* name;
  std::vector<const char*> attributes, inputs, outputs;
};

/** Makes an operation known; what `compute` throws becomes TensorFlow's error. */
template <Compute compute>
void registerOperation(const Operation& operation);

void declare(const Operation& operation);
void* readAttributes(TF_OpKernelConstruction* construction);
void deleteAttributes(void* attributes);
void fail(TF_OpKernelContext* context, const char* message);
void registerKernel(const char* name, void (*compute)(void*, TF_OpKernelContext*));

template <Compute compute>
void registerOperation(const Operation& operation) {
  declare(operation);
  registerKernel(operation.name, [](void* attributes, TF_OpKernelContext* context) {
    try {
      compute(context, *static_cast<const Attributes*>(attributes));
    } catch (const std::exception& error) {
      fail(context, error.what());
    }
  });
}

}  // namespace ganbench
