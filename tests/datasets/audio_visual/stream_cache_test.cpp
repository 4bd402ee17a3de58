// Looking at many files can be stopped, and what was found out before is kept.
#include "datasets/audio_visual/stream_cache.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "harness/core/stop_signal.hpp"
#include "tests/datasets/audio_visual/fixture.hpp"

namespace vbench::audio_visual {
namespace {

using test::SmallTree;

/// Exit code of a process that is asked to stop before it begins; 0: it did all its work.
int exit_code_when_stopped(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    install_stop_signal();
    ::raise(SIGINT);
    int code = 0;
    try {
      work();
    } catch (const Error& error) {
      code = exit_code(error.kind());
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StreamCache, AStopEndsTheSearchAndKeepsWhatIsKnown) {
  const SmallTree tree;
  const std::vector<std::string> places{"train/a/1.mp4", "train/a/2.mp4", "train/b/3.mp4", "train/b/4.mp4"};
  tree.write_usable(places);
  (void)tree.open();
  fs::last_write_time(tree.root / places[1], fs::file_time_type::clock::now() + std::chrono::hours(1));
  fs::last_write_time(tree.root / places[2], fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(exit_code_when_stopped([&] { (void)tree.open(); }), 130);
  for (const size_t known : {0, 1, 3}) test::damage_secretly(tree.root / places[known]);
  EXPECT_EQ(tree.open().size(), 4) << "looked at again what was known";
}

TEST(StreamCache, AStopEndsVerify) {
  const SmallTree tree;
  tree.write_usable({"train/a/1.mp4", "train/a/2.mp4"});
  (void)tree.open();
  DataRequest request;
  request.root = tree.spec.data_root;
  request.source = tree.spec.source;
  EXPECT_EQ(exit_code_when_stopped([&] { (void)dataset_entry(family_of("ave")).verify(request); }), 130);
}

}  // namespace
}  // namespace vbench::audio_visual
