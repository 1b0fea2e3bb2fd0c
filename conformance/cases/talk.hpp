#pragma once
#include "conformance/peer/json.hpp"
#include "spec/rule.hpp"
#include "spec/rulebook.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Claims about what a session answers to whatever a peer says, and what refutes them: a trace.
//
// The peer says any messages but calls, since what answers those is a service and not the session.
// The session is the acceptor; its application consents to every connection. A talk that refutes a
// claim is shrunk to the fewest words that still do, and written as a trace: the peer's messages,
// and after each what the session answered. It loads and replays like any other,
//   voxspec replay FILE --subject rust
// and passes for a subject that answers as our session does, so that one sees whether they share
// what was found. Set VOXSPEC_COUNTEREXAMPLES to a folder to have the files written there.
namespace voxspec::test {

// One message of the peer and the frames that came back, as traces write them.
struct Exchange {
  Json said;
  std::vector<Json> answers;
};
struct Talk {
  std::vector<Exchange> exchanges;
  bool has_ended = false;  // the session, so that the peer was not heard to the end
};

// A message by three numbers: its kind, its connection, and one thing more.
using Word = std::array<std::uint8_t, 3>;

[[nodiscard]] Talk talk(vox::Rulebook rulebook, std::vector<Word> const& words);

struct Claim {
  std::string about;  // one sentence, true of every talk
  std::vector<vox::Rule> rules;
  std::function<bool(Talk const&)> holds;
};

struct Refutation {
  Json trace;
  std::string note;  // how to see it again
};
// Looks for a talk that refutes the claim.
[[nodiscard]] std::optional<Refutation> refute(vox::Rulebook rulebook, Claim const& claim);

// Fails the test if the claim is refuted, and shows the trace.
void holds_in_every_talk(vox::Rulebook rulebook, Claim const& claim);

// The name of a frame: "ping", "connection_open", …
[[nodiscard]] std::string_view kind_of(Json const& frame);

}  // namespace voxspec::test
