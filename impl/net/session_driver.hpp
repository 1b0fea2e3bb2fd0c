#pragma once
#include "impl/net/connection_handle.hpp"
#include "impl/net/establish.hpp"
#include "impl/link/condition.hpp"
#include "impl/net/message_conduit.hpp"
#include "impl/net/pending_connection.hpp"
#include "impl/net/promise.hpp"
#include "impl/net/recoverer.hpp"
#include "impl/net/request_handler.hpp"
#include "impl/net/session_end.hpp"
#include "impl/session/command.hpp"
#include "impl/session/input.hpp"
#include "impl/session/output.hpp"
#include "impl/session/proxy.hpp"
#include "impl/session/session.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vox::net {

using namespace link;

using Log = std::function<void(std::string_view)>;

// What a session needs around it for as long as it lives.
struct DriverOptions {
  session::SessionOptions session{};
  Acceptor acceptor{};
  std::shared_ptr<Recoverer> recoverer{};
  // Hears one line for everything that a person should know and no program acts on.
  Log log{};
  // Called once, when the session is over.
  std::function<void()> on_ended{};
};

// Brings one session to life: feeds it what its conduit receives and what time it is, hands its
// messages to the conduit and its events to acceptor, handlers and callers. It lives until the
// session ends, by the coroutines that it runs on its executor, or as long as somebody holds it.
// Applications have SessionHandle and ConnectionHandle instead.
class SessionDriver : public std::enable_shared_from_this<SessionDriver> {
 public:
  using Opening = std::expected<ConnectionHandle, session::SessionError>;

  // Begins a session on the attachment; one that is refused is closed. On return the root is not
  // open yet: the acceptor is asked first.
  [[nodiscard]] static std::expected<std::shared_ptr<SessionDriver>, session::SessionError> start(
      boost::asio::any_io_executor const& executor, DriverOptions options, Attachment attachment);

  SessionDriver(boost::asio::any_io_executor executor, DriverOptions options,
                session::Session session);

  [[nodiscard]] session::Session const& session() const { return session_; }
  // The root connection, once the acceptor has agreed to it.
  [[nodiscard]] boost::asio::awaitable<Opening> root();
  [[nodiscard]] boost::asio::awaitable<SessionEnd> ended();

  // What handles and responders ask for.
  std::expected<session::ConnectionId, session::Refusal> command(session::Command const& command);
  [[nodiscard]] boost::asio::awaitable<Opening> open(ConnectionSettings settings,
                                                     std::string service, wire::Metadata metadata,
                                                     std::shared_ptr<RequestHandler> handler);
  [[nodiscard]] boost::asio::awaitable<CallOutcome> call(session::ConnectionId id,
                                                         OutgoingCall call);
  [[nodiscard]] std::expected<void, session::SessionError> close(session::ConnectionId id,
                                                                 wire::MetadataView reasons);
  [[nodiscard]] boost::asio::awaitable<void> closed(session::ConnectionId id);
  [[nodiscard]] bool is_open(session::ConnectionId id) const { return connections_.contains(id); }
  [[nodiscard]] std::expected<void, session::SessionError> resume(Attachment attachment);
  void respond(session::ConnectionId id, session::RequestId request_id, Bytes ret,
               session::SharedSchemas schemas);
  void accept(PendingConnection const& pending, std::shared_ptr<RequestHandler> handler);
  void reject(session::ConnectionId id, wire::MetadataView reasons);
  void abandon(session::ConnectionId id);
  // Joins a connection that has just been accepted with one that is open, of this session or of
  // another one on the same executor. The target's handle is kept as long as they are joined.
  void join(session::ConnectionId id, ConnectionHandle const& target,
            std::shared_ptr<SessionDriver> const& other);
  void add_caller(session::ConnectionId id);
  void drop_caller(session::ConnectionId id);

 private:
  // Something that is to be done as soon as the session takes it: true once it is done, whether it
  // went well or cannot go at all.
  using Attempt = std::move_only_function<bool()>;

  struct UnansweredCall {
    OutgoingCall call;
    std::shared_ptr<Promise<CallOutcome>> outcome;
    bool is_waiting = false;  // for the session to take it
    bool is_sent = false;
  };
  struct Connection {
    Connection(boost::asio::any_io_executor const& executor, ConnectionSettings const& ours)
        : request_ids{ours.parity}, closed{std::make_shared<Promise<bool>>(executor)} {}

    std::shared_ptr<RequestHandler> handler;
    session::IdAllocator request_ids;
    std::uint64_t next_operation_id = 1;
    std::map<session::RequestId, UnansweredCall> calls;
    std::shared_ptr<Promise<bool>> closed;
    std::size_t callers = 0;
  };
  // Two joined connections; the drivers of both hold this until it is over.
  struct Joined {
    session::Proxy proxy;
    ConnectionHandle target;
    std::weak_ptr<SessionDriver> left;
    std::weak_ptr<SessionDriver> right;
  };
  struct PendingOpen {
    std::shared_ptr<RequestHandler> handler;
    std::shared_ptr<Promise<Opening>> outcome;
  };

  // The coroutines that keep it going.
  [[nodiscard]] boost::asio::awaitable<void> pump();
  [[nodiscard]] boost::asio::awaitable<void> read(std::shared_ptr<MessageConduit> conduit);
  [[nodiscard]] boost::asio::awaitable<void> recover(std::optional<ResumeKey> resume_key);
  [[nodiscard]] boost::asio::awaitable<void> deliver(ByteView message);

  void drain();
  void replace_conduit(std::shared_ptr<MessageConduit> conduit);
  void begin_reading();
  void release_conduit();
  void drop_queued();
  [[nodiscard]] bool is_current(std::shared_ptr<MessageConduit> const& conduit) const;
  void handle(session::Input const& input);
  // To be called after every command: the pump will see to what comes of it.
  void touched();
  void set_timer();
  void on_timer();
  void finish();

  [[nodiscard]] bool forward(session::Event const& output);
  void flush_joined();
  static void touch_both(Joined const& joined);

  void attempt(std::deque<Attempt>& waiting, Attempt attempt);
  void retry_waiting();
  [[nodiscard]] bool try_call(session::ConnectionId id, session::RequestId request_id);
  void queue_call(session::ConnectionId id, session::RequestId request_id);
  void fail_calls(Connection& connection, CallFailure failure);
  [[nodiscard]] Connection* find(session::ConnectionId id);
  void log(std::string_view line) const;

  // What the session says.
  void on(session::event::Send const& send);
  void on(session::event::NotSent const& unsent);
  void on(session::event::ConnectionRequested const& requested);
  void on(session::event::Opened const& opened);
  void on(session::event::OpenFailed const& failed);
  void on(session::event::Closed const& closed);
  void on(session::event::CloseFailed const& failed);
  void on(session::event::CallReceived const& received);
  void on(session::event::ResponseReceived const& received);
  void on(session::event::CancelReceived const& received);
  void on(session::event::ChannelReceived const& received);
  void on(session::event::ConduitWanted const& wanted);
  void on(session::event::Disconnected const& disconnected);
  void on(session::event::Resumed const& resumed);
  void on(session::event::Warning const& warning);
  void on(session::event::Ended const& ended);

  boost::asio::any_io_executor executor_;
  DriverOptions options_;
  session::Session session_;
  std::shared_ptr<MessageConduit> conduit_;  // null while there is none
  Condition changed_;                            // whatever somebody may wait for has changed
  bool dirty_ = true;                        // the session has been spoken to since the last drain
  bool is_draining_ = false;
  std::deque<Bytes> queued_;  // messages for the conduit
  std::size_t queued_bytes_ = 0;
  boost::asio::steady_timer timer_;
  std::optional<TimePoint> timer_at_;
  bool is_leaving_ = false;  // the timer is set for the farewell
  boost::asio::cancellation_signal stop_recovering_;

  std::map<session::ConnectionId, Connection> connections_;
  std::map<session::ConnectionId, PendingOpen> opens_;
  std::vector<std::shared_ptr<Joined>> joined_;
  std::deque<Attempt> waiting_;        // answers and decisions
  std::deque<Attempt> waiting_calls_;  // which the peer may also hold up
  session::SessionError refusal_;      // of the root, if it was refused
  Promise<std::optional<session::SessionError>> root_;
  std::optional<SessionEnd> ending_;  // the session is over, but for its last words
  Promise<SessionEnd> end_;
};

}  // namespace vox::net
