// Bad input: one line that says what, where and what to do, and the documented exit code.
#include <gmock/gmock.h>
#include <torch/types.h>
#include <unistd.h>

#include <limits>

#include "datasets/formats/hdf5.hpp"
#include "tests/cli/fixture.hpp"

namespace vbench {
namespace {

using test::copy_small_data;
using test::expect_error;
using test::kInput;
using test::kUsage;
using test::run_program;
using test::small_data;
using test::small_run;
using test::TemporaryFolder;
using testing::HasSubstr;

const char* const kVideoFile = "video_feat_100m.h5";
const char* const kTextFile = "text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1.h5";
const char* const kSplits = "text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1_sentence_splits.json";

test::ProgramResult run_on(const std::filesystem::path& data, const std::vector<std::string>& more = {}) {
  static const TemporaryFolder out;
  std::vector<std::string> options{"--epochs", "1"};
  options.insert(options.end(), more.begin(), more.end());
  return run_program(small_run(out.path(), options, data));
}

test::ProgramResult evaluate(const std::string& weights, const std::vector<std::string>& more = {}) {
  static const TemporaryFolder out;
  std::vector<std::string> options{"--eval-only", "--init", weights};
  options.insert(options.end(), more.begin(), more.end());
  return run_program(small_run(out.path(), options));
}

// ---- names ----------------------------------------------------------------------------------------------------------

TEST(BadNames, Method) { expect_error(run_program({"--method", "cot", "--dataset", "youcook2"}), kUsage, {"cot", "did you mean 'coot'"}); }
TEST(BadNames, Dataset) {
  expect_error(run_program({"--method", "coot", "--dataset", "youcok"}), kUsage, {"youcok", "did you mean 'youcook2'"});
}
TEST(BadNames, Variant) {
  expect_error(run_program({"--method", "coot", "--dataset", "youcook2", "--variant", "yc2-10m"}), kUsage, {"yc2-10m", "'yc2-100m'"});
}
TEST(BadNames, Option) { expect_error(run_program({"--method", "coot", "--epoch", "1"}), kUsage, {"--epoch", "'epochs'"}); }
TEST(BadNames, FolderThatTheSystemRefuses) {
  expect_error(run_program({"--method", "coot", "--dataset", "youcook2", "--data-root", std::string(300, 'x')}), kInput,
               {"File name too long"});
}
TEST(BadNames, MethodOfAList) {
  expect_error(run_program({"list", "metrics", "--method", "coot"}), kUsage, {"only variants belong to a method"});
}
TEST(BadNames, Prediction) {
  expect_error(run_program({"predict", "--method", "coot", "--dataset", "youcook2", "--source", "synthetic"}), kUsage, {"--videos"});
  expect_error(run_program({"data", "prepare", "youcook2"}), kUsage, {"youcook2 has nothing to prepare"});
}
TEST(BadNames, Key) { expect_error(run_on(small_data(), {"--set", "loss.marjin=0.2"}), kUsage, {"loss.marjin", "loss.margin"}); }
TEST(BadNames, Value) { expect_error(run_on(small_data(), {"--set", "loss.margin=wide"}), kUsage, {"loss.margin", "wide"}); }
TEST(BadNames, Device) { expect_error(run_on(small_data(), {"--device", "gpu"}), kUsage, {"gpu"}); }
TEST(BadNames, PrecisionThatTheDeviceLacks) { expect_error(run_on(small_data(), {"--precision", "fp16"}), kUsage, {"fp16"}); }
TEST(BadNames, EvalOnlyWithoutWeights) { expect_error(run_on(small_data(), {"--eval-only"}), kUsage, {"--init"}); }

TEST(BadNames, NoDataset) { expect_error(run_program({"--method", "coot"}), kUsage, {"no dataset", "--dataset"}); }
TEST(BadNames, SettingsThatTheOptimiserOrTheScheduleDoesNotRead) {
  expect_error(run_on(small_data(), {"--set", "optimizer.momentum=0.5"}), kUsage, {"optimizer.momentum", "no effect", "optimizer=sgd"});
  expect_error(run_on(small_data(), {"--set", "schedule=constant", "--set", "schedule.patience=1"}), kUsage, {"schedule=plateau"});
  EXPECT_EQ(run_on(small_data(), {"--set", "optimizer=sgd", "--set", "optimizer.momentum=0.5"}).exit_code, 0);
}
TEST(BadNames, SeveralSeedsForOneSetOfWeights) { expect_error(evaluate("x.pth", {"--seeds", "1,2"}), kUsage, {"--seeds"}); }
TEST(BadNames, EmbeddingsWithOptionsOfAModel) {
  expect_error(run_program({"run", "--dataset", "youcook2", "--embeddings", "x.h5", "--preload"}), kUsage, {"--embeddings", "--preload"});
}
TEST(BadNames, OptionsWithoutEffect) {
  expect_error(run_program({"data", "info", "youcook2", "--output", "x"}), kUsage, {"--output", "no effect"});
  expect_error(run_program({"data", "synth", "youcook2", "--output", "x", "--deep"}), kUsage, {"--deep", "no effect"});
}

// ---- data -----------------------------------------------------------------------------------------------------------

class BadData : public testing::Test {
 protected:
  void SetUp() override { copy_small_data(data_.path()); }
  [[nodiscard]] std::filesystem::path file(const char* name) const { return data_ / "youcook2" / name; }
  [[nodiscard]] test::ProgramResult run(const std::vector<std::string>& more = {}) const { return run_on(data_.path(), more); }

  [[nodiscard]] nlohmann::json meta() const { return nlohmann::json::parse(read_file(file("meta_all.json"))); }
  void write_meta(const nlohmann::json& meta) const { write_file_atomically(file("meta_all.json"), meta.dump()); }

  /// Rewrites an HDF5 file, passing every array through `change`; arrays for which it gives nothing are left out.
  void rewrite(const char* name, const std::function<std::optional<torch::Tensor>(const std::string&, torch::Tensor)>& change) const {
    std::vector<std::pair<std::string, torch::Tensor>> arrays;
    {
      const auto old = hdf5::File::open(file(name));
      for (const auto& key : old.children("")) {
        if (auto changed = change(key, old.read(key))) arrays.emplace_back(key, *changed);
      }
    }
    auto next = hdf5::File::create(file(name));
    for (const auto& [key, array] : arrays) next.write(key, array);
    next.close();
  }

  TemporaryFolder data_;
};

TEST_F(BadData, OfficialFilesAskedForButNotThere) {
  const TemporaryFolder empty;
  expect_error(run_on(empty.path(), {"--source", "real"}), kInput, {(empty.path() / "youcook2").string(), "vbench data info youcook2"});
}

TEST_F(BadData, AStandInNeverCountsAsReal) { expect_error(run({"--source", "real"}), kInput, {"SYNTHETIC"}); }

TEST_F(BadData, MissingFeatureFile) {
  std::filesystem::remove(file(kVideoFile));
  expect_error(run(), kInput, {kVideoFile});
}

TEST_F(BadData, TruncatedFeatureFile) {
  std::filesystem::resize_file(file(kVideoFile), std::filesystem::file_size(file(kVideoFile)) / 2);
  expect_error(run(), kInput, {kVideoFile});
}

TEST_F(BadData, TruncatedTextFile) {
  std::filesystem::resize_file(file(kTextFile), 100);
  expect_error(run(), kInput, {kTextFile});
}

TEST_F(BadData, WrongFeatureWidth) { expect_error(run({"--set", "data.video_width=32"}), kInput, {kVideoFile, "24", "32"}); }

TEST_F(BadData, FeaturesThatAreNotFinite) {
  rewrite(kVideoFile, [](const std::string&, torch::Tensor frames) {
    frames[0][3] = std::numeric_limits<float>::quiet_NaN();
    return frames;
  });
  expect_error(run(), kInput, {kVideoFile, "not finite"});
}

TEST_F(BadData, EmptySplit) {
  auto meta = this->meta();
  for (auto& [key, item] : meta.items()) item["split"] = "train";
  write_meta(meta);
  expect_error(run(), kInput, {"split 'val' has no videos"});
}

TEST_F(BadData, VideoWithoutClips) {
  auto meta = this->meta();
  const std::string key = meta.begin().key();
  meta[key]["segments"] = nlohmann::json::array();
  write_meta(meta);
  expect_error(run({"--strict"}), kInput, {key});
  EXPECT_EQ(run().exit_code, 0) << "without --strict it is dropped and counted";
  EXPECT_THAT(run().err, HasSubstr("dropped"));
}

TEST_F(BadData, AnnotationForAMissingVideo) {
  std::string gone;
  rewrite(kVideoFile, [&](const std::string& key, const torch::Tensor& frames) -> std::optional<torch::Tensor> {
    if (!gone.empty()) return frames;
    gone = key;
    return std::nullopt;
  });
  expect_error(run({"--strict"}), kInput, {gone});
  const auto verified = run_program(
      {"data", "verify", "youcook2", "--data-root", data_.path().string(), "--set", "data.video_width=24", "--set", "data.text_width=20"});
  EXPECT_EQ(verified.exit_code, 1) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr(gone));
}

TEST_F(BadData, SentenceLengthsThatDoNotAddUp) {
  auto splits = nlohmann::json::parse(read_file(file(kSplits)));
  const std::string key = splits.begin().key();
  splits[key][0] = splits[key][0].get<int>() + 1;
  write_file_atomically(file(kSplits), splits.dump());
  expect_error(run({"--strict"}), kInput, {key});
}

TEST_F(BadData, CaptionLongerThanTheLimit) { expect_error(run({"--set", "data.max_words=3"}), kInput, {"data.max_words"}); }

TEST_F(BadData, AnnotationsThatAreNoJson) {
  write_file_atomically(file("meta_all.json"), "{\"a\": [1, 2");
  expect_error(run(), kInput, {"meta_all.json"});
}

// ---- weights and embeddings -----------------------------------------------------------------------------------------

TEST(BadWeights, OfAnotherNetwork) {
  const TemporaryFolder out;
  ASSERT_EQ(run_program(small_run(out.path(), {"--epochs", "1"})).exit_code, 0);
  const auto weights = test::find_file(out.path(), "best.pth").string();
  expect_error(evaluate(weights + ".gone"), kInput, {weights + ".gone"});
  expect_error(evaluate(weights, {"--set", "model.layers=2"}), kInput, {weights, "net_video_local"});
}

TEST(BadWeights, NoCheckpointAtAll) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "model.pth", "hello");
  expect_error(evaluate((folder / "model.pth").string()), kInput, {"model.pth"});
}

// A stream of torch.save whose object would run `echo` if anybody let it.
TEST(BadWeights, AFileThatWantsToRunACommand) {
  using std::string_literals::operator""s;
  const TemporaryFolder folder;
  const std::string magic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s;
  const std::string protocol = "\x80\x02M\xe9\x03."s, system_info = "\x80\x02}."s;
  write_file_atomically(folder / "model.pth", magic + protocol + system_info +
                                                  "\x80\x02"
                                                  "cposix\nsystem\nX\x04\x00\x00\x00"
                                                  "echo\x85R."s);
  expect_error(evaluate((folder / "model.pth").string()), kInput, {"model.pth", "posix.system"});
}

TEST(BadEmbeddings, MissingOrForeignFile) {
  const TemporaryFolder folder;
  expect_error(run_program({"run", "--dataset", "youcook2", "--embeddings", (folder / "none.h5").string()}), kInput, {"none.h5"});
  auto file = hdf5::File::create(folder / "other.h5");
  file.write("something", torch::zeros({2, 2}));
  file.close();
  expect_error(run_program({"run", "--dataset", "youcook2", "--embeddings", (folder / "other.h5").string()}), kInput, {"other.h5"});
}

// ---- places to write ------------------------------------------------------------------------------------------------

TEST(BadOutput, AFolderThatCannotBeMade) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "file", "");
  expect_error(run_program(small_run(folder / "file" / "runs", {"--epochs", "1"})), kInput, {(folder / "file").string()});
}

TEST(BadOutput, ReadOnlyFolder) {
  // Even root cannot create files there.
  expect_error(run_program(small_run("/proc/vbench", {"--epochs", "1"})), kInput, {"/proc/vbench"});
}

TEST(BadOutput, FullDisk) {
  const TemporaryFolder out;
  ASSERT_EQ(run_program(small_run(out.path(), {"--epochs", "1"})).exit_code, 0);
  const auto last = test::find_file(out.path(), "last.pth");
  const std::string before = read_file(last);
  const auto result = run_program(small_run(out.path(), {"--epochs", "2", "--resume"}),
                                  {.environment = {}, .folder = ".", .file_size_limit = before.size() / 2});
  EXPECT_EQ(result.exit_code, kInput) << result.err;
  EXPECT_EQ(read_file(last), before) << "the old checkpoint must survive";
  EXPECT_EQ(run_program(small_run(out.path(), {"--epochs", "2", "--resume"})).exit_code, 0) << "with space again the run goes on";
}

TEST(BadOutput, CorruptedStore) {
  const TemporaryFolder out;
  const std::string junk(8192, 'x');
  write_file_atomically(out / "results.db", junk);
  expect_error(run_program(small_run(out.path(), {"--epochs", "1"})), kInput, {"results.db"});
  expect_error(run_program({"leaderboard", "--out", out.path().string()}), kInput, {"results.db"});
  EXPECT_EQ(read_file(out / "results.db"), junk) << "what cannot be read is left for its owner";
}

TEST(BadOutput, NoResultsYet) {
  const TemporaryFolder out;
  expect_error(run_program({"leaderboard", "--out", out.path().string()}), kInput, {"no results yet"});
}

TEST(BadOutput, StdoutThatIsFull) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "this system has no /dev/full";
  const std::string program = std::string(VBENCH_BINARY_DIR) + "/vbench list metrics > /dev/full 2>/dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(program.c_str())), kInput);
}

}  // namespace
}  // namespace vbench
