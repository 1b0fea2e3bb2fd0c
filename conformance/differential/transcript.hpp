#pragma once
#include "impl/session/ids.hpp"
#include "impl/wire/bytes.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voxspec::differential {

// How a link of the side under test stands at the end of a script.
enum class LinkFate : std::uint8_t {
  open,    // it answers
  closed,  // it ended the link
  mute,    // it keeps the link, and says nothing more on it
};

[[nodiscard]] inline std::string fate_text(LinkFate fate) {
  constexpr std::string_view texts[] = {"open", "closed", "mute"};
  return std::string{texts[std::to_underlying(fate)]};
}

// One payload that the side under test sent.
struct Heard {
  std::size_t step = 0;  // the step during which it came: 0 is the first greeting, 1 the first step
  std::size_t link = 0;
  bool in_handshake = false;
  vox::Bytes payload;
};

// All that one side had to say to a script.
struct Transcript {
  std::vector<Heard> heard;
  std::vector<LinkFate> links;
  std::string death;  // how its process ended, if it did and was not asked to
};

// A response that need not come, or not as this, because the script makes two things race in the
// side under test; and why.
using RequestName = std::pair<vox::session::ConnectionId, vox::session::RequestId>;
struct Loose {
  std::map<RequestName, std::string_view> responses;
  // From this step on it is open what is announced on the connection, since a loose response may
  // have announced it.
  std::map<vox::session::ConnectionId, std::size_t> announcements;
  // The links whose handshake was the end of the session. The subject's process ends with it, and a
  // LetsGo may not have left it by then.
  std::set<std::size_t> farewells;
};

// What both sides made of one script.
struct Conversation {
  Transcript ours;
  Transcript theirs;
  Loose loose;
};

}  // namespace voxspec::differential
