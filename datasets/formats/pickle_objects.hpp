// The objects that a pickle builds while it runs, before they become a Value. Used by the unpickler only.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/core/error.hpp"

namespace vbench::torch_file {

/// What a pickle may ask for by name; anything else is refused.
enum class Global : uint8_t {
  kOrderedDict,
  kSize,
  kRebuildTensor,
  kRebuildTensorTyped,  ///< version 3: the storage is bytes, the type an argument
  kRebuildParameter,
  kStorageType,
  kUntypedStorageType,
  kTensorType,
  kDevice,
  kNumpyScalar,
  kNumpyType,
  kEncode,  ///< how protocol 2 writes bytes
};

struct NodeId {
  uint32_t index;
};
struct Mark {};
/// What lies on the stack: small things themselves, others by number.
using Item = std::variant<std::monostate, bool, int64_t, double, NodeId, Mark>;

enum class NodeKind : uint8_t { kText, kBytes, kList, kTuple, kDict, kTensor, kStorage, kUntypedStorage, kGlobal, kNumpyType };

struct Node {
  NodeKind kind;
  bool ordered = false;                             // kDict
  Global global = Global::kOrderedDict;             // kGlobal
  at::ScalarType type = at::ScalarType::Undefined;  // kGlobal of a storage or tensor type, kNumpyType
  std::string text;                                 // kText, kBytes; name of a kGlobal
  std::vector<Item> items;                          // kList, kTuple; kDict: key, value, key, value, ...
  at::Tensor tensor;                                // kTensor; kStorage: the storage as a 1-D tensor
};

/// Owns all objects of one pickle. They refer to each other by number, so that loops and long chains need no care when they are freed.
class Heap {
 public:
  Heap(uint64_t byte_limit, std::string where) : left_(byte_limit), where_(std::move(where)) {}

  Item add(Node node);
  [[nodiscard]] Node& operator[](NodeId id) { return nodes_[id.index]; }
  [[nodiscard]] const Node& operator[](NodeId id) const { return nodes_[id.index]; }
  [[nodiscard]] size_t size() const { return nodes_.size(); }
  void charge(uint64_t bytes);  ///< @throws Error kInput beyond the limit

  /// The node behind an item if it is one of `kind`, else null.
  [[nodiscard]] Node* find(const Item& item, NodeKind kind);
  /// The same, or Error kInput "<what> was expected".
  [[nodiscard]] Node& expect(const Item& item, NodeKind kind, std::string_view what);
  [[nodiscard]] int64_t integer(const Item& item, std::string_view what) const;
  [[nodiscard]] Error damaged(const std::string& what) const;
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  std::deque<Node> nodes_;
  uint64_t left_;
  std::string where_;
};

/// The global of that name. @throws Error kInput for names that are not known: nothing else is ever looked up, let alone run
[[nodiscard]] Item find_global(Heap& heap, const std::string& module, const std::string& name);

/// `function(*arguments)`; `function` must be a global that can be called.
[[nodiscard]] Item call(Heap& heap, const Item& function, const Item& arguments);

/// `object.__setstate__(state)`: attributes of dictionaries are dropped, numpy's byte order is checked, others are refused.
void set_state(Heap& heap, const Item& object, const Item& state);

/// The finished tree. @throws Error kInput for loops, and beyond the limits on depth and values
[[nodiscard]] Value to_value(Heap& heap, const Item& root, const Limits& limits);

}  // namespace vbench::torch_file
