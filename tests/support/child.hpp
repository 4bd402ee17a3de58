// Runs something in a process of its own: as another user, with other limits. Used by tests of files that cannot be written.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "harness/core/error.hpp"

namespace vbench::test {

/// Root may write anywhere: a test of permissions must be somebody else. Only within in_child().
inline void become_nobody() {
  constexpr uid_t kNobody = 65534;
  if (::geteuid() == 0 && ::setuid(kNobody) != 0) throw input_error("cannot become another user");
}

/// What `action` says in a forked process: the result, or the message of the Error that it throws. "died" if it does not get that far.
inline std::string in_child(const std::function<std::string()>& action) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    std::string said;
    try {
      said = action();
    } catch (const Error& error) {
      said = error.what();
    }
    ::_exit(::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said(1 << 16, '\0');
  size_t have = 0;
  for (ssize_t got = 1; got > 0 && have < said.size(); have += static_cast<size_t>(got)) {
    got = ::read(ends[0], said.data() + have, said.size() - have);
    if (got < 0) break;
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  said.resize(have);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? said : "died";
}

}  // namespace vbench::test
