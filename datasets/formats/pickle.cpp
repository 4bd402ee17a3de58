#include "datasets/formats/pickle.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <array>
#include <bit>
#include <unordered_map>

#include "datasets/formats/pickle_objects.hpp"
#include "harness/core/error.hpp"

namespace vbench::torch_file {
namespace {

constexpr uint64_t kMaxName = 1000;  // of a module or class
constexpr uint64_t kMemoBytes = 64;  // an entry of the memo, about
constexpr uint8_t kHighestProtocol = 5;

/// The instructions in use, with the letters of Python's pickle documentation.
enum Opcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kDup = '2',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersistentId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kEmptyList = ']',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kEmptyDict = '}',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kEmptyTuple = ')',
  kSetItems = 'u',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProtocol = 0x80,
  kNewObject = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
  kInstance = 'i',
  kPersistentId = 'P',
  kExtension1 = 0x82,
  kExtension2 = 0x83,
  kExtension4 = 0x84,
  kNewObjectEx = 0x92,  // named in refusals only
};

class Unpickler {
 public:
  Unpickler(ByteReader& reader, const StorageLoader& load, const Limits& limits)
      : reader_(reader), load_(load), limits_(limits), heap_(limits.object_bytes, reader.where()), first_(reader.remaining()) {}

  Value run() {
    for (uint8_t code = reader_.number<uint8_t>(); code != kStop; code = reader_.number<uint8_t>()) {
      if (first_ - reader_.remaining() > limits_.pickle_bytes)
        throw input_error("description of the tree is implausibly long", reader_.where());
      if (!scalar(code) && !container(code) && !memory(code) && !object(code)) refuse(code);
    }
    const Item root = pop();
    if (!stack_.empty()) throw heap_.damaged("values are left over at its end");
    return to_value(heap_, root, limits_);
  }

 private:
  bool scalar(uint8_t code);
  bool container(uint8_t code);
  bool memory(uint8_t code);
  bool object(uint8_t code);
  [[noreturn]] void refuse(uint8_t code);

  void push(Item item) {
    if (stack_.size() == stack_.capacity()) heap_.charge(stack_.size() * sizeof(Item));
    stack_.push_back(item);
  }
  Item pop() {
    const Item item = top();
    stack_.pop_back();
    return item;
  }
  const Item& top() {
    if (stack_.empty() || std::holds_alternative<Mark>(stack_.back())) throw heap_.damaged("a value is missing");
    return stack_.back();
  }
  std::vector<Item> pop_to_mark() {
    size_t mark = stack_.size();
    while (mark > 0 && !std::holds_alternative<Mark>(stack_[mark - 1])) --mark;
    if (mark == 0) throw heap_.damaged("a mark is missing");
    std::vector<Item> items(stack_.begin() + static_cast<ptrdiff_t>(mark), stack_.end());
    stack_.resize(mark - 1);
    return items;
  }
  void push_node(NodeKind kind, std::string text = {}, std::vector<Item> items = {}) {
    push(heap_.add({.kind = kind, .text = std::move(text), .items = std::move(items), .tensor = {}}));
  }
  void push_tuple(size_t count) {
    std::vector<Item> items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    push_node(NodeKind::kTuple, {}, std::move(items));
  }
  void extend(NodeKind kind, const std::vector<Item>& items) {
    auto& all = heap_.expect(top(), kind, kind == NodeKind::kList ? "a list" : "a dictionary").items;
    if (kind == NodeKind::kDict && items.size() % 2 != 0) throw heap_.damaged("a key without a value");
    heap_.charge(2 * items.size() * sizeof(Item));  // vectors grow by doubling
    all.insert(all.end(), items.begin(), items.end());
  }
  void push_long(uint64_t bytes);
  void remember(uint32_t index) {
    heap_.charge(kMemoBytes);
    memo_[index] = top();
  }
  void recall(uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) throw heap_.damaged("a value that was never stored is asked for");
    push(found->second);
  }
  std::string pop_text() { return heap_.expect(pop(), NodeKind::kText, "a name").text; }
  void call_top() {
    const Item arguments = pop();
    const Item function = pop();
    push(call(heap_, function, arguments));
  }
  void push_storage();
  StorageRequest storage_request(const std::vector<Item>& id, bool& untyped);

  ByteReader& reader_;
  const StorageLoader& load_;
  const Limits& limits_;
  Heap heap_;
  uint64_t first_;  // bytes that were left at the beginning
  std::vector<Item> stack_;
  std::unordered_map<uint32_t, Item> memo_;
};

bool Unpickler::scalar(uint8_t code) {
  switch (code) {
    case kNone:
      push(std::monostate{});
      return true;
    case kNewTrue:
      push(true);
      return true;
    case kNewFalse:
      push(false);
      return true;
    case kBinInt:
      push(int64_t{reader_.number<int32_t>()});
      return true;
    case kBinInt1:
      push(int64_t{reader_.number<uint8_t>()});
      return true;
    case kBinInt2:
      push(int64_t{reader_.number<uint16_t>()});
      return true;
    case kLong1:
      push_long(reader_.number<uint8_t>());
      return true;
    case kLong4:
      push_long(reader_.number<uint32_t>());
      return true;
    case kBinFloat:
      push(std::bit_cast<double>(__builtin_bswap64(reader_.number<uint64_t>())));
      return true;
    case kShortBinString:
    case kShortBinUnicode:
      push_node(NodeKind::kText, reader_.text(reader_.number<uint8_t>()));
      return true;
    case kBinString:
    case kBinUnicode:
      push_node(NodeKind::kText, reader_.text(reader_.number<uint32_t>()));
      return true;
    case kBinUnicode8:
      push_node(NodeKind::kText, reader_.text(reader_.number<uint64_t>()));
      return true;
    case kShortBinBytes:
      push_node(NodeKind::kBytes, reader_.text(reader_.number<uint8_t>()));
      return true;
    case kBinBytes:
      push_node(NodeKind::kBytes, reader_.text(reader_.number<uint32_t>()));
      return true;
    default:
      return false;
  }
}

bool Unpickler::container(uint8_t code) {
  switch (code) {
    case kMark:
      push(Mark{});
      return true;
    case kEmptyList:
      push_node(NodeKind::kList);
      return true;
    case kEmptyDict:
      push_node(NodeKind::kDict);
      return true;
    case kEmptyTuple:
      push_node(NodeKind::kTuple);
      return true;
    case kTuple1:
    case kTuple2:
    case kTuple3:
      push_tuple(code - kTuple1 + 1U);
      return true;
    case kTuple:
      push_node(NodeKind::kTuple, {}, pop_to_mark());
      return true;
    case kAppends:
      extend(NodeKind::kList, pop_to_mark());
      return true;
    case kSetItems:
      extend(NodeKind::kDict, pop_to_mark());
      return true;
    case kAppend: {
      const Item item = pop();
      extend(NodeKind::kList, {item});
      return true;
    }
    case kSetItem: {
      const Item value = pop();
      const Item key = pop();
      extend(NodeKind::kDict, {key, value});
      return true;
    }
    default:
      return false;
  }
}

bool Unpickler::memory(uint8_t code) {
  switch (code) {
    case kProtocol: {
      const auto protocol = reader_.number<uint8_t>();
      if (protocol > kHighestProtocol) throw input_error(fmt::format("pickle protocol {} is not known", protocol), reader_.where());
      return true;
    }
    case kFrame:
      reader_.require(reader_.number<uint64_t>());
      return true;
    case kPop:
      (void)pop();
      return true;
    case kPopMark:
      (void)pop_to_mark();
      return true;
    case kDup:
      push(Item(top()));
      return true;
    case kBinPut:
      remember(reader_.number<uint8_t>());
      return true;
    case kLongBinPut:
      remember(reader_.number<uint32_t>());
      return true;
    case kMemoize:
      remember(static_cast<uint32_t>(memo_.size()));
      return true;
    case kBinGet:
      recall(reader_.number<uint8_t>());
      return true;
    case kLongBinGet:
      recall(reader_.number<uint32_t>());
      return true;
    default:
      return false;
  }
}

bool Unpickler::object(uint8_t code) {
  switch (code) {
    case kGlobal: {
      const std::string module = reader_.line(kMaxName);
      push(find_global(heap_, module, reader_.line(kMaxName)));
      return true;
    }
    case kStackGlobal: {
      const std::string name = pop_text();
      push(find_global(heap_, pop_text(), name));
      return true;
    }
    case kReduce:
    case kNewObject:
      call_top();
      return true;
    case kBuild: {
      const Item state = pop();
      set_state(heap_, top(), state);
      return true;
    }
    case kBinPersistentId:
      push_storage();
      return true;
    default:
      return false;
  }
}

void Unpickler::refuse(uint8_t code) {
  if (code == kInstance) {
    const std::string module = reader_.line(kMaxName);
    (void)find_global(heap_, module, reader_.line(kMaxName));
  }
  throw input_error(
      fmt::format("checkpoint has the pickle instruction 0x{:02x}, which is not needed for tensors, numbers, text, lists, tuples and "
                  "dictionaries: refused",
                  code),
      reader_.where());
}

// Little-endian two's complement of any length.
void Unpickler::push_long(uint64_t bytes) {
  if (bytes > sizeof(int64_t)) throw input_error("holds an integer of more than 64 bits: refused", reader_.where());
  std::array<uint8_t, sizeof(int64_t)> raw{};
  reader_.read(raw.data(), bytes);
  if (bytes > 0 && (raw[bytes - 1] & 0x80) != 0) std::fill(raw.begin() + static_cast<ptrdiff_t>(bytes), raw.end(), uint8_t{0xFF});
  push(std::bit_cast<int64_t>(raw));
}

// ("storage", type, key, location, elements[, (view key, offset, elements) or None])
StorageRequest Unpickler::storage_request(const std::vector<Item>& id, bool& untyped) {
  const Node* tag = id.empty() ? nullptr : heap_.find(id[0], NodeKind::kText);
  if (tag == nullptr || tag->text != "storage" || id.size() < 5) {
    throw input_error(
        fmt::format("checkpoint refers to a '{}' outside of it: refused", tag == nullptr ? "?" : tag->text.substr(0, kMaxName / 5)),
        reader_.where());
  }
  const Node& type = heap_.expect(id[1], NodeKind::kGlobal, "the type of a storage");
  untyped = type.global == Global::kUntypedStorageType;
  if (!untyped && type.global != Global::kStorageType) throw heap_.damaged("the type of a storage was expected");
  StorageRequest request{
      type.type, heap_.expect(id[2], NodeKind::kText, "the key of a storage").text, heap_.integer(id[4], "the size of a storage"), {}};
  uint64_t bytes = 0;
  if (request.count < 0 || __builtin_mul_overflow(static_cast<uint64_t>(request.count), at::elementSize(type.type), &bytes) ||
      bytes >> 62 != 0) {
    throw heap_.damaged(fmt::format("a storage of {} elements", request.count));
  }
  if (id.size() > 5 && !std::holds_alternative<std::monostate>(id[5])) {
    const auto& view = heap_.expect(id[5], NodeKind::kTuple, "a part of a storage").items;
    if (view.size() != 3) throw heap_.damaged("a part of a storage was expected");
    request.view = {heap_.expect(view[0], NodeKind::kText, "the key of a part").text, heap_.integer(view[1], "an offset"),
                    heap_.integer(view[2], "a size")};
    if (request.view->offset < 0 || request.view->count < 0 || request.view->offset > request.count - request.view->count) {
      throw heap_.damaged("a part that reaches beyond its storage");
    }
  }
  return request;
}

void Unpickler::push_storage() {
  const Item id = pop();
  bool untyped = false;
  const StorageRequest request = storage_request(heap_.expect(id, NodeKind::kTuple, "the description of a storage").items, untyped);
  push(heap_.add({.kind = untyped ? NodeKind::kUntypedStorage : NodeKind::kStorage, .text = {}, .items = {}, .tensor = load_(request)}));
}

}  // namespace

uint64_t StorageRequest::bytes() const { return static_cast<uint64_t>(count) * at::elementSize(type); }

Value unpickle(ByteReader& reader, const StorageLoader& load, const Limits& limits) { return Unpickler(reader, load, limits).run(); }

}  // namespace vbench::torch_file
