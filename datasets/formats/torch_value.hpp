// What a torch checkpoint holds: numbers, text, lists, tuples, dictionaries and tensors as one tree. Used by the checkpoint reader and
// writer, by training checkpoints and by the methods that import published weights.
#pragma once

#include <ATen/core/Tensor.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace vbench::torch_file {

class Dict;

enum class Kind { kNone, kBool, kInteger, kReal, kText, kList, kTuple, kDict, kTensor };

/// A node of the tree. Copies are cheap: texts and containers are shared and never change; tensors share memory as always.
///
/// Accessors throw Error kInput with the place of the value when it is of another kind or missing:
///   const Value root = read_torch_file("model.pth");
///   root["optimizer"]["param_groups"][0]["lr"].real();   // "model.pth['optimizer']['param_groups']: no item 0, it has 0"
class Value {
 public:
  Value() = default;  ///< Python's None
  Value(bool value) : data_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T value) : data_(static_cast<int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(std::string text) : data_(std::make_shared<const std::string>(std::move(text))) {}
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(at::Tensor tensor) : data_(std::move(tensor)) {}
  Value(Dict dict);
  static Value list(std::vector<Value> items);
  static Value tuple(std::vector<Value> items);

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is_none() const { return kind() == Kind::kNone; }
  [[nodiscard]] bool is_tensor() const { return kind() == Kind::kTensor; }
  [[nodiscard]] bool is_text() const { return kind() == Kind::kText; }
  [[nodiscard]] bool is_dict() const { return kind() == Kind::kDict; }
  [[nodiscard]] bool is_sequence() const { return kind() == Kind::kList || kind() == Kind::kTuple; }

  [[nodiscard]] bool boolean() const;
  [[nodiscard]] int64_t integer() const;  ///< also a bool (0 or 1)
  [[nodiscard]] double real() const;      ///< also an integer
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] const at::Tensor& tensor() const;
  [[nodiscard]] const std::vector<Value>& items() const;  ///< of a list or tuple
  [[nodiscard]] const Dict& dict() const;
  [[nodiscard]] size_t size() const;  ///< of a list, tuple or dictionary

  [[nodiscard]] bool has(std::string_view key) const;          ///< false for missing keys and for values that are no dictionary
  [[nodiscard]] Value operator[](std::string_view key) const;  ///< of a dictionary
  [[nodiscard]] Value operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  [[nodiscard]] Value operator[](int64_t index) const;  ///< item of a list or tuple, or an integer key of a dictionary
  [[nodiscard]] Value operator[](int index) const { return (*this)[static_cast<int64_t>(index)]; }
  /// A dictionary whose keys are all text, in file order; the values know their place.
  [[nodiscard]] std::vector<std::pair<std::string, Value>> entries() const;

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] Value placed(std::string where) const;  ///< the same value with another place

 private:
  struct Sequence {
    bool is_tuple;
    std::vector<Value> items;
  };
  template <class T>
  [[nodiscard]] const T& get(const char* wanted) const;

  std::variant<std::monostate, bool, int64_t, double, std::shared_ptr<const std::string>, std::shared_ptr<const Sequence>,
               std::shared_ptr<const Dict>, at::Tensor>
      data_;
  std::string where_;  // file and keys that led here; empty for values not reached through accessors
};

/// Dictionary in insertion order. Keys are none, bool, integer, real, text or a tuple of these.
class Dict {
 public:
  Dict() = default;
  Dict(std::initializer_list<std::pair<Value, Value>> items);

  void set(Value key, Value value);  ///< an equal key keeps its position and gets the new value
  [[nodiscard]] const Value* find(const Value& key) const;
  [[nodiscard]] const std::vector<std::pair<Value, Value>>& items() const { return items_; }
  [[nodiscard]] size_t size() const { return items_.size(); }

  bool ordered = false;  ///< Python's OrderedDict rather than dict

 private:
  std::vector<std::pair<Value, Value>> items_;
  std::unordered_map<std::string, size_t> positions_;  // key as bytes -> index in items_
};

}  // namespace vbench::torch_file
