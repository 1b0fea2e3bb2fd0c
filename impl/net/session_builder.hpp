#pragma once
#include "impl/link/link.hpp"
#include "impl/net/connection.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/pause.hpp"
#include "impl/net/session_config.hpp"
#include "impl/net/session_handle.hpp"
#include "impl/session/error.hpp"
#include "spec/conduit_mode.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace vox::net {

// A session that has begun. With the last copy of `root`, nobody here wants the root any more, and
// the session ends with its last virtual connection.
struct Established {
  SessionHandle session;
  Connection root;
};
using SessionResult = std::expected<Established, session::SessionError>;

// The link served to resume a session that was there before.
struct Resumed {};
using AcceptResult = std::expected<std::variant<Established, Resumed>, session::SessionError>;

// The wishes that both roles have, one after the other.
template <class Self>
class SessionBuilder {
 public:
  Self& rulebook(Rulebook value) { return set(&SessionConfig::rulebook, value); }
  Self& settings(ConnectionSettings value) { return set(&SessionConfig::settings, value); }
  Self& supports_retry(bool value) { return set(&SessionConfig::supports_retry, value); }
  Self& resumable(bool value = true) { return set(&SessionConfig::resumable, value); }
  Self& metadata(wire::Metadata value) { return set(&SessionConfig::metadata, std::move(value)); }
  Self& service(std::string value) { return set(&SessionConfig::service, std::move(value)); }
  Self& on_connection(Acceptor value) { return set(&SessionConfig::acceptor, std::move(value)); }
  Self& keepalive(session::KeepaliveSettings value) {
    return set(&SessionConfig::keepalive, std::optional{value});
  }
  Self& connect_timeout(Duration value) {
    return set(&SessionConfig::connect_timeout, std::optional{value});
  }
  Self& recovery_timeout(Duration value) {
    return set(&SessionConfig::recovery_timeout, std::optional{value});
  }
  Self& limits(Limits const& value) { return set(&SessionConfig::limits, value); }
  Self& store(Store value) { return set(&SessionConfig::store, std::move(value)); }
  Self& log(Log value) { return set(&SessionConfig::log, std::move(value)); }
  [[nodiscard]] SessionConfig const& config() const { return config_; }

 private:
  friend Self;
  explicit SessionBuilder(Parity parity) { config_.settings.parity = parity; }
  template <class T>
  Self& set(T SessionConfig::* member, T value) {
    config_.*member = std::move(value);
    return static_cast<Self&>(*this);
  }

  SessionConfig config_;
};

// Begins sessions as the initiator. The functions at the end take what they need out of the
// builder, which may go while they work; each session that they begin is one of its own.
// r[impl rpc.session-setup] r[impl session.role]
class InitiatorBuilder : public SessionBuilder<InitiatorBuilder> {
 public:
  InitiatorBuilder() : SessionBuilder{Parity::odd} {}

  // On one link: when it is lost, so is the session.
  [[nodiscard]] boost::asio::awaitable<SessionResult> establish_on(
      std::unique_ptr<link::Link> link, ConduitMode mode = ConduitMode::bare) const;
  // On the links of a source. A lost link is replaced by the next one.
  [[nodiscard]] boost::asio::awaitable<SessionResult> establish_from(
      std::shared_ptr<LinkSource> source, ConduitMode mode = ConduitMode::bare) const;
  // For establish_from: the peer may not be there yet, and attempts that a broken link or a
  // time-out ends are repeated for as long as this. Whatever else goes wrong is reported at once.
  // Without it there is one attempt.
  InitiatorBuilder& wait_for_peer(Duration value) {
    wait_ = value;
    return *this;
  }
  // How the pauses between two attempts to get a link are spent; a test only takes note of them.
  InitiatorBuilder& pause(Pause value) {
    pause_ = std::move(value);
    return *this;
  }

 private:
  std::optional<Duration> wait_;
  Pause pause_ = pause_for;
};

// Begins sessions as the acceptor; sessions are resumable unless it is said otherwise.
class AcceptorBuilder : public SessionBuilder<AcceptorBuilder> {
 public:
  AcceptorBuilder() : SessionBuilder{Parity::even} { resumable(); }

  // The sessions that a link may bring back.
  AcceptorBuilder& registry(std::shared_ptr<SessionRegistry> value) {
    return set(&SessionConfig::registry, std::move(value));
  }

  // From now on there are only so many links without a session; see Limits::half_open_links_max.
  AcceptorBuilder& limit_links() {
    auto const& wanted = config();
    return set(&SessionConfig::link_counter,
               std::make_shared<SessionRegistry>(wanted.rulebook, wanted.limits));
  }

  // Always a new session, whatever key the peer presents.
  [[nodiscard]] boost::asio::awaitable<SessionResult> establish_on(
      std::unique_ptr<link::Link> link) const;
  // The session that the peer's key asks for, or a new one.
  [[nodiscard]] boost::asio::awaitable<AcceptResult> establish_or_resume(
      std::unique_ptr<link::Link> link) const;
};

}  // namespace vox::net
