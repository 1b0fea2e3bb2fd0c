#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/tests/counterexample.hpp"
#include "spec/clause.hpp"
#include "spec/rulebook.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Claims about what a session answers to whatever a peer says. The peer says any messages but
// calls, since what answers those is a service and not the session. The session is the acceptor;
// its application consents to every connection.
namespace voxspec::test {

// One message of the peer and the frames that came back, as traces write them.
struct Exchange {
  Json said;
  std::vector<Json> answers;
};
struct Talk {
  std::vector<Exchange> exchanges;
  bool has_ended = false;  // the session, so that the peer was not heard to the end
  LinkRecord record{vox::Role::initiator};
};

// A message by three numbers: its kind, its connection, and one thing more.
using Word = std::array<std::uint8_t, 3>;

[[nodiscard]] Talk talk(vox::Rulebook rulebook, std::vector<Word> const& words);

struct Claim {
  std::string about;  // one sentence, true of every talk
  std::vector<vox::Clause> clauses;
  std::function<bool(Talk const&)> holds;
};

// Looks for a talk that refutes the claim.
[[nodiscard]] std::optional<Refutation> refute(vox::Rulebook rulebook, Claim const& claim);
// Fails the test if there is one, and shows the shortest as a trace.
void holds_in_every_talk(vox::Rulebook rulebook, Claim const& claim);

// The name of a frame: "ping", "connection_open", …
[[nodiscard]] std::string_view kind_of(Json const& frame);

}  // namespace voxspec::test
