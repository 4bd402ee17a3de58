// PyTorch itself reads what is written here, and writes what is read here. Skipped where Python or its torch is not installed.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "datasets/formats/npy.hpp"
#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/core/files.hpp"
#include "tests/datasets/formats/torch_files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {
namespace {

using torch_file::Dict;
using torch_file::read_torch_file;
using torch_file::Value;

constexpr const char* kPython = "/usr/bin/python3";

/// Runs a script in `folder`; its output is in out.txt there.
bool python(const TemporaryFolder& folder, const std::string& script) {
  put(folder / "script.py", script);
  const std::string command = "cd '" + folder.path().string() + "' && " + kPython + " script.py > out.txt 2>&1";
  return std::system(command.c_str()) == 0;
}

class Python : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const TemporaryFolder folder;
    has_torch_ = python(folder, "import numpy, torch\n");
  }
  void SetUp() override {
    if (!has_torch_) GTEST_SKIP() << "python3-torch is not installed";
  }
  void run(const std::string& script) { ASSERT_TRUE(python(folder_, script)) << read_file(folder_ / "out.txt"); }

  static inline bool has_torch_ = false;
  TemporaryFolder folder_;
};

TEST_F(Python, LoadsWhatIsWritten) {
  const auto all = torch::arange(24, torch::kFloat).reshape({4, 6});
  Dict weights;
  weights.ordered = true;
  weights.set("w", all.slice(0, 1, 3));
  weights.set("t", all.t());
  Dict root{{"weights", weights}, {"none", Value()}, {"flag", true},   {"large", int64_t{1} << 40},
            {"small", -3},        {"real", -0.1},    {"text", "zwölf"}};
  root.set("list", Value::list({1, Value::tuple({2.5, "x"})}));
  root.set(7, Value::tuple({}));
  root.set("empty", torch::empty({0, 2}));
  root.set("scalar", torch::tensor(1.5));
  std::vector<Value> types;
  for (const auto type : {torch::kFloat16, torch::kFloat32, torch::kFloat64, torch::kBFloat16, torch::kInt8, torch::kInt16, torch::kInt32,
                          torch::kInt64, torch::kUInt8, torch::kBool}) {
    types.emplace_back(torch::arange(3).to(type));
  }
  root.set("types", Value::list(types));
  torch_file::save_torch_file(folder_ / "model.pth", root);
  root.set("real", Value());  // which PyTorch 1.13 refuses with weights_only, whoever wrote it
  root.set("list", Value::list({1, Value::tuple({Value(), "x"})}));
  torch_file::save_torch_file(folder_ / "without_reals.pth", root);
  run(R"(
import collections, inspect, torch
ways = [('model.pth', {}, -0.1, 2.5)]
if 'weights_only' in inspect.signature(torch.load).parameters:
    ways += [('without_reals.pth', {'weights_only': True}, None, None)]
for file, way, real, item in ways:
    m = torch.load(file, **way)
    base = torch.arange(24.).reshape(4, 6)
    assert type(m) is dict and type(m['weights']) is collections.OrderedDict
    assert list(m['weights']) == ['w', 't'], m
    assert torch.equal(m['weights']['w'], base[1:3]) and torch.equal(m['weights']['t'], base.t())
    assert m['weights']['t'].stride() == base.t().stride()
    m['weights']['w'][0, 2] = -1
    assert m['weights']['t'][2, 1] == -1, 'the storage is shared'
    assert m['none'] is None and m['flag'] is True and m['large'] == 1 << 40 and m['small'] == -3 and m['real'] == real and m['text'] == 'zwölf'
    assert m['list'] == [1, (item, 'x')] and m[7] == () and m['empty'].shape == (0, 2) and m['scalar'].shape == () and m['scalar'] == 1.5
    kinds = [torch.float16, torch.float32, torch.float64, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool]
    for t, k in zip(m['types'], kinds):
        assert t.dtype == k and torch.equal(t, torch.arange(3).to(k)), (t, k)
)");
}

TEST_F(Python, WhatItSavesIsReadInEveryFormatAndProtocol) {
  run(R"(
import collections, numpy, torch
base = torch.arange(24.).reshape(4, 6)
net = torch.nn.Linear(2, 2)
torch.nn.init.constant_(net.weight, 3.)
kinds = [torch.float16, torch.float32, torch.float64, torch.bfloat16, torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool]
tree = {'view': base[1:3, ::2], 't': base.t(), 'expanded': torch.tensor([5.]).expand(3, 4), 'types': [torch.arange(3).to(k) for k in kinds],
        'state': net.state_dict(), 'parameter': net.weight, 'numbers': (1, -2, 1 << 40, 0.25, True, None), 'size': base.shape, 'text': 'zwölf',
        'optimizer': torch.optim.Adam(net.parameters()).state_dict(), 'numpy': numpy.float64(0.5), 'deep': {'a': [{'b': ()}]},
        'ordered': collections.OrderedDict([('z', 1), ('a', 2)]), 'many': list(range(2000)), 'dtype': torch.float32}
for zip in (True, False):
    for protocol in (2, 3, 4, 5):
        torch.save(tree, 'f_%d_%d.pth' % (zip, protocol), _use_new_zipfile_serialization=zip, pickle_protocol=protocol)
)");
  const auto base = torch::arange(24, torch::kFloat).reshape({4, 6});
  for (const std::string name : {"f_1_2", "f_1_3", "f_1_4", "f_1_5", "f_0_2", "f_0_3", "f_0_4", "f_0_5"}) {
    SCOPED_TRACE(name);
    const Value root = read_torch_file(folder_ / (name + ".pth"));
    expect_same(root["view"].tensor(), base.slice(0, 1, 3).slice(1, 0, 6, 2));
    expect_same(root["t"].tensor(), base.t());
    expect_same(root["expanded"].tensor(), torch::full({3, 4}, 5.0));
    root["view"].tensor()[0][0] = -1;
    EXPECT_EQ(root["t"].tensor()[0][1].item<float>(), -1);
    for (const auto& item : root["types"].items()) expect_same(item.tensor(), torch::arange(3).to(item.tensor().scalar_type()));
    EXPECT_EQ(root["types"][3].tensor().scalar_type(), torch::kBFloat16);
    expect_same(root["state"]["weight"].tensor(), torch::full({2, 2}, 3.0));
    expect_same(root["parameter"].tensor(), torch::full({2, 2}, 3.0));
    EXPECT_EQ(root["numbers"][2].integer(), int64_t{1} << 40);
    EXPECT_EQ(root["numbers"][3].real(), 0.25);
    EXPECT_EQ(root["size"][1].integer(), 6);
    EXPECT_EQ(root["text"].text(), "zwölf");
    EXPECT_EQ(root["optimizer"]["param_groups"][0]["betas"][1].real(), 0.999);
    EXPECT_EQ(root["numpy"].real(), 0.5);
    EXPECT_EQ(root["deep"]["a"][0]["b"].size(), 0U);
    EXPECT_EQ(root["ordered"].entries()[0].first, "z");
    EXPECT_EQ(root["many"][1999].integer(), 1999);
    EXPECT_EQ(root["dtype"].text(), "torch.float32");
  }
}

TEST_F(Python, WhatItSavesOfOtherClassesIsRefusedByName) {
  run(R"(
import argparse, torch
torch.save(torch.nn.Linear(1, 1), 'module.pth')
torch.save({'args': argparse.Namespace(a=1)}, 'args.pth', _use_new_zipfile_serialization=False)
torch.save(torch.zeros(2, dtype=torch.complex64), 'complex.pth')
torch.save(torch.zeros(2).to_sparse(), 'sparse.pth')
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), 'script.pth')
)");
  for (const auto& [file, expected] : std::vector<std::pair<std::string, std::string>>{{"module", "torch.nn.modules.linear.Linear"},
                                                                                       {"args", "argparse.Namespace"},
                                                                                       {"complex", "torch.ComplexFloatStorage"},
                                                                                       {"sparse", "torch._utils._rebuild_sparse_tensor"},
                                                                                       {"script", "TorchScript"}}) {
    const std::string line = error_of([&, path = folder_ / (file + ".pth")] { (void)read_torch_file(path); });
    EXPECT_NE(line.find(expected), std::string::npos) << line;
  }
}

TEST_F(Python, NumpyReadsAndWritesTheSameArchives) {
  npy::write_npz(folder_ / "ours.npz",
                 {{"a", torch::arange(6, torch::kFloat).reshape({2, 3})}, {"b", torch::tensor({true, false})}, {"s", torch::tensor(4)}});
  run(R"(
import numpy as np
z = np.load('ours.npz')
assert z.files == ['a', 'b', 's'] and z['a'].dtype == np.float32 and (z['a'] == np.arange(6).reshape(2, 3)).all()
assert z['b'].tolist() == [True, False] and z['s'].shape == () and z['s'] == 4
x = np.arange(24, dtype=np.float64).reshape(2, 3, 4)
np.savez_compressed('theirs.npz', c=x, f=np.asfortranarray(x), h=x.astype(np.float16), i=x.astype(np.int8), e=np.zeros((0, 3)))
np.savez('plain.npz', c=x)
np.save('single.npy', x.T)
)");
  const auto x = torch::arange(24, torch::kDouble).reshape({2, 3, 4});
  const auto path = folder_ / "theirs.npz";
  expect_same(npy::read_npz(path, "c"), x);
  expect_same(npy::read_npz(path, "f"), x);
  expect_same(npy::read_npz(path, "h"), x.to(torch::kHalf));
  expect_same(npy::read_npz(path, "i"), x.to(torch::kChar));
  EXPECT_EQ(npy::read_npz(path, "e").sizes(), (std::vector<int64_t>{0, 3}));
  expect_same(npy::read_npz(folder_ / "plain.npz", "c"), x);
  expect_same(npy::read_npy(folder_ / "single.npy"), x.permute({2, 1, 0}));
}

}  // namespace
}  // namespace vbench::test
