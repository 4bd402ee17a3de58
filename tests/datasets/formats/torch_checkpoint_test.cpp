// Valid checkpoints: what is read is what was meant, and what is written is read again.
#include "datasets/formats/torch_checkpoint.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "tests/datasets/formats/torch_files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {
namespace {

using ::testing::Test;
using torch_file::Dict;
using torch_file::Kind;
using torch_file::read_torch_file;
using torch_file::save_torch_file;
using torch_file::Value;
namespace p = pickled;

class TorchCheckpoint : public Test {
 protected:
  Value read(const std::string& bytes) { return read_torch_file(put(folder_ / "model.pth", bytes)); }
  Value round_trip(const Value& value) {
    save_torch_file(folder_ / "model.pth", value);
    return read_torch_file(folder_ / "model.pth");
  }
  TemporaryFolder folder_;
};

TEST_F(TorchCheckpoint, KeepsEveryKindOfValue) {
  Dict dict;
  dict.ordered = true;
  dict.set("none", Value());
  dict.set("flag", true);
  dict.set("small", -7);
  dict.set("large", std::numeric_limits<int64_t>::min());
  dict.set("real", 0.1);
  dict.set("text", "zwölf\n");
  dict.set("list", Value::list({1, "two", Value::tuple({})}));
  dict.set(3, Dict{{Value::tuple({1, "a"}), false}});
  const Value root = round_trip(dict);
  EXPECT_TRUE(root.dict().ordered);
  EXPECT_TRUE(root["none"].is_none());
  EXPECT_EQ(root["flag"].kind(), Kind::kBool);
  EXPECT_EQ(root["small"].integer(), -7);
  EXPECT_EQ(root["large"].integer(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(root["real"].real(), 0.1);
  EXPECT_EQ(root["text"].text(), "zwölf\n");
  EXPECT_EQ(root["list"].kind(), Kind::kList);
  EXPECT_EQ(root["list"][1].text(), "two");
  EXPECT_EQ(root["list"][2].kind(), Kind::kTuple);
  EXPECT_FALSE(root[3].dict().ordered);
  EXPECT_FALSE(root[3].dict().find(Value::tuple({1, "a"}))->boolean());
  EXPECT_EQ(root.dict().items()[0].first.text(), "none");
  EXPECT_EQ(root.dict().items()[7].first.integer(), 3);
}

TEST_F(TorchCheckpoint, KeepsTensorsOfEveryType) {
  const auto types = {torch::kFloat16, torch::kFloat32, torch::kFloat64, torch::kBFloat16, torch::kInt8,
                      torch::kInt16,   torch::kInt32,   torch::kInt64,   torch::kUInt8,    torch::kBool};
  std::vector<Value> items;
  for (const auto type : types) items.emplace_back(torch::arange(6).reshape({2, 3}).to(type));
  const Value root = round_trip(Value::list(items));
  size_t i = 0;
  for (const auto type : types) {
    EXPECT_EQ(root.items()[i].tensor().scalar_type(), type);
    expect_same(root.items()[i].tensor(), items[i].tensor(), torch::toString(type));
    ++i;
  }
}

TEST_F(TorchCheckpoint, KeepsScalarsAndEmptyTensors) {
  const Value root = round_trip(Value::tuple({torch::tensor(2.5), torch::empty({0, 3}), torch::empty({0})}));
  EXPECT_EQ(root[0].tensor().item<float>(), 2.5F);
  EXPECT_EQ(root[0].tensor().dim(), 0);
  EXPECT_EQ(root[1].tensor().sizes(), (std::vector<int64_t>{0, 3}));
  EXPECT_EQ(root[2].tensor().numel(), 0);
}

TEST_F(TorchCheckpoint, TensorsThatSharedAStorageShareItAgain) {
  const auto all = torch::arange(24, torch::kFloat).reshape({4, 6});
  const Value root = round_trip(Value::list({all.slice(0, 1, 3), all.t(), all[1]}));
  expect_same(root[0].tensor(), all.slice(0, 1, 3));
  expect_same(root[1].tensor(), all.t());
  EXPECT_EQ(root[1].tensor().strides(), all.t().strides());
  root[2].tensor().fill_(-1);
  EXPECT_EQ(root[0].tensor()[0][2].item<float>(), -1);
  EXPECT_EQ(root[1].tensor()[2][1].item<float>(), -1);
}

TEST_F(TorchCheckpoint, WritesOnlyTheStretchOfAStorageThatTensorsReach) {
  const auto large = torch::arange(1000000, torch::kFloat);
  const Value root = round_trip(large.slice(0, 500000, 500100));
  EXPECT_LT(std::filesystem::file_size(folder_ / "model.pth"), 4096U);
  expect_same(root.tensor(), large.slice(0, 500000, 500100));
}

TEST_F(TorchCheckpoint, RefusesToWriteTensorsThatItCouldNotRead) {
  EXPECT_NE(error_of([] { (void)torch_file::write_torch_zip(torch::zeros({2}, torch::kComplexFloat)); }).find("ComplexFloat"),
            std::string::npos);
  EXPECT_NE(error_of([] { (void)torch_file::write_torch_zip(torch::zeros({2}).to_sparse()); }).find("dense"), std::string::npos);
}

TEST_F(TorchCheckpoint, AppliesOffsetsAndStrides) {
  const std::string tree = p::list({p::tensor(p::storage("FloatStorage", "a", 12), 1, {2, 3}, {1, 4}),
                                    p::tensor(p::storage("FloatStorage", "a", 12), 0, {4, 3}, {3, 1}),
                                    p::tensor(p::storage("FloatStorage", "a", 12), 5, {2, 3}, {0, 0})});
  for (const auto& bytes :
       {zip_checkpoint(p::whole(tree), {{"a", kCounting}}), stream_checkpoint(p::whole(tree), {{"a", kCounting}}, sizeof(float))}) {
    const Value root = read(bytes);
    expect_same(root[0].tensor(), torch::tensor({{1., 5., 9.}, {2., 6., 10.}}));
    expect_same(root[1].tensor(), torch::arange(12).reshape({4, 3}));
    expect_same(root[2].tensor(), torch::full({2, 3}, 5.0));
    root[1].tensor()[0][1] = 77;
    EXPECT_EQ(root[0].tensor()[0][0].item<float>(), 77) << "both look at the same storage";
  }
}

TEST_F(TorchCheckpoint, StreamsMayNameAPartOfAStorage) {
  const std::string part = p::storage("FloatStorage", "a", 12, p::tuple({p::text("b"), p::integer(4), p::integer(3)}));
  const Value root = read(stream_checkpoint(p::whole(p::tensor(part, 1, {2}, {1})), {{"a", kCounting}}, sizeof(float)));
  expect_same(root.tensor(), torch::tensor({5., 6.}));
}

TEST_F(TorchCheckpoint, ReadsSeveralStoragesOfAStreamInTheOrderOfItsKeys) {
  const std::string tree = p::dict(
      {{"x", p::tensor(p::storage("LongStorage", "1", 2), 0, {2}, {1})}, {"y", p::tensor(p::storage("LongStorage", "0", 1), 0, {}, {})}});
  const Value root =
      read(stream_checkpoint(p::whole(tree), {{"0", content<int64_t>({9})}, {"1", content<int64_t>({4, 5})}}, sizeof(int64_t)));
  expect_same(root["x"].tensor(), torch::tensor({4, 5}));
  EXPECT_EQ(root["y"].tensor().item<int64_t>(), 9);
}

TEST_F(TorchCheckpoint, UnwrapsParametersSizesAndStateDictionaries) {
  const std::string tensor = p::tensor(p::storage("FloatStorage", "a", 12), 0, {12}, {1});
  const std::string parameter = p::global("torch._utils", "_rebuild_parameter") + p::tuple({tensor, "\x88", "N"}) + "R";
  const std::string size = p::global("torch", "Size") + p::tuple({p::integers({3, 4})}) + "R";
  const std::string state =
      p::global("collections", "OrderedDict") + ")R" + p::text("w") + "K\x05s" + p::dict({{"_metadata", p::dict({})}}) + "b";
  const std::string old = p::global("collections", "OrderedDict") + p::tuple({p::list({p::list({p::text("k"), "K\x02"})})}) + "R";
  const Value root =
      read(zip_checkpoint(p::whole(p::list({parameter, size, state, old, p::global("torch", "float32")})), {{"a", kCounting}}));
  expect_same(root[0].tensor(), torch::arange(12));
  EXPECT_EQ(root[1][1].integer(), 4);
  EXPECT_EQ(root[2]["w"].integer(), 5);
  EXPECT_EQ(root[2].size(), 1U);
  EXPECT_EQ(root[3]["k"].integer(), 2);
  EXPECT_EQ(root[4].text(), "torch.float32");
}

TEST_F(TorchCheckpoint, ReadsNumbersOfNumpy) {
  const std::string type = p::global("numpy", "dtype") + p::tuple({p::text("f8"), "\x89", "\x88"}) + "R" +
                           p::tuple({"K\x03", p::text("<"), "N", "N", "N", "J\xff\xff\xff\xff"}) + "b";
  const std::string bytes =
      p::global("_codecs", "encode") + p::tuple({p::text(std::string("\0\0\0\0\0\0\xc3\xb8\x3f", 9)), p::text("latin1")}) + "R";
  EXPECT_EQ(read(zip_checkpoint(p::whole(p::global("numpy.core.multiarray", "scalar") + p::tuple({type, bytes}) + "R"))).real(), 1.5);
}

TEST_F(TorchCheckpoint, SharedListsAreReadOnce) {
  const std::string tree =
      "](]q\x01(K\x01"
      "eh\x01h\x01"
      "e";
  const Value root = read(zip_checkpoint(p::whole(tree)));
  EXPECT_EQ(root.size(), 3U);
  EXPECT_EQ(root[2][0].integer(), 1);
}

TEST_F(TorchCheckpoint, WrongAccessNamesThePlace) {
  const Value root = read(zip_checkpoint(p::whole(p::dict({{"model", p::dict({{"weight", "K\x01"}})}}))));
  const std::string file = (folder_ / "model.pth").string();
  EXPECT_EQ(error_of([&] { (void)root["model"]["weight"].tensor(); }), file + "['model']['weight']: is an integer, a tensor was expected");
  const std::string missing = error_of([&] { (void)root["model"]["wieght"]; });
  EXPECT_NE(missing.find(file + "['model']: has no key 'wieght'"), std::string::npos) << missing;
  EXPECT_NE(missing.find("'weight'"), std::string::npos) << missing;
  EXPECT_NE(error_of([&] { (void)root[0]; }).find("has no key 0"), std::string::npos);
}

TEST_F(TorchCheckpoint, ALaterEqualKeyReplacesTheValue) {
  Dict dict{{"a", 1}, {"b", 2}};
  dict.set("a", 3);
  EXPECT_EQ(dict.size(), 2U);
  EXPECT_EQ(dict.items()[0].second.integer(), 3);
}

TEST_F(TorchCheckpoint, ASavedFileIsTheSameEveryTime) {
  const Value value = Dict{{"w", torch::ones({3, 3})}};
  EXPECT_EQ(torch_file::write_torch_zip(value), torch_file::write_torch_zip(value));
}

TEST_F(TorchCheckpoint, SavingIntoAMissingFolderSaysSo) {
  EXPECT_NE(error_of([&] { save_torch_file(folder_ / "no" / "model.pth", 1); }).find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace vbench::test
