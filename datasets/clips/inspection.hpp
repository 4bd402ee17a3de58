// What reports on datasets of labelled videos have in common: rows that cannot be used, videos that cannot be read, other counts than the
// official ones. Used by the inspect.cpp of these datasets.
#pragma once

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "datasets/clips/split_index.hpp"
#include "harness/core/registry.hpp"

namespace vbench::clips {

struct InspectionRules {
  bool verify = false;  ///< every video is opened
  bool deep = false;    ///< and all of it decoded
  double allow_missing = 0;
  Source source = Source::kReal;
  bool rows_may_repeat = false;   ///< the same row twice in a split is a note
  bool splits_may_share = false;  ///< a video in two splits, or under two labels, is a note
};

/// Writes facts and problems into a report.
class SplitInspection {
 public:
  SplitInspection(const InspectionRules& rules, DataReport& report) : rules_(rules), report_(report) {}

 protected:
  template <class... Values>
  void fact(const char* format, const Values&... values) {
    report_.facts.push_back(fmt::format(fmt::runtime(format), values...));
  }
  void add(DataProblem problem) { report_.problems.push_back(std::move(problem)); }
  void add_notes(const std::vector<annotations::Note>& notes);

  /// A file that cannot be read at all is one problem; the others are still looked at.
  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kUsage) throw;
      add({"unreadable file", error.where(), error.what(), true});
    }
  }

  /// Only official files have an official length.
  void compare_count(const std::string& what, int64_t found, const annotations::OfficialRows& official);
  void check_outputs(int64_t wanted, int64_t classes);
  /// All that is to be said of one split. @param needed  no run does without it
  void inspect_index(const std::string& name, const SplitIndex& index, const Media& media, bool needed = true);
  /// The split lists this video: report_shared() compares.
  void remember(const std::string& video, const std::string& split) { splits_[video].insert(split); }
  /// Videos that several splits list. @param kind  of the problem
  void report_shared(const std::string& kind);

 private:
  void report_rows(const std::string& name, const SplitIndex& index, bool needed);
  void look(const std::string& name, const SplitIndex& index, const Media& media);

  InspectionRules rules_;
  DataReport& report_;
  std::map<std::string, std::set<std::string>> splits_;  // by video
};

}  // namespace vbench::clips
