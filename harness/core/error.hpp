// The one exception type of vbench: what went wrong, where, and what to do about it. Everybody throws it; only harness/cli catches it.
#pragma once

#include <exception>
#include <string>

namespace vbench {

/// Kind of failure; decides the exit code of the program (docs/architecture.md, "Exit codes").
enum class ErrorKind {
  kCheck,        ///< a check answered no (regression, verification): 1
  kUsage,        ///< wrong option, name or value: 2
  kInput,        ///< bad or missing file or data: 3
  kNumeric,      ///< NaN loss and the like: 4
  kInternal,     ///< a bug of vbench: 5
  kInterrupted,  ///< stopped by a signal, state saved: 130
};

[[nodiscard]] int exit_code(ErrorKind kind);

class Error : public std::exception {
 public:
  /// @param what   the fact, in one sentence without a final dot
  /// @param where  file, key, row: whatever leads to the place; may be empty
  /// @param hint   what the user can do; may be empty
  Error(ErrorKind kind, std::string what, std::string where = "", std::string hint = "");

  [[nodiscard]] const char* what() const noexcept override { return line_.c_str(); }  ///< "where: what; hint" on one line
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& fact() const noexcept { return fact_; }
  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorKind kind_;
  std::string fact_, where_, hint_, line_;
};

/// Input error: a file or its content is missing or bad.
[[nodiscard]] inline Error input_error(std::string what, std::string where = "", std::string hint = "") {
  return {ErrorKind::kInput, std::move(what), std::move(where), std::move(hint)};
}
/// Usage error: the command line or a setting is wrong.
[[nodiscard]] inline Error usage_error(std::string what, std::string where = "", std::string hint = "") {
  return {ErrorKind::kUsage, std::move(what), std::move(where), std::move(hint)};
}

}  // namespace vbench
