#pragma once
#include "impl/session/event.hpp"
#include "impl/session/transmit.hpp"
#include "impl/wire/message.hpp"

#include <string>
#include <vector>

namespace voxspec::test {

// What a session says, written so that a case can list it: one line an output or message.
using Lines = std::vector<std::string>;

// "send open 1 odd/64 {vox-service=Echo}", "closed 3 by peer {}", "ended violation connection.open"
// …
[[nodiscard]] std::string line_of(vox::session::Event const& event);
[[nodiscard]] std::string line_of(vox::session::Transmit const& transmit, vox::ByteView payload);
[[nodiscard]] std::string line_of(vox::wire::Message const& message);

}  // namespace voxspec::test
