// What a checkpoint may call: everything needed to build tensors, dictionaries and numbers, and nothing that could do harm.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cstring>
#include <optional>
#include <unordered_map>

#include "datasets/formats/pickle_objects.hpp"
#include "harness/core/error.hpp"

namespace vbench::torch_file {
namespace {

constexpr size_t kMaxDimensions = 64;                    // as LibTorch
constexpr int64_t kExpandedElements = int64_t{1} << 24;  // what a tensor may show of a smaller storage (stride 0)
constexpr size_t kMaxScalarBytes = 16;
constexpr size_t kShownName = 200;  // of a name in an error

struct Known {
  Global global;
  at::ScalarType type = at::ScalarType::Undefined;
};

void add_types(std::unordered_map<std::string, Known>& all) {
  const std::vector<std::tuple<const char*, const char*, at::ScalarType>> types{{"Float", "float32", at::kFloat},
                                                                                {"Double", "float64", at::kDouble},
                                                                                {"Half", "float16", at::kHalf},
                                                                                {"Long", "int64", at::kLong},
                                                                                {"BFloat16", "bfloat16", at::kBFloat16},
                                                                                {"Int", "int32", at::kInt},
                                                                                {"Short", "int16", at::kShort},
                                                                                {"Char", "int8", at::kChar},
                                                                                {"Byte", "uint8", at::kByte},
                                                                                {"Bool", "bool", at::kBool}};
  for (const auto& [storage, tensor, type] : types) {
    all[fmt::format("torch.{}Storage", storage)] = {Global::kStorageType, type};
    all[fmt::format("torch.{}", tensor)] = {Global::kTensorType, type};
  }
}

std::unordered_map<std::string, Known> known_globals() {
  std::unordered_map<std::string, Known> all{
      {"collections.OrderedDict", {Global::kOrderedDict}},
      {"torch.Size", {Global::kSize}},
      {"torch.device", {Global::kDevice}},
      {"torch._utils._rebuild_tensor", {Global::kRebuildTensor}},
      {"torch._utils._rebuild_tensor_v2", {Global::kRebuildTensor}},
      {"torch._utils._rebuild_tensor_v3", {Global::kRebuildTensorTyped}},
      {"torch._utils._rebuild_parameter", {Global::kRebuildParameter}},
      {"torch._utils._rebuild_parameter_with_state", {Global::kRebuildParameter}},
      {"torch.UntypedStorage", {Global::kUntypedStorageType, at::kByte}},
      {"torch.storage.UntypedStorage", {Global::kUntypedStorageType, at::kByte}},
      {"torch.storage._UntypedStorage", {Global::kUntypedStorageType, at::kByte}},
      {"numpy.dtype", {Global::kNumpyType}},
      {"numpy.core.multiarray.scalar", {Global::kNumpyScalar}},
      {"numpy._core.multiarray.scalar", {Global::kNumpyScalar}},
      {"_codecs.encode", {Global::kEncode}},
  };
  add_types(all);
  return all;
}

struct Layout {
  int64_t offset = 0;
  std::vector<int64_t> sizes, strides;
};

std::vector<int64_t> integers(Heap& heap, const Item& item, std::string_view what) {
  const Node& tuple = heap.expect(item, NodeKind::kTuple, what);
  if (tuple.items.size() > kMaxDimensions) throw heap.damaged(fmt::format("a tensor has {} dimensions", tuple.items.size()));
  std::vector<int64_t> values;
  for (const auto& value : tuple.items) values.push_back(heap.integer(value, what));
  return values;
}

/// Nothing if a number is negative, a product overflows or the tensor reaches beyond its storage of `count` elements.
std::optional<int64_t> checked_elements(const Layout& layout, int64_t count) {
  if (layout.sizes.size() != layout.strides.size() || layout.offset < 0 || layout.offset > count) return std::nullopt;
  int64_t elements = 1, nonzero = 1, last = layout.offset;
  for (size_t i = 0; i < layout.sizes.size(); ++i) {
    const int64_t size = layout.sizes[i], stride = layout.strides[i];
    int64_t reach = 0;
    if (size < 0 || stride < 0) return std::nullopt;
    elements *= size == 0 ? 0 : 1;
    if (size > 0 && (__builtin_mul_overflow(nonzero, size, &nonzero) || __builtin_mul_overflow(size - 1, stride, &reach) ||
                     __builtin_add_overflow(last, reach, &last))) {
      return std::nullopt;
    }
  }
  if (elements == 0) return 0;
  if (last >= count || nonzero > std::max(count, kExpandedElements)) return std::nullopt;
  return nonzero;
}

Item tensor_on(Heap& heap, const at::Tensor& storage, at::ScalarType type, const Layout& layout) {
  const auto bytes = static_cast<int64_t>(at::elementSize(type));
  const int64_t count = storage.numel() * static_cast<int64_t>(storage.element_size()) / bytes;
  if (!checked_elements(layout, count)) {
    throw heap.damaged(fmt::format("a tensor of sizes ({}), strides ({}) and offset {} does not fit its storage of {} elements",
                                   fmt::join(layout.sizes, ", "), fmt::join(layout.strides, ", "), layout.offset, count));
  }
  const int64_t first_byte = storage.storage_offset() * static_cast<int64_t>(storage.element_size());
  if (first_byte % bytes != 0) throw heap.damaged("a tensor begins between two numbers of its storage");
  const int64_t first = first_byte / bytes;
  at::Tensor tensor = at::empty({0}, at::TensorOptions().dtype(type));
  tensor.set_(storage.storage(), first + layout.offset, layout.sizes, layout.strides);
  return heap.add({.kind = NodeKind::kTensor, .text = {}, .items = {}, .tensor = tensor});
}

// A tensor may carry the note that its values are meant negated or conjugated; reading on without it would give wrong numbers.
void check_metadata(Heap& heap, const std::vector<Item>& arguments, size_t position) {
  if (arguments.size() <= position || std::holds_alternative<std::monostate>(arguments[position])) return;
  if (!heap.expect(arguments[position], NodeKind::kDict, "the notes on a tensor").items.empty()) {
    throw input_error("holds a tensor with notes on its values (negated or conjugated views): refused", heap.where(),
                      "save tensor.clone() instead");
  }
}

// (storage, offset, sizes, strides, requires_grad, hooks[, type][, metadata])
Item rebuild_tensor(Heap& heap, const std::vector<Item>& arguments, bool typed) {
  if (arguments.size() < (typed ? 7U : 4U)) throw heap.damaged("a tensor is described incompletely");
  const Node* storage = heap.find(arguments[0], typed ? NodeKind::kUntypedStorage : NodeKind::kStorage);
  if (storage == nullptr) throw heap.damaged("a tensor without a storage");
  at::ScalarType type = storage->tensor.scalar_type();
  if (typed) {
    const Node& global = heap.expect(arguments[6], NodeKind::kGlobal, "the type of a tensor");
    if (global.global != Global::kTensorType) throw heap.damaged("the type of a tensor was expected");
    type = global.type;
  }
  check_metadata(heap, arguments, typed ? 7 : 6);
  const Layout layout{heap.integer(arguments[1], "the offset of a tensor"), integers(heap, arguments[2], "the sizes of a tensor"),
                      integers(heap, arguments[3], "the strides of a tensor")};
  return tensor_on(heap, storage->tensor, type, layout);
}

// OrderedDict() or OrderedDict([(key, value), ...])
Item ordered_dict(Heap& heap, const std::vector<Item>& arguments) {
  Node dict{.kind = NodeKind::kDict, .ordered = true, .text = {}, .items = {}, .tensor = {}};
  if (arguments.size() > 1) throw heap.damaged("an OrderedDict of several arguments");
  if (!arguments.empty()) {
    const Node& pairs = heap.expect(arguments[0], NodeKind::kList, "a list of pairs");
    heap.charge(pairs.items.size() * 2 * sizeof(Item));
    for (const auto& pair : pairs.items) {
      const Node* both = heap.find(pair, NodeKind::kTuple);
      if (both == nullptr) both = &heap.expect(pair, NodeKind::kList, "a pair of key and value");
      if (both->items.size() != 2) throw heap.damaged("a pair of key and value was expected");
      dict.items.insert(dict.items.end(), both->items.begin(), both->items.end());
    }
  }
  return heap.add(std::move(dict));
}

Item numpy_type(Heap& heap, const std::vector<Item>& arguments) {
  static const std::unordered_map<std::string, at::ScalarType> types{
      {"f8", at::kDouble}, {"f4", at::kFloat}, {"i8", at::kLong}, {"i4", at::kInt}, {"b1", at::kBool}};
  const std::string name = arguments.empty() ? "" : heap.expect(arguments[0], NodeKind::kText, "the name of a numpy type").text;
  const auto found = types.find(name);
  if (found == types.end())
    throw input_error(fmt::format("checkpoint asks for the numpy type '{}': refused", name.substr(0, kShownName)), heap.where());
  return heap.add({.kind = NodeKind::kNumpyType, .type = found->second, .text = {}, .items = {}, .tensor = {}});
}

template <class T>
T from_bytes(Heap& heap, const std::string& bytes) {
  T value{};
  if (bytes.size() != sizeof(T)) throw heap.damaged("a numpy number of the wrong length");
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

Item numpy_scalar(Heap& heap, const std::vector<Item>& arguments) {
  if (arguments.size() != 2) throw heap.damaged("a numpy number of the wrong form");
  const at::ScalarType type = heap.expect(arguments[0], NodeKind::kNumpyType, "a numpy type").type;
  const Node* bytes = heap.find(arguments[1], NodeKind::kBytes);
  if (bytes == nullptr) bytes = &heap.expect(arguments[1], NodeKind::kText, "the bytes of a numpy number");  // Python 2 makes no difference
  switch (type) {
    case at::kDouble:
      return from_bytes<double>(heap, bytes->text);
    case at::kFloat:
      return static_cast<double>(from_bytes<float>(heap, bytes->text));
    case at::kLong:
      return from_bytes<int64_t>(heap, bytes->text);
    case at::kInt:
      return static_cast<int64_t>(from_bytes<int32_t>(heap, bytes->text));
    default:
      return from_bytes<char>(heap, bytes->text) != 0;
  }
}

// encode(text, "latin1"): every character below 256 becomes one byte
Item encode(Heap& heap, const std::vector<Item>& arguments) {
  if (arguments.empty()) throw heap.damaged("bytes of the wrong form");
  const std::string& text = heap.expect(arguments[0], NodeKind::kText, "text that stands for bytes").text;
  if (text.size() > 2 * kMaxScalarBytes) throw input_error("holds raw bytes: refused", heap.where());
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x80) {
      bytes += text[i];
    } else if ((byte == 0xC2 || byte == 0xC3) && i + 1 < text.size()) {
      bytes += static_cast<char>((byte & 0x03) << 6 | (static_cast<uint8_t>(text[++i]) & 0x3F));
    } else {
      throw heap.damaged("text that stands for bytes has other characters");
    }
  }
  return heap.add({.kind = NodeKind::kBytes, .text = std::move(bytes), .items = {}, .tensor = {}});
}

}  // namespace

Item find_global(Heap& heap, const std::string& module, const std::string& name) {
  static const auto known = known_globals();
  const std::string full = module + "." + name;
  const auto found = known.find(full);
  if (found == known.end()) {
    throw input_error(fmt::format("checkpoint asks for '{}': refused", full.substr(0, kShownName)), heap.where(),
                      "only tensors, numbers, text, lists, tuples and dictionaries are read");
  }
  return heap.add(
      {.kind = NodeKind::kGlobal, .global = found->second.global, .type = found->second.type, .text = full, .items = {}, .tensor = {}});
}

Item call(Heap& heap, const Item& function, const Item& arguments) {
  const Node& global = heap.expect(function, NodeKind::kGlobal, "a function to call");
  const std::vector<Item>& values = heap.expect(arguments, NodeKind::kTuple, "a tuple of arguments").items;
  switch (global.global) {
    case Global::kOrderedDict:
      return ordered_dict(heap, values);
    case Global::kRebuildTensor:
      return rebuild_tensor(heap, values, false);
    case Global::kRebuildTensorTyped:
      return rebuild_tensor(heap, values, true);
    case Global::kNumpyScalar:
      return numpy_scalar(heap, values);
    case Global::kNumpyType:
      return numpy_type(heap, values);
    case Global::kEncode:
      return encode(heap, values);
    case Global::kRebuildParameter:
      if (values.empty() || heap.find(values[0], NodeKind::kTensor) == nullptr) throw heap.damaged("a parameter without a tensor");
      return values[0];
    case Global::kSize:
      if (values.size() != 1 || heap.find(values[0], NodeKind::kTuple) == nullptr) throw heap.damaged("a torch.Size without a tuple");
      return values[0];
    case Global::kDevice:
      if (values.empty() || heap.find(values[0], NodeKind::kText) == nullptr) throw heap.damaged("a device without a name");
      return values[0];
    default:
      throw input_error(fmt::format("checkpoint asks to call '{}': refused", global.text), heap.where());
  }
}

void set_state(Heap& heap, const Item& object, const Item& state) {
  if (heap.find(object, NodeKind::kDict) != nullptr) return;  // state_dict()._metadata
  if (heap.find(object, NodeKind::kNumpyType) == nullptr)
    throw input_error("checkpoint asks to set the state of an object: refused", heap.where());
  const Node& values = heap.expect(state, NodeKind::kTuple, "the state of a numpy type");
  if (values.items.size() < 2) throw heap.damaged("the state of a numpy type is too short");
  const std::string& order = heap.expect(values.items[1], NodeKind::kText, "a byte order").text;
  if (order != "<" && order != "|" && order != "=") throw input_error("holds a big-endian numpy number: refused", heap.where());
}

}  // namespace vbench::torch_file
