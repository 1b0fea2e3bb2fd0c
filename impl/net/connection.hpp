#pragma once
#include "impl/net/channel.hpp"
#include "impl/rpc/command.hpp"
#include "impl/rpc/event.hpp"
#include "impl/rpc/method.hpp"
#include "impl/session/error.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/rulebook.hpp"
#include "spec/settings.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <expected>
#include <memory>

namespace vox::net {

class Runner;

// A call to make. The arguments are encoded as our type of them. The method outlives the call.
struct OutgoingCall {
  rpc::Method const* method = nullptr;
  Bytes args{};
  wire::Metadata metadata{};
};

// Which connection of a session, from the request for it on. An id may be used again once its
// connection is closed or its request is over; `use` tells the two apart, so that what is held of
// the old one does nothing to the new one.
struct ConnectionKey {
  session::ConnectionId id = 0;
  std::uint64_t use = 0;
  bool operator==(ConnectionKey const&) const = default;
};

// A connection as a caller holds it. Copies share it; when the last one goes, a virtual connection
// is closed, and a session whose root goes ends with its last virtual connection.
// r[impl rpc.caller] r[impl rpc.caller.liveness.refcounted]
class Connection {
 public:
  Connection(std::shared_ptr<Runner> runner, ConnectionKey key, ConnectionSettings our_settings,
             ConnectionSettings peer_settings);

  [[nodiscard]] session::ConnectionId id() const { return caller_->key.id; }
  [[nodiscard]] ConnectionSettings const& our_settings() const { return caller_->our_settings; }
  [[nodiscard]] ConnectionSettings const& peer_settings() const { return caller_->peer_settings; }
  // Of the session.
  [[nodiscard]] Rulebook rulebook() const;
  [[nodiscard]] bool is_open() const;

  // Waits for the response. A call that a lost link left unanswered is made again on the next one,
  // if the peer can tell a repetition. If the coroutine is cancelled the peer is told, in spec.
  [[nodiscard]] boost::asio::awaitable<rpc::CallOutcome> call(OutgoingCall call) const;
  // One end of a channel, to be named by its id in the arguments of the next call of the method.
  // `type` is its number among the channels of the method's arguments.
  [[nodiscard]] std::expected<Channel, rpc::Refusal> make_channel(rpc::Method const& method,
                                                                  std::uint32_t type) const;
  // Tells the peer, with these reasons. Nothing waits for its answer, since there is none.
  [[nodiscard]] std::expected<void, session::SessionError> close(
      wire::MetadataView reasons = {}) const;
  // Returns once the connection is over, whoever ended it.
  [[nodiscard]] boost::asio::awaitable<void> closed() const;

  // For the runtime itself.
  [[nodiscard]] std::shared_ptr<Runner> const& runner() const { return caller_->runner; }

 private:
  // Its end is that of the last caller.
  struct Caller {
    Caller(std::shared_ptr<Runner> its_runner, ConnectionKey its_key, ConnectionSettings ours,
           ConnectionSettings peers);
    Caller(Caller const&) = delete;
    Caller(Caller&&) = delete;
    Caller& operator=(Caller const&) = delete;
    Caller& operator=(Caller&&) = delete;
    ~Caller();

    std::shared_ptr<Runner> runner;
    ConnectionKey key;
    ConnectionSettings our_settings;
    ConnectionSettings peer_settings;
  };

  std::shared_ptr<Caller const> caller_;
};

}  // namespace vox::net
