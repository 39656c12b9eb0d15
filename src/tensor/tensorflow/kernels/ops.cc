#include "ops.h"

#include <sys/mman.h>

#include <cstdint>
#include <memory>

namespace ganbench {
namespace {

struct DeleteStatus {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
using Status = std::unique_ptr<TF_Status, DeleteStatus>;

Status newStatus() { return Status(TF_NewStatus()); }

void check(const Status& status) {
  if (TF_GetCode(status.get()) != TF_OK) throw std::runtime_error(TF_Message(status.get()));
}

/** Bytes of a huge page, and of what is worth some of them. */
constexpr std::uintptr_t kHugePage = 2 << 20;
constexpr std::uintptr_t kLarge = 2 * kHugePage;

/** Asks for huge pages where whole ones fit: a fault for 2 MB in place of 512, and fewer misses of the TLB. */
void askForHugePages(void* data, std::uintptr_t bytes) {
  if (bytes < kLarge) return;
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  const std::uintptr_t first = (begin + kHugePage - 1) / kHugePage * kHugePage;
  const std::uintptr_t last = (begin + bytes) / kHugePage * kHugePage;
  // It is a wish: that it is not granted is no error.
  madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace

Input::Input(TF_OpKernelContext* context, int index) {
  const Status status = newStatus();
  TF_GetInput(context, index, &tensor_, status.get());
  check(status);
}

long Input::length(int axis) const {
  if (axis >= rank()) throw std::invalid_argument("an input has too few axes");
  return TF_Dim(tensor_, axis) * (packed() && axis + 1 == rank() ? TypeOf<bfloat16>::perElement : 1);
}

std::vector<long> Input::shape() const {
  std::vector<long> lengths;
  for (int axis = 0; axis < rank(); axis++) lengths.push_back(length(axis));
  return lengths;
}

void requireShape(const char* name, const Input& input, const std::vector<long>& shape) {
  if (input.shape() != shape) throw std::invalid_argument(std::string("wrong shape of ") + name);
}

void requireOneType(const std::vector<const Input*>& images) {
  for (const Input* image : images) {
    if (image->given() && image->packed() != images.front()->packed())
      throw std::invalid_argument("images of two types");
  }
#if !defined(GANBENCH_BFLOAT16)
  if (images.front()->packed()) throw std::invalid_argument("these kernels have no bfloat16");
#endif
}

void requireVectors(long channels) {
  if (channels < 1 || channels % 16 != 0) throw std::invalid_argument("the number of channels is no multiple of 16");
}

void* allocate(TF_OpKernelContext* context, int index, TF_DataType type, std::vector<long> shape) {
  if (type == TypeOf<bfloat16>::value && !shape.empty()) shape.back() /= TypeOf<bfloat16>::perElement;
  std::vector<int64_t> lengths(shape.begin(), shape.end());
  long size = 1;
  for (const long length : shape) size *= length;
  const Status status = newStatus();
  // Both types take four bytes.
  TF_Tensor* tensor =
      TF_AllocateOutput(context, index, type, lengths.data(), lengths.size(), 4 * size, status.get());
  check(status);
  void* data = TF_TensorData(tensor);
  askForHugePages(data, 4 * size);
  // The context holds on to it.
  TF_DeleteTensor(tensor);
  return data;
}

void declare(const Operation& operation) {
  TF_OpDefinitionBuilder* builder = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* attribute : operation.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
  for (const char* input : operation.inputs) TF_OpDefinitionBuilderAddInput(builder, input);
  for (const char* result : operation.outputs) TF_OpDefinitionBuilderAddOutput(builder, result);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, TF_ShapeInferenceContextSetUnknownShape);
  const Status status = newStatus();
  TF_RegisterOpDefinition(builder, status.get());
  check(status);
}

void* readAttributes(TF_OpKernelConstruction* construction) {
  auto* attributes = new Attributes;
  const Status status = newStatus();
  // An operation that lacks one of them keeps the value it has.
  TF_DataType type;
  TF_OpKernelConstruction_GetAttrType(construction, "T", &type, status.get());
  if (TF_GetCode(status.get()) == TF_OK) attributes->type = type;
  float epsilon;
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &epsilon, status.get());
  if (TF_GetCode(status.get()) == TF_OK) attributes->epsilon = epsilon;
  const auto flag = [&](const char* name, bool* value) {
    TF_Bool found;
    TF_OpKernelConstruction_GetAttrBool(construction, name, &found, status.get());
    if (TF_GetCode(status.get()) == TF_OK) *value = found != 0;
  };
  flag("gelu", &attributes->gelu);
  flag("squared", &attributes->squared);
  flag("wanted", &attributes->wanted);
  const auto whole = [&](const char* name, long* value) {
    int64_t found;
    TF_OpKernelConstruction_GetAttrInt64(construction, name, &found, status.get());
    if (TF_GetCode(status.get()) == TF_OK) *value = found;
  };
  whole("stride", &attributes->stride);
  whole("channels", &attributes->channels);
  whole("heads", &attributes->heads);
  whole("N", &attributes->count);
  return attributes;
}

void deleteAttributes(void* attributes) { delete static_cast<Attributes*>(attributes); }

void fail(TF_OpKernelContext* context, const char* message) {
  const Status status = newStatus();
  TF_SetStatus(status.get(), TF_INVALID_ARGUMENT, message);
  TF_OpKernelContext_Failure(context, status.get());
}

void registerKernel(const char* name, void (*compute)(void*, TF_OpKernelContext*)) {
  TF_KernelBuilder* builder = TF_NewKernelBuilder(name, "CPU", readAttributes, compute, deleteAttributes);
  const Status status = newStatus();
  TF_RegisterKernelBuilder(name, builder, status.get());
  check(status);
}

}  // namespace ganbench
