// Checkpoints that are damaged or mean harm: each ends in one clear line, quickly and without taking memory.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/types.h>

#include <ctime>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/core/error.hpp"
#include "tests/datasets/formats/torch_files.hpp"
#include "tests/datasets/formats/zip_files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {
namespace {

using torch_file::read_torch_file;
namespace p = pickled;

constexpr double kSeconds = 1;       // processor time of a refusal, which takes milliseconds
constexpr int64_t kMegabytes = 300;  // what a refusal may add to the peak

int64_t peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

class HostileCheckpoint : public ::testing::Test {
 protected:
  /// Reading must fail with `expected` in its one line.
  void refused(const std::string& bytes, const std::string& expected, const torch_file::Limits& limits = {}) {
    const auto path = put(folder_ / "bad.pth", bytes);
    const int64_t before = peak_megabytes();
    const std::clock_t start = std::clock();
    const std::string line = error_of([&] { (void)read_torch_file(path, limits); });
    EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, kSeconds) << expected;
    EXPECT_LT(peak_megabytes() - before, kMegabytes) << expected;
    EXPECT_NE(line.find(expected), std::string::npos) << line;
    EXPECT_NE(line.find("bad.pth"), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    EXPECT_LT(line.size(), 1000U) << line;
  }
  /// The same tree in both formats.
  void refused_in_both(const std::string& tree, const std::string& expected) {
    refused(zip_checkpoint(p::whole(tree), {{"a", kCounting}}), expected);
    refused(stream_checkpoint(p::whole(tree), {{"a", kCounting}}, sizeof(float)), expected);
  }
  void expect_read(const std::string& bytes) { EXPECT_NO_THROW((void)read_torch_file(put(folder_ / "good.pth", bytes))); }
  TemporaryFolder folder_;
};

TEST_F(HostileCheckpoint, CommandsAreRefusedByNameAndNotRun) {
  const auto witness = folder_ / "witness";
  const std::string argument = p::tuple({p::text(std::string("touch ") + witness.string())});
  for (const auto& [module, name] : std::vector<std::pair<std::string, std::string>>{{"os", "system"},
                                                                                     {"posix", "system"},
                                                                                     {"builtins", "eval"},
                                                                                     {"__builtin__", "exec"},
                                                                                     {"subprocess", "Popen"},
                                                                                     {"torch", "load"},
                                                                                     {"torch.storage", "_load_from_bytes"},
                                                                                     {"torch.nn.modules.linear", "Linear"},
                                                                                     {"numpy.core.multiarray", "_reconstruct"},
                                                                                     {"argparse", "Namespace"}}) {
    refused_in_both(p::global(module, name) + argument + "R", "asks for '" + module + "." + name + "': refused");
  }
  refused_in_both(p::text("os") + p::text("system") + "\x93" + argument + "R", "asks for 'os.system': refused");
  refused_in_both("(" + p::text("x") + "ios\nsystem\n", "asks for 'os.system': refused");
  EXPECT_FALSE(std::filesystem::exists(witness));
}

TEST_F(HostileCheckpoint, CommandsInTheHeaderOfAStreamAreRefusedToo) {
  const std::string magic = stream_head().substr(0, 15);
  refused(magic + p::whole(p::global("os", "system") + p::tuple({p::text("true")}) + "R"), "asks for 'os.system'");
}

TEST_F(HostileCheckpoint, KnownNamesCannotBeAbused) {
  refused_in_both(p::global("torch", "FloatStorage") + p::tuple({p::integer(3)}) + "R", "asks to call 'torch.FloatStorage': refused");
  refused_in_both(p::global("torch", "device") + p::tuple({p::integer(3)}) + "R", "a device without a name");
}

TEST_F(HostileCheckpoint, ValuesThatAreNoDataAreRefused) {
  refused_in_both(p::global("collections", "OrderedDict"), "holds the class 'collections.OrderedDict' as a value");
  refused_in_both(
      "C\x03"
      "abc",
      "holds raw bytes");
  refused_in_both(p::storage("FloatStorage", "a", 12), "holds a bare storage");
  refused_in_both(std::string("\x8a\x09") + std::string(9, '\x7f'), "more than 64 bits");
  refused_in_both(p::tuple({p::text("module"), "N", "N", "N", "N"}) + "Q", "refers to a 'module' outside of it");
  refused_in_both("K\x01}b", "set the state of an object");
}

TEST_F(HostileCheckpoint, EveryTruncationIsNoticed) {
  const std::string tree = p::whole(p::tensor(p::storage("FloatStorage", "a", 12), 0, {12}, {1}));
  for (const auto& bytes : {zip_checkpoint(tree, {{"a", kCounting}}), stream_checkpoint(tree, {{"a", kCounting}}, sizeof(float))}) {
    for (size_t length = 0; length < bytes.size(); ++length) {
      const auto path = put(folder_ / "short.pth", bytes.substr(0, length));
      EXPECT_THROW((void)read_torch_file(path), Error) << length << " of " << bytes.size();
    }
  }
}

TEST_F(HostileCheckpoint, EveryFlippedByteIsAnErrorOrAValue) {
  const std::string tree =
      p::whole(p::list({p::tensor(p::storage("FloatStorage", "a", 12), 0, {3, 4}, {4, 1}), "q\x01h\x01", p::dict({{"k", "K\x01"}})}));
  for (const auto& bytes : {zip_checkpoint(tree, {{"a", kCounting}}), stream_checkpoint(tree, {{"a", kCounting}}, sizeof(float))}) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (const char mask : {'\x01', '\x80', '\xff'}) {
        std::string damaged = bytes;
        damaged[i] = static_cast<char>(damaged[i] ^ mask);
        try {
          (void)read_torch_file(put(folder_ / "flip.pth", damaged));
        } catch (const Error&) {  // anything else fails the test
        }
      }
    }
  }
}

TEST_F(HostileCheckpoint, DamagedContentOfAZipIsNoticed) {
  std::string bytes = zip_checkpoint(p::whole(p::tensor(p::storage("FloatStorage", "a", 12), 0, {12}, {1})), {{"a", kCounting}});
  bytes[bytes.find(kCounting) + 5] ^= 1;
  refused(bytes, "entry 'model/data/a': is damaged");
  // The same for a storage that ends within an element.
  bytes = zip_checkpoint(p::whole(p::tensor(p::storage("FloatStorage", "a", 12), 0, {12}, {1})), {{"a", kCounting + "xy"}});
  expect_read(bytes);
  bytes[bytes.find(kCounting) + 5] ^= 1;
  refused(bytes, "entry 'model/data/a': is damaged");
}

TEST_F(HostileCheckpoint, TensorsCannotReachBeyondTheirStorage) {
  const std::string stored = p::storage("FloatStorage", "a", 12);
  constexpr int64_t kHuge = int64_t{1} << 62;
  const std::vector<std::string> bad{
      p::tensor(stored, 0, {13}, {1}),
      p::tensor(stored, 1, {12}, {1}),
      p::tensor(stored, 0, {2, 3}, {10, 1}),
      p::tensor(stored, -1, {2}, {1}),
      p::tensor(stored, 12, {}, {}),
      p::tensor(stored, 0, {2}, {-1}),
      p::tensor(stored, 0, {-2}, {1}),
      p::tensor(stored, 0, {2, 2}, {1}),
      p::tensor(stored, kHuge, {1}, {1}),
      p::tensor(stored, 0, {kHuge}, {0}),
      p::tensor(stored, 0, {kHuge, 8}, {0, 0}),
      p::tensor(stored, 0, {3}, {kHuge}),
      p::tensor(stored, 0, {kHuge, 0, kHuge}, {1, 1, 1}),
  };
  for (const auto& tree : bad) refused_in_both(tree, "does not fit its storage of 12 elements");
  refused_in_both(p::tensor(stored, 0, std::vector<int64_t>(65, 1), std::vector<int64_t>(65, 1)), "65 dimensions");
}

TEST_F(HostileCheckpoint, StoragesCannotBeLongerThanTheFile) {
  const int64_t tera = int64_t{1} << 40;
  const std::string tree = p::whole(p::tensor(p::storage("FloatStorage", "a", tera), 0, {tera}, {1}));
  refused(zip_checkpoint(tree, {{"a", kCounting}}), "has 48 bytes, 4398046511104 are described");
  refused(stream_checkpoint(tree, {{"a", kCounting}}, sizeof(float)), "which the file does not have");
  refused_in_both(p::tensor(p::storage("FloatStorage", "a", -1), 0, {0}, {1}), "a storage of -1 elements");
  refused_in_both(p::tensor(p::storage("FloatStorage", "a", int64_t{1} << 62), 0, {0}, {1}), "elements");
  refused_in_both(
      p::list({p::tensor(p::storage("FloatStorage", "a", 12), 0, {1}, {1}), p::tensor(p::storage("IntStorage", "a", 12), 0, {1}, {1})}),
      "described in two ways");
}

TEST_F(HostileCheckpoint, ManyStoragesTogetherCannotBeLongerThanAStream) {
  std::vector<std::string> tensors;
  for (int i = 0; i < 1000; ++i) tensors.push_back(p::tensor(p::storage("ByteStorage", std::to_string(i), 100000), 0, {1}, {1}));
  refused(stream_head() + p::whole(p::list(tensors)) + p::whole("]") + std::string(200000, 'x'), "which the file does not have");
}

TEST_F(HostileCheckpoint, StreamsMustHoldExactlyTheirStorages) {
  const std::string tree = p::whole(p::tensor(p::storage("FloatStorage", "a", 12), 0, {12}, {1}));
  refused(stream_checkpoint(tree, {}, sizeof(float)) + kCounting, "lacks the content of a storage");
  refused(stream_checkpoint(tree, {{"b", kCounting}}, sizeof(float)), "which no tensor uses");
  refused(stream_checkpoint(tree, {{"a", kCounting}, {"a", kCounting}}, sizeof(float)), "there twice");
  refused(stream_checkpoint(tree, {{"a", kCounting}}, 1), "another length");
  const std::string part = p::storage("FloatStorage", "a", 12, p::tuple({p::text("b"), p::integer(10), p::integer(3)}));
  refused(stream_checkpoint(p::whole(p::tensor(part, 0, {1}, {1})), {{"a", kCounting}}, sizeof(float)),
          "a part that reaches beyond its storage");
}

TEST_F(HostileCheckpoint, OversizedLengthsInThePickleAreRefused) {
  refused_in_both("X\xff\xff\xff\xff", "ends too early");
  refused_in_both(std::string("\x8d") + std::string(7, '\xff') + "\x7f", "ends too early");
  refused_in_both("B\xff\xff\xff\x7f", "ends too early");
  refused_in_both("\x8b\xff\xff\xff\x7f", "64 bits");
  refused_in_both(std::string("\x95") + std::string(8, '\xff'), "ends too early");
  refused_in_both(std::string("c") + std::string(100000, 'a') + "\nb\n", "a name is implausibly long");
  refused_in_both("j\xff\xff\xff\xff", "never stored");
}

TEST_F(HostileCheckpoint, DeepNestingIsRefused) {
  refused_in_both(repeat("]", 300000) + repeat("a", 299999), "nested deeper than 200");
  refused_in_both(std::string(")") + repeat("\x85", 300000), "nested deeper than 200");
  refused_in_both(repeat("(", 1000000), "");
}

TEST_F(HostileCheckpoint, LoopsAreRefused) {
  refused_in_both(
      "]q\x01h\x01"
      "a",
      "holds itself");
  refused_in_both("}q\x01K\x01h\x01s", "holds itself");
}

TEST_F(HostileCheckpoint, SharedListsThatUnfoldToBillionsAreRefused) {
  std::string tree =
      "](K\x01K\x01"
      "e";
  for (int i = 0; i < 60; ++i)
    tree = std::string("](") + tree + std::string("q") + std::string(1, static_cast<char>(i)) + std::string("h") +
           std::string(1, static_cast<char>(i)) + "e";
  refused_in_both(tree, "holds more than");
}

TEST_F(HostileCheckpoint, TreesThatNeedMuchMemoryAreRefused) {
  torch_file::Limits limits;
  limits.object_bytes = 10 << 20;
  refused(zip_checkpoint(p::whole(std::string("](") + repeat("]", 200000) + "e")), "implausibly much memory", limits);
  refused(zip_checkpoint(p::whole(std::string("]q\x01") + repeat(std::string("0h\x01r") + raw(uint32_t{7}), 500000))),
          "implausibly much memory", limits);
}

TEST_F(HostileCheckpoint, LongTextsInManyTuplesAsKeysAreRefused) {
  torch_file::Limits limits;
  limits.object_bytes = 50 << 20;
  std::string tree = p::text(std::string(100000, 'x')) + "q\x01" + "0}(";
  for (int i = 0; i < 20; ++i) tree += "(" + repeat("h\x01", 50) + p::integer(i) + "tN";
  refused(zip_checkpoint(p::whole(tree + "u")), "implausibly much memory", limits);
}

TEST_F(HostileCheckpoint, AStackInDisorderIsRefused) {
  for (const std::string tree : {"", "a", "s", "e", "u", "t", "R", "b", "Q", "0", "(", "]K\x01", "K\x01K\x02", "}(K\x01u", "](",
                                 "K\x01K\x01"
                                 "a",
                                 "\x86", "\x93", "2"}) {
    refused_in_both(tree, "");
  }
  for (const std::string code : {"\xff", "F", "I", "P", "\x82", "\x92", "\x8f"}) refused_in_both(code, "pickle instruction");
}

TEST_F(HostileCheckpoint, ZipBombsAreRefused) {
  refused(raw_zip({{.name = "m/data.pkl", .content = "x", .size = 1 << 30, .method = kDeflated}}), "zip bomb");
  const std::string zeros(10 << 20, '\0');
  refused(raw_zip({{.name = "m/data.pkl", .content = deflated(zeros), .size = 100, .method = kDeflated}}),
          "entry 'm/data.pkl': is damaged");
}

TEST_F(HostileCheckpoint, OtherFilesAreNamedAsSuch) {
  refused("", "too short");
  refused("hello world, this is text", "neither a zip nor a stream");
  refused(std::string("\x89HDF\r\n\x1a\n", 8) + std::string(100, '\0'), "neither a zip nor a stream");
  refused(p::whole(p::dict({})), "");
  ZipWriter other;
  other.add("word/document.xml", "<x/>");
  refused(other.finish(), "no torch checkpoint");
  ZipWriter script;
  script.add("m/data.pkl", p::whole("N"));
  script.add("m/constants.pkl", p::whole(")"));
  refused(script.finish(), "TorchScript");
  ZipWriter big_endian;
  big_endian.add("m/data.pkl", p::whole("N"));
  big_endian.add("m/byteorder", "big");
  refused(big_endian.finish(), "big-endian");
  EXPECT_NE(error_of([&] { (void)read_torch_file(folder_ / "none.pth"); }).find("none.pth: cannot be read: No such file"),
            std::string::npos);
  EXPECT_NE(error_of([&] { (void)read_torch_file(folder_.path()); }).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace vbench::test
