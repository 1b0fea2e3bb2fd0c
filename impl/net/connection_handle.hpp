#pragma once
#include "impl/schema/schema.hpp"
#include "impl/session/command.hpp"
#include "impl/session/error.hpp"
#include "impl/session/ids.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"
#include "spec/settings.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>

namespace vox::net {

class SessionDriver;

// A call to make: the encoded arguments and their type's schemas, which are announced if need be.
struct OutgoingCall {
  session::MethodId method_id = 0;
  Bytes args{};
  session::SharedSchemas schemas{};
  wire::Metadata metadata{};
};

// An answer: the encoded Result<T, VoxError<E>>, and the type that the peer has announced for it,
// if it has.
struct CallAnswer {
  Backing backing{};
  ByteView ret{};
  std::optional<schema::SchemaPayload> type{};
};

// Why there is no answer; the names are those of VoxError.
enum class CallFailure : std::uint8_t {
  connection_closed,
  session_shutdown,
  send_failed,
  indeterminate,  // the link was lost and the peer cannot tell a repetition from a new call
};
BOOST_DESCRIBE_ENUM(CallFailure, connection_closed, session_shutdown, send_failed, indeterminate)

using CallOutcome = std::expected<CallAnswer, CallFailure>;

// A connection as a caller holds it. Copies share it; when the last one goes, a virtual connection
// is closed, and a session whose root goes ends with its last virtual connection.
// r[impl rpc.caller] r[impl rpc.caller.liveness.refcounted]
class ConnectionHandle {
 public:
  ConnectionHandle(std::shared_ptr<SessionDriver> driver, session::ConnectionId id,
                   ConnectionSettings our_settings, ConnectionSettings peer_settings);

  [[nodiscard]] session::ConnectionId id() const { return caller_->id; }
  [[nodiscard]] ConnectionSettings const& our_settings() const { return caller_->our_settings; }
  [[nodiscard]] ConnectionSettings const& peer_settings() const { return caller_->peer_settings; }

  // Waits for the answer. A call that a lost link left unanswered is made again, with the same ids,
  // on the link that the session is resumed on, if the peer can tell repetitions.
  [[nodiscard]] boost::asio::awaitable<CallOutcome> call(OutgoingCall call) const;
  // Tells the peer, with these reasons. Nothing waits for its answer, since there is none.
  [[nodiscard]] std::expected<void, session::SessionError> close(
      wire::MetadataView reasons = {}) const;
  // Returns once the connection is over, whoever ended it.
  [[nodiscard]] boost::asio::awaitable<void> closed() const;
  [[nodiscard]] bool is_closed() const;

  // For the runtime itself.
  [[nodiscard]] std::shared_ptr<SessionDriver> const& driver() const { return caller_->driver; }

 private:
  // Its end is that of the last caller.
  struct Caller {
    Caller(std::shared_ptr<SessionDriver> its_driver, session::ConnectionId its_id,
           ConnectionSettings ours, ConnectionSettings peers);
    Caller(Caller const&) = delete;
    Caller(Caller&&) = delete;
    Caller& operator=(Caller const&) = delete;
    Caller& operator=(Caller&&) = delete;
    ~Caller();

    std::shared_ptr<SessionDriver> driver;
    session::ConnectionId id;
    ConnectionSettings our_settings;
    ConnectionSettings peer_settings;
  };

  std::shared_ptr<Caller const> caller_;
};

}  // namespace vox::net
