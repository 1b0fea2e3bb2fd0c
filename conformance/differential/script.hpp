#pragma once
#include "conformance/differential/dialect.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"
#include "impl/wire/resume_key.hpp"
#include "spec/parity.hpp"
#include "spec/settings.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a peer does to a session, written down before anything runs: all of its bytes are fixed but
// for resume keys, which the other side makes.
namespace voxspec::differential {

// Which resume key a Hello presents, or whether a HelloYourself gives one out.
enum class KeyChoice : std::uint8_t {
  none,
  unknown,  // in a Hello: one that nobody has; in a HelloYourself: a fresh one
  first,    // in a Hello: the one that the first handshake gave out
  latest,   // in a Hello: the one that the latest handshake gave out
};

// What the peer says in one handshake: Hello and LetsGo as an initiator, HelloYourself as an
// acceptor.
struct Greeting {
  vox::Parity parity = vox::Parity::odd;  // of a Hello
  vox::ConnectionSettings settings{.parity = vox::Parity::odd, .max_concurrent_requests = 64};
  Dialect dialect = own_dialect();
  bool supports_retry = true;
  KeyChoice key = KeyChoice::none;
  vox::wire::Metadata metadata{};
  // Sent in place of Hello, HelloYourself or LetsGo.
  std::optional<vox::Bytes> first_instead{};
  std::optional<vox::Bytes> last_instead{};
};

// Payloads that go out in one write, so that they arrive as one burst.
struct Say {
  std::vector<vox::Bytes> payloads;
};
// The peer ends its sending.
struct HangUp {};
// The peer, an initiator, dials again and greets. An acceptor is dialled instead.
struct ComeBack {
  Greeting greeting;
};
using Step = std::variant<Say, HangUp, ComeBack>;

// What the application of the side under test does with virtual connections.
enum class Manner : std::uint8_t {
  accepts,  // those that the peer opens
  refuses,  // all of them, with a reason
  opens,  // accepts, and opens some itself, one after the other: it calls echo on each and lets go
};
// How many it opens, and the reason that it refuses with.
inline constexpr unsigned opened_count = 3;
inline constexpr std::string_view refusal = "this peer accepts no virtual connections";

struct Script {
  std::uint64_t seed = 0;
  Manner manner = Manner::accepts;
  // What the side under test plays; the script is its peer.
  vox::Role role = vox::Role::acceptor;
  // An initiator greets once and then by ComeBack; an acceptor by the next of these whenever it is
  // dialled, and when there are no more by the last.
  std::vector<Greeting> greetings;
  std::vector<Step> steps;
};

[[nodiscard]] constexpr vox::Role peer_of(vox::Role role) {
  return role == vox::Role::initiator ? vox::Role::acceptor : vox::Role::initiator;
}

// The peer's first and, as an initiator, last handshake payload; `key` is what the choice came to.
[[nodiscard]] vox::Bytes first_payload(Greeting const& greeting, vox::Role peer,
                                       std::optional<vox::ResumeKey> const& key);
[[nodiscard]] vox::Bytes last_payload(Greeting const& greeting);

// What the subject's environment says for a manner.
[[nodiscard]] std::map<std::string, std::string> environment(Manner manner);

// The key that nobody gave out, and the one that an acceptor gives out in its handshake of that
// number.
[[nodiscard]] vox::ResumeKey unknown_key();
[[nodiscard]] vox::ResumeKey issued_key(std::size_t handshake);

// All bytes that the script fixes, for comparing two scripts.
[[nodiscard]] vox::Bytes fixed_bytes(Script const& script);

// The pings that end each step count up from here; scripts have no nonces near it.
inline constexpr std::uint64_t first_probe_nonce = 1'000'000'000;

// How many payloads and other events the steps are: what shrinking makes fewer.
[[nodiscard]] std::size_t payload_count(Script const& script);

}  // namespace voxspec::differential
