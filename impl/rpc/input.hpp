#pragma once
#include "impl/conduit/stable_conduit.hpp"
#include "impl/rpc/store_events.hpp"
#include "impl/session/error.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/session/transmit.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/resume_key.hpp"
#include "impl/wire/stable.hpp"

#include <optional>
#include <string>
#include <variant>

// What happens to an endpoint: everything that comes from its link, its clock and its store.
namespace vox::rpc {
namespace input {

// The link delivered one payload. Hand one in only while Endpoint::can_receive().
struct Received {
  Backing payload{};
};
// The link is gone, by its end (then the error is empty) or by an error.
struct LinkLost {
  std::string error{};
};
// Everything up to this token that was handed out has been written to the link.
struct Written {
  session::Token through = 0;
};
// The link has taken some bytes, though perhaps no whole payload.
struct Progress {};
// Up to now the link was not read for a while, because the application had too much to do.
struct ReadingHeldUp {};

// What was asked for by event::ConduitWanted: a link on which the handshake is done, or none.
struct Recovered {
  session::HandshakeOutcome outcome{};
  std::optional<conduit::StableConduit> stable{};
};
struct RecoveryFailed {
  session::SessionError error{};
};
// A stable conduit has another link: a client has the server's hello on it, a server the client's.
struct ServerHello {
  conduit::LinkNumber link = 0;
  wire::ServerHello hello{};
};
struct ClientHello {
  conduit::LinkNumber link = 0;
  wire::ClientHello hello{};
  ResumeKey fresh_key{};
};

// The time of Endpoint::next_deadline() has come. Coming early or too often does no harm.
struct DeadlineReached {};
// The durable store has done what event::StoreWanted asked for.
struct Stored {
  StoreDone done{};
};

}  // namespace input

using Input =
    std::variant<input::Received, input::LinkLost, input::Written, input::Progress,
                 input::ReadingHeldUp, input::Recovered, input::RecoveryFailed, input::ServerHello,
                 input::ClientHello, input::DeadlineReached, input::Stored>;

}  // namespace vox::rpc
