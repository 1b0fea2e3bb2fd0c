#pragma once
#include "conformance/peer/subject_port.hpp"

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace voxspec {

// A program that was just started: its id and our ends of its standard streams, which the caller
// closes.
struct Spawned {
  pid_t pid = -1;
  int input = -1;  // negative if it was given an empty one
  int output = -1;
  int error = -1;
};

// `ours` shares our own. If that is a terminal, the program has it until take_terminal(), so that a
// debugger can talk to a person.
enum class StandardInput : std::uint8_t { empty, pipe, ours };

// Starts a program, found through PATH if its name has no slash, in a process group of its own, and
// so that the kernel ends it when the calling thread ends. It inherits no descriptor of ours but
// the three standard ones: a link of another case that stayed open in it would hide that we closed
// it. The error tells a program that cannot be started from a machine that starts none.
[[nodiscard]] std::expected<Spawned, NoLink> spawn(
    std::vector<std::string> const& command, std::map<std::string, std::string> const& environment,
    StandardInput input = StandardInput::empty);

// Makes this process the one that the terminal listens to, if there is one.
void take_terminal();

}  // namespace voxspec
