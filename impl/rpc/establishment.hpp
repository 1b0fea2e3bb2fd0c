#pragma once
#include "impl/conduit/stable_conduit.hpp"
#include "impl/rpc/session_registry.hpp"
#include "impl/session/error.hpp"
#include "impl/session/handshake.hpp"
#include "impl/session/handshake_outcome.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/prologue.hpp"
#include "impl/wire/resume_key.hpp"
#include "impl/wire/stable.hpp"
#include "impl/wire/writer.hpp"
#include "spec/clock.hpp"
#include "spec/conduit_mode.hpp"
#include "spec/limits.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string_view>
#include <variant>

namespace vox::rpc {

// Gives a resume key that nobody can guess, another one each time.
using FreshKeys = std::function<ResumeKey()>;

// What one side brings to a link.
struct EstablishmentOptions {
  // Role, rulebook and limits are those of the whole establishment. An acceptor's resume key is the
  // one that it issues if the session turns out to be resumable; it has to be fresh for each link.
  session::HandshakeOptions handshake{};
  // What an initiator asks for. An acceptor takes either.
  ConduitMode mode = ConduitMode::bare;
  // An initiator's: what its stable conduit says to get another link. Nothing for a first link.
  std::optional<wire::ClientHello> stable_resume{};
  // For the keys of an acceptor's stable conduit, which are not those of the handshake.
  FreshKeys fresh_key{};
  conduit::LinkNumber link = 0;
};

// The link carries a session that begins with this handshake.
struct NewSession {
  session::HandshakeOutcome handshake{};
  ConduitMode mode = ConduitMode::bare;
  std::optional<conduit::StableConduit> stable{};  // attached to the link; nothing on a bare one
};

// The link carries a session that was there before, after another handshake.
struct ResumeSession {
  SessionNumber session = 0;  // by the registry; 0 for an initiator, which knows whom it dials for
  session::HandshakeOutcome handshake{};
  ConduitMode mode = ConduitMode::bare;
  std::optional<conduit::StableConduit> stable{};
};

// The link carries a stable conduit that was there before; its session notices nothing. The hello
// is for StableConduit::answer_client_hello() or handle_server_hello().
struct ResumeConduit {
  SessionNumber session = 0;  // by the registry; 0 for an initiator
  std::variant<wire::ClientHello, wire::ServerHello> hello{};
};

using Outcome = std::variant<NewSession, ResumeSession, ResumeConduit>;

// The largest payload of a link whose session has these limits.
[[nodiscard]] std::size_t link_bytes_max(Limits const& limits, ConduitMode mode);

// One link from its first payload to what it is for: the transport prologue, the handshake of a
// session, the hellos of a stable conduit; either role. It does no I/O: it takes the peer's
// payloads and gives its own, until there is an outcome or an error with the text of 0.4.0. After
// an error the link is to be closed, once what poll_transmit() still has is sent.
//
// On the first link of a stable conduit the handshake comes before the hellos, as shipped. On a
// later link the hellos follow the prologue at once; an acceptor tells the two by the first
// payload.
// r[impl transport.prologue] r[impl transport.prologue.first-payload]
// r[impl transport.prologue.post-accept] r[impl session.handshake] r[impl stable.handshake]
class Establishment {
 public:
  // `registry` has to outlive this; null if no session can be resumed, as with an initiator.
  Establishment(TimePoint begun, EstablishmentOptions options, SessionRegistry* registry = nullptr);

  void receive(TimePoint now, ByteView payload);
  // The peer announced a payload above payload_bytes_max(), of which the link has read nothing.
  void refuse_payload(std::string_view detail);
  // The link is gone. An empty error means that the peer closed it in good order.
  void lose_link(std::string_view error);
  void reach_deadline(TimePoint now);
  // Appends the next payload; false if there is nothing to send now. What it still has when the
  // establishment is over goes out before anything of the outcome does. The hello of an acceptor's
  // stable conduit is not among it: it is the first that the conduit itself transmits.
  [[nodiscard]] bool poll_transmit(wire::Buffer& out);
  // When this fails as a connect timeout; nothing once it is over.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  // A link need take no larger payload. As long as this is not over one fails it; afterwards it is
  // the limit of what the link is for.
  [[nodiscard]] std::size_t payload_bytes_max() const;

  [[nodiscard]] bool is_over() const { return step_ == Step::over; }
  // To be asked once it is over; the second gives the outcome away.
  [[nodiscard]] std::expected<Outcome, session::SessionError> const& outcome() const;
  [[nodiscard]] std::expected<Outcome, session::SessionError> take_outcome();

 private:
  // What is waited for.
  enum class Step : std::uint8_t { prologue, first_payload, handshake, stable_hello, over };

  void on_transport_hello(ByteView payload);
  void on_transport_answer(ByteView payload);
  void on_first_payload(ByteView payload);
  void on_handshake(ByteView payload);
  void on_client_hello(ByteView payload);
  void on_server_hello(ByteView payload);
  void refuse_conduit();
  void begin_handshake();
  void end_handshake();
  void begin_stable();
  void conclude();
  void fail(session::SessionError error);
  // A link that was taken for a stable conduit is of no use, for this reason.
  void fail_stable(std::string_view detail, bool is_link_lost);
  [[nodiscard]] Role role() const { return options_.handshake.role; }
  [[nodiscard]] bool follows_spec() const { return options_.handshake.rulebook == Rulebook::spec; }

  EstablishmentOptions options_;
  SessionRegistry* registry_;
  TimePoint deadline_;
  Step step_ = Step::prologue;
  ConduitMode mode_;
  // What is to be sent, in this order.
  std::optional<wire::Prologue> prologue_;
  std::optional<session::Handshake> handshake_;
  std::optional<wire::StableHello> hello_;

  std::optional<conduit::StableConduit> stable_;  // while it is greeted
  std::expected<Outcome, session::SessionError> outcome_{};
};

}  // namespace vox::rpc
