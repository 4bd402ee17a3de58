#include "harness/core/error.hpp"

#include <utility>

namespace vbench {
namespace {

// Text from files (keys, names) may hold line breaks or terminal escapes; an error stays one readable line.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

}  // namespace

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kCheck:
      return 1;
    case ErrorKind::kUsage:
      return 2;
    case ErrorKind::kInput:
      return 3;
    case ErrorKind::kNumeric:
      return 4;
    case ErrorKind::kInternal:
      return 5;
    case ErrorKind::kInterrupted:
      return 130;
  }
  return 5;
}

Error::Error(ErrorKind kind, std::string what, std::string where, std::string hint)
    : kind_(kind), fact_(printable(std::move(what))), where_(printable(std::move(where))), hint_(printable(std::move(hint))) {
  line_ = where_.empty() ? fact_ : where_ + ": " + fact_;
  if (!hint_.empty()) line_ += "; " + hint_;
}

}  // namespace vbench
