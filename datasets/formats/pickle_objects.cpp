#include "datasets/formats/pickle_objects.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.hpp"

namespace vbench::torch_file {
namespace {

constexpr uint64_t kTensorBytes = 400;     // a tensor object without its content, about
constexpr uint64_t kDictEntryBytes = 200;  // value, key and index of a finished dictionary, about
constexpr uint64_t kMaxKeyValues = 64;     // parts of a tuple used as a key

/// Bytes of the texts in a key, which the dictionary's index keeps once more.
uint64_t text_bytes(const Value& key) {
  if (key.is_text()) return key.text().size();
  uint64_t bytes = 0;
  if (key.is_sequence()) {
    for (const auto& part : key.items()) bytes += text_bytes(part);
  }
  return bytes;
}

/// Turns nodes into values, each node once; shared nodes become shared values.
class Converter {
 public:
  Converter(Heap& heap, const Limits& limits) : heap_(heap), limits_(limits), done_(heap.size()) {}

  struct Result {
    Value value;
    uint64_t walked = 1;  // values met on a walk over it
  };

  Result convert(const Item& item, int depth) {
    if (std::holds_alternative<std::monostate>(item)) return {};
    if (const auto* flag = std::get_if<bool>(&item)) return {*flag};
    if (const auto* integer = std::get_if<int64_t>(&item)) return {*integer};
    if (const auto* real = std::get_if<double>(&item)) return {*real};
    const auto* id = std::get_if<NodeId>(&item);
    if (id == nullptr) throw heap_.damaged("a mark in the place of a value");
    Entry& entry = done_[id->index];
    if (entry.state == State::kOpen) throw input_error("a container holds itself", heap_.where());
    if (entry.state == State::kNew) {
      if (depth > limits_.depth) throw input_error(fmt::format("containers are nested deeper than {}", limits_.depth), heap_.where());
      entry.state = State::kOpen;
      entry.result = build(heap_[*id], depth);
      entry.state = State::kDone;
    }
    return entry.result;
  }

 private:
  enum class State : uint8_t { kNew, kOpen, kDone };
  struct Entry {
    Result result;
    State state = State::kNew;
  };

  Result build(Node& node, int depth) {
    switch (node.kind) {
      case NodeKind::kText:
        return {std::move(node.text)};
      case NodeKind::kTensor:
        return {node.tensor};
      case NodeKind::kList:
      case NodeKind::kTuple:
        return sequence(node, depth);
      case NodeKind::kDict:
        return dictionary(node, depth);
      case NodeKind::kBytes:
        throw input_error("holds raw bytes: refused", heap_.where());
      case NodeKind::kGlobal:
        if (node.global == Global::kTensorType) return {std::move(node.text)};
        throw input_error(fmt::format("holds the class '{}' as a value: refused", node.text), heap_.where());
      default:
        throw input_error("holds a bare storage or type as a value: refused", heap_.where());
    }
  }

  Result sequence(const Node& node, int depth) {
    heap_.charge(node.items.size() * sizeof(Value));
    std::vector<Value> items;
    items.reserve(node.items.size());
    uint64_t walked = 1;
    for (const auto& item : node.items) items.push_back(add(convert(item, depth + 1), walked));
    return {node.kind == NodeKind::kTuple ? Value::tuple(std::move(items)) : Value::list(std::move(items)), walked};
  }

  Result dictionary(const Node& node, int depth) {
    Dict dict;
    dict.ordered = node.ordered;
    uint64_t walked = 1;
    for (size_t i = 0; i + 1 < node.items.size(); i += 2) {
      Result key = convert(node.items[i], depth + 1);
      if (key.walked > kMaxKeyValues) throw input_error("the key of a dictionary is implausibly long", heap_.where());
      heap_.charge(kDictEntryBytes + text_bytes(key.value));
      Value value = add(convert(node.items[i + 1], depth + 1), walked);
      dict.set(add(std::move(key), walked), std::move(value));
    }
    return {Value(std::move(dict)), walked};
  }

  Value add(Result result, uint64_t& walked) const {
    walked += result.walked;  // cannot overflow: both stay below the limit
    if (walked > limits_.values)
      throw input_error(fmt::format("holds more than {} values, counting shared ones every time", limits_.values), heap_.where());
    return std::move(result.value);
  }

  Heap& heap_;
  const Limits& limits_;
  std::vector<Entry> done_;
};

}  // namespace

Item Heap::add(Node node) {
  charge(sizeof(Node) + node.text.size() + node.items.size() * sizeof(Item) + (node.kind == NodeKind::kTensor ? kTensorBytes : 0));
  nodes_.push_back(std::move(node));
  return NodeId{static_cast<uint32_t>(nodes_.size() - 1)};
}

void Heap::charge(uint64_t bytes) {
  if (bytes > left_) throw input_error("needs implausibly much memory to read", where_, "is this a checkpoint?");
  left_ -= bytes;
}

Node* Heap::find(const Item& item, NodeKind kind) {
  const auto* id = std::get_if<NodeId>(&item);
  return id != nullptr && nodes_[id->index].kind == kind ? &nodes_[id->index] : nullptr;
}

Node& Heap::expect(const Item& item, NodeKind kind, std::string_view what) {
  Node* node = find(item, kind);
  if (node == nullptr) throw damaged(fmt::format("{} was expected", what));
  return *node;
}

int64_t Heap::integer(const Item& item, std::string_view what) const {
  const auto* value = std::get_if<int64_t>(&item);
  if (value == nullptr) throw damaged(fmt::format("{} is not an integer", what));
  return *value;
}

Error Heap::damaged(const std::string& what) const {
  return input_error("is no valid checkpoint: " + what, where_, "download or copy it again");
}

Value to_value(Heap& heap, const Item& root, const Limits& limits) {
  heap.charge(heap.size() * (sizeof(Value) + 16));
  return Converter(heap, limits).convert(root, 0).value;
}

}  // namespace vbench::torch_file
