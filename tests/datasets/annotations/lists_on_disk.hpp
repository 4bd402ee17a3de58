// Lists written for a test, and questions about what was read. Used by the tests of annotations.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "datasets/annotations/annotation.hpp"
#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {

/// A folder that gets lists.
class Lists {
 public:
  void write(const std::string& name, const std::string& text) const {
    const auto path = folder_ / name;
    make_folder(path.parent_path());
    write_file_atomically(path, text);
  }
  void remove(const std::string& name) const { std::filesystem::remove(folder_ / name); }
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

inline std::vector<annotations::Note> notes_of(const std::vector<annotations::Note>& notes, const std::string& kind) {
  std::vector<annotations::Note> found;
  std::copy_if(notes.begin(), notes.end(), std::back_inserter(found), [&](const auto& note) { return note.kind == kind; });
  return found;
}

/// Messages of all notes of a kind.
inline std::vector<std::string> messages(const std::vector<annotations::Note>& notes, const std::string& kind) {
  std::vector<std::string> found;
  for (const auto& note : notes_of(notes, kind)) found.push_back(note.message);
  return found;
}

inline bool any_fatal(const std::vector<annotations::Note>& notes) {
  return std::any_of(notes.begin(), notes.end(), [](const auto& note) { return note.fatal; });
}

inline std::vector<std::string> media(const std::vector<annotations::ListedVideo>& videos) {
  std::vector<std::string> found;
  for (const auto& video : videos) found.push_back(video.media);
  return found;
}

}  // namespace vbench::test
