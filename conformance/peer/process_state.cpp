#include "conformance/peer/process_state.hpp"

#include <csignal>
#include <string_view>

namespace voxspec {
namespace {

struct SignalName {
  int number;
  std::string_view name;
};
constexpr SignalName signal_names[] = {
    {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},
    {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
    {SIGKILL, "SIGKILL"}, {SIGSEGV, "SIGSEGV"}, {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"},
    {SIGTERM, "SIGTERM"}, {SIGXCPU, "SIGXCPU"}, {SIGSYS, "SIGSYS"},
};

std::string with_name(int signal) {
  for (auto const& [number, name] : signal_names) {
    if (number == signal) return std::to_string(signal) + " (" + std::string{name} + ")";
  }
  return std::to_string(signal);
}

}  // namespace

std::string text(ProcessState state) {
  switch (state.kind) {
    case ProcessState::Kind::running:
      return "still running";
    case ProcessState::Kind::exited:
      return "exited with code " + std::to_string(state.code_or_signal);
    case ProcessState::Kind::signalled:
      return "killed by signal " + with_name(state.code_or_signal);
    case ProcessState::Kind::unknown:
      return "of unknown state";
  }
  return "of unknown state";
}

}  // namespace voxspec
