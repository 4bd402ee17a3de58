#include "datasets/formats/torch_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::torch_file {
namespace {

const char* name_of(Kind kind) {
  constexpr std::array kNames{"None", "a bool", "an integer", "a real number", "text", "a list", "a tuple", "a dictionary", "a tensor"};
  return kNames[static_cast<size_t>(kind)];
}

template <class T>
void append_raw(std::string& out, const T& value) {
  std::array<char, sizeof(T)> raw{};
  std::memcpy(raw.data(), &value, sizeof(T));
  out.append(raw.data(), raw.size());
}

// Equal keys give equal bytes, different keys different ones.
void append_key(std::string& out, const Value& key) {
  switch (key.kind()) {
    case Kind::kNone:
      out += 'n';
      return;
    case Kind::kBool:
      out += key.boolean() ? "b1" : "b0";
      return;
    case Kind::kInteger:
      out += 'i', append_raw(out, key.integer());
      return;
    case Kind::kReal:
      out += 'r', append_raw(out, key.real());
      return;
    case Kind::kText:
      out += 't', append_raw(out, key.text().size()), out += key.text();
      return;
    case Kind::kTuple:
      out += '(';
      for (const auto& item : key.items()) append_key(out, item);
      out += ')';
      return;
    default:
      throw input_error(fmt::format("{} cannot be the key of a dictionary", name_of(key.kind())));
  }
}

std::string key_bytes(const Value& key) {
  std::string bytes;
  append_key(bytes, key);
  return bytes;
}

}  // namespace

Value::Value(Dict dict) : data_(std::make_shared<const Dict>(std::move(dict))) {}

Value Value::list(std::vector<Value> items) {
  Value value;
  value.data_ = std::make_shared<const Sequence>(Sequence{false, std::move(items)});
  return value;
}

Value Value::tuple(std::vector<Value> items) {
  Value value;
  value.data_ = std::make_shared<const Sequence>(Sequence{true, std::move(items)});
  return value;
}

Kind Value::kind() const {
  switch (data_.index()) {
    case 0:
      return Kind::kNone;
    case 1:
      return Kind::kBool;
    case 2:
      return Kind::kInteger;
    case 3:
      return Kind::kReal;
    case 4:
      return Kind::kText;
    case 5:
      return std::get<5>(data_)->is_tuple ? Kind::kTuple : Kind::kList;
    case 6:
      return Kind::kDict;
    default:
      return Kind::kTensor;
  }
}

template <class T>
const T& Value::get(const char* wanted) const {
  const T* found = std::get_if<T>(&data_);
  if (found == nullptr) throw input_error(fmt::format("is {}, {} was expected", name_of(kind()), wanted), where_);
  return *found;
}

bool Value::boolean() const { return get<bool>("a bool"); }

int64_t Value::integer() const {
  if (const bool* flag = std::get_if<bool>(&data_)) return *flag ? 1 : 0;
  return get<int64_t>("an integer");
}

double Value::real() const {
  if (const int64_t* number = std::get_if<int64_t>(&data_)) return static_cast<double>(*number);
  return get<double>("a number");
}

const std::string& Value::text() const { return *get<std::shared_ptr<const std::string>>("text"); }
const at::Tensor& Value::tensor() const { return get<at::Tensor>("a tensor"); }
const std::vector<Value>& Value::items() const { return get<std::shared_ptr<const Sequence>>("a list or tuple")->items; }
const Dict& Value::dict() const { return *get<std::shared_ptr<const Dict>>("a dictionary"); }

size_t Value::size() const { return is_dict() ? dict().size() : items().size(); }

bool Value::has(std::string_view key) const { return is_dict() && dict().find(key) != nullptr; }

Value Value::operator[](std::string_view key) const {
  const Value* found = dict().find(key);
  if (found != nullptr) return found->placed(fmt::format("{}['{}']", where_, key));
  std::vector<std::string> known;
  for (const auto& [name, value] : dict().items()) {
    if (name.is_text() && known.size() < 1000) known.push_back(name.text());
  }
  throw input_error(fmt::format("has no key '{}'", key), where_, suggest(key, known));
}

Value Value::operator[](int64_t index) const {
  const std::string place = fmt::format("{}[{}]", where_, index);
  if (is_dict()) {
    const Value* found = dict().find(index);
    if (found == nullptr) throw input_error(fmt::format("has no key {}", index), where_);
    return found->placed(place);
  }
  const auto& all = items();
  if (index < 0 || index >= static_cast<int64_t>(all.size()))
    throw input_error(fmt::format("no item {}, it has {}", index, all.size()), where_);
  return all[static_cast<size_t>(index)].placed(place);
}

std::vector<std::pair<std::string, Value>> Value::entries() const {
  std::vector<std::pair<std::string, Value>> all;
  all.reserve(dict().size());
  for (const auto& [key, value] : dict().items()) {
    if (!key.is_text()) throw input_error(fmt::format("a key is {}, text was expected", name_of(key.kind())), where_);
    all.emplace_back(key.text(), value.placed(fmt::format("{}['{}']", where_, key.text())));
  }
  return all;
}

Value Value::placed(std::string where) const {
  Value copy = *this;
  copy.where_ = std::move(where);
  return copy;
}

Dict::Dict(std::initializer_list<std::pair<Value, Value>> items) {
  for (const auto& [key, value] : items) set(key, value);
}

void Dict::set(Value key, Value value) {
  const auto [position, added] = positions_.try_emplace(key_bytes(key), items_.size());
  if (added) {
    items_.emplace_back(std::move(key), std::move(value));
  } else {
    items_[position->second].second = std::move(value);
  }
}

const Value* Dict::find(const Value& key) const {
  const auto position = positions_.find(key_bytes(key));
  return position == positions_.end() ? nullptr : &items_[position->second].second;
}

}  // namespace vbench::torch_file
