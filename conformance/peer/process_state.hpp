#pragma once
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <string>

namespace voxspec {

// How the process of a subject stands: it still runs, it exited by itself with a code, a signal
// ended it, or nobody can know (the subject is an address that somebody else serves).
struct ProcessState {
  enum class Kind : std::uint8_t { running, exited, signalled, unknown };
  BOOST_DESCRIBE_NESTED_ENUM(Kind, running, exited, signalled, unknown)

  Kind kind = Kind::unknown;
  int code_or_signal = 0;  // the exit code, or the signal's number; 0 otherwise

  bool operator==(ProcessState const&) const = default;

  // A signal nobody sent is a crash, whatever else the link did.
  [[nodiscard]] bool crashed() const { return kind == Kind::signalled; }
  [[nodiscard]] bool ended() const { return kind == Kind::exited || kind == Kind::signalled; }
};
BOOST_DESCRIBE_STRUCT(ProcessState, (), (kind, code_or_signal))

// "still running", "exited with code 1", "killed by signal 11 (SIGSEGV)", "of unknown state".
[[nodiscard]] std::string text(ProcessState state);

}  // namespace voxspec
