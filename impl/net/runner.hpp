#pragma once
#include "impl/link/condition.hpp"
#include "impl/link/link.hpp"
#include "impl/net/channel.hpp"
#include "impl/net/connection.hpp"
#include "impl/net/dialer.hpp"
#include "impl/net/handler.hpp"
#include "impl/net/link_setup.hpp"
#include "impl/net/log.hpp"
#include "impl/net/promise.hpp"
#include "impl/net/session_config.hpp"
#include "impl/net/session_end.hpp"
#include "impl/rpc/endpoint.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

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
#include <utility>
#include <vector>

namespace vox::net {

class Proxy;

// What a session needs around it for as long as it lives.
struct RunnerOptions {
  rpc::EndpointOptions endpoint{};
  Acceptor acceptor{};
  std::optional<DialPlan> redial{};             // of an initiator that can get another link
  std::shared_ptr<SessionRegistry> registry{};  // of a session that a peer may come back to
  Store store{};
  Log log{};
};

// Runs one rpc::Endpoint over one link at a time: one coroutine reads, one writes, one serves what
// the application asks for, and a timer watches the deadlines. Events go to acceptor, handlers and
// callers; a lost link is replaced by the dialer, or by whoever accepts the peer's next one. It
// lives until the session ends, by the coroutines that it runs on its executor, or as long as
// somebody holds it. Applications have SessionHandle, Connection and Channel instead.
class Runner : public std::enable_shared_from_this<Runner> {
 public:
  using Opening = std::expected<Connection, session::SessionError>;
  using Answer = std::expected<rpc::Accepted, rpc::Refusal>;
  using Done = std::expected<void, session::SessionError>;

  // Begins a session on a link that was set up for a new one; a link that is refused is closed. On
  // return the root is not open yet: the acceptor is asked first.
  [[nodiscard]] static std::expected<std::shared_ptr<Runner>, session::SessionError> start(
      boost::asio::any_io_executor const& executor, RunnerOptions options, Attachment attachment);

  Runner(boost::asio::any_io_executor executor, RunnerOptions options, rpc::Endpoint endpoint);
  Runner(Runner const&) = delete;
  Runner(Runner&&) = delete;
  Runner& operator=(Runner const&) = delete;
  Runner& operator=(Runner&&) = delete;
  ~Runner();

  [[nodiscard]] rpc::Endpoint const& endpoint() const { return endpoint_; }
  [[nodiscard]] session::Session const& session() const { return endpoint_.session(); }
  // The root connection, once the acceptor has agreed to it.
  [[nodiscard]] boost::asio::awaitable<Opening> root();
  [[nodiscard]] boost::asio::awaitable<SessionEnd> ended();

  // The peer came back on this link, for the session or for its stable conduit. A link that is
  // older than the one the session has, and one that is refused, is closed.
  [[nodiscard]] boost::asio::awaitable<Done> resume(Attachment attachment);

  // For handles.
  [[nodiscard]] boost::asio::awaitable<Opening> open(ConnectionSettings settings,
                                                     std::string service, wire::Metadata metadata,
                                                     std::shared_ptr<Handler> handler);
  // Whatever is held, such as the caller of the connection, is held until the call is done.
  [[nodiscard]] boost::asio::awaitable<rpc::CallOutcome> call(ConnectionKey key, OutgoingCall call,
                                                              std::shared_ptr<void const> held);
  [[nodiscard]] Done close(session::ConnectionId id, wire::MetadataView reasons);
  [[nodiscard]] Done close(ConnectionKey key, wire::MetadataView reasons);
  [[nodiscard]] boost::asio::awaitable<void> closed(ConnectionKey key);
  [[nodiscard]] bool is_open(ConnectionKey key) const;
  void shutdown(session::EndCause cause = session::EndCause::shutdown);
  void add_caller(ConnectionKey key);
  void drop_caller(ConnectionKey key);

  // For channels.
  [[nodiscard]] std::expected<Channel, rpc::Refusal> make_channel(ConnectionKey key,
                                                                  rpc::Method const& method,
                                                                  std::uint32_t type);
  [[nodiscard]] boost::asio::awaitable<std::expected<void, rpc::ChannelEnd>> send_item(
      rpc::ChannelRef ref, Bytes item);
  [[nodiscard]] boost::asio::awaitable<std::expected<rpc::ReceivedItem, rpc::ChannelEnd>>
  receive_item(rpc::ChannelRef ref);
  void drop_channel(rpc::ChannelRef ref, bool sends) noexcept;

  // The decisions of an acceptor. One that is not possible now is made when it is; one about a
  // request that is over, whose id may have been asked for again, is none.
  // The accepting ones say whether it is one.
  [[nodiscard]] bool accept(ConnectionKey key, std::shared_ptr<Handler> handler);
  // Joins it with another connection, of this session or of another one on the same executor.
  [[nodiscard]] bool accept_and_join(ConnectionKey key, Connection const& target);
  void reject(ConnectionKey key, wire::MetadataView reasons);
  void abandon(ConnectionKey key);

  // For a proxy.
  Answer command(rpc::Command&& command);
  void add_proxy(session::ConnectionId id, std::shared_ptr<Proxy> proxy);
  void remove_proxy(session::ConnectionId id);
  // The proxy goes on as soon as this session has room.
  void wait_for_room(std::shared_ptr<Proxy> proxy) { waiting_proxies_.push_back(std::move(proxy)); }
  // While a proxy holds as much as it may of what came here, nothing more is read.
  void slow_down() { ++slowing_proxies_; }
  void speed_up() {
    --slowing_proxies_;
    readable_.notify();
  }
  void log(std::string_view line) const { write_line(options_.log, line); }

 private:
  // The link of the session, and what is on its way into it. It is replaced, never used again.
  struct Attached {
    std::shared_ptr<link::Link> link;
    conduit::LinkNumber number = 0;
    session::Token filled = 0;     // the last message in the write buffer
    std::uint64_t bytes_seen = 0;  // moved by the link, when it was last looked at
    bool is_flushing = false;
  };
  struct OpenConnection {
    OpenConnection(boost::asio::any_io_executor const& executor, ConnectionKey its_key)
        : key{its_key}, closed{std::make_shared<Promise<bool>>(executor)} {}

    ConnectionKey key;
    std::shared_ptr<Handler> handler;
    std::shared_ptr<Promise<bool>> closed;
    std::size_t callers = 0;
  };
  struct PendingOpen {
    ConnectionSettings settings;
    std::string service;
    wire::Metadata metadata;
    std::shared_ptr<Handler> handler;
    Promise<Opening> outcome;
  };
  struct PendingResume {
    Attachment attachment;
    Promise<Done> outcome;
  };
  // Somebody waits for a channel, or did so before.
  struct WaitingChannel {
    explicit WaitingChannel(boost::asio::any_io_executor const& executor) : changed{executor} {}

    link::Condition changed;
    bool is_ready = false;
  };
  struct RunningHandler {
    boost::asio::cancellation_signal stop;
    std::size_t bytes = 0;
    bool is_stopped = false;
  };
  using Decision = std::move_only_function<bool()>;  // true once it is made

  // What is served in the order of L1, after what the link has brought.
  struct Agenda {
    std::deque<std::shared_ptr<PendingOpen>> opens;
    std::deque<std::shared_ptr<PendingResume>> resumes;
    std::vector<ConnectionKey> drops;
    std::optional<session::EndCause> shutdown;
    bool deadline = false;

    [[nodiscard]] bool is_pending() const {
      return !resumes.empty() || !drops.empty() || shutdown.has_value() || deadline;
    }
  };

  // runner_links.cpp
  [[nodiscard]] boost::asio::awaitable<void> read(std::shared_ptr<Attached> at);
  [[nodiscard]] boost::asio::awaitable<void> wait_to_read(std::shared_ptr<Attached> at);
  [[nodiscard]] boost::asio::awaitable<void> write(std::shared_ptr<Attached> at);
  [[nodiscard]] boost::asio::awaitable<void> redial(Wanted wanted, conduit::LinkNumber number);
  void begin_redial(Wanted wanted);
  void stop_redial();
  void use_link(std::shared_ptr<link::Link> link, conduit::LinkNumber number);
  void release_link();
  void abandon_link();
  void lose_link(std::shared_ptr<Attached> const& at, link::LinkEnd const& end);
  void fill(Attached& at);
  void note_progress();
  [[nodiscard]] bool is_current(std::shared_ptr<Attached> const& at) const;
  [[nodiscard]] bool may_read() const;
  [[nodiscard]] boost::asio::awaitable<void> say_last(std::shared_ptr<link::Link> link);
  // Runs it on the executor; what it throws ends the session.
  void spawn(boost::asio::awaitable<void> work);

  // runner.cpp
  [[nodiscard]] boost::asio::awaitable<void> serve();
  void serve_agenda();
  void serve_opens();
  void serve_drops();
  [[nodiscard]] Done try_resume(Attachment& attachment);
  void tell(rpc::Input input);
  void handle(rpc::Input input);
  void touched();
  void settle();
  void set_timer();
  void on_timer();
  void finish();
  void fail(std::string_view why);
  [[nodiscard]] bool can_open() const;
  [[nodiscard]] bool has_last_words() const;

  // runner_commands.cpp
  void decide(Decision decision);
  void retry_decisions();
  [[nodiscard]] OpenConnection& connection(session::ConnectionId id);
  [[nodiscard]] ConnectionKey new_key(session::ConnectionId id) {
    return {.id = id, .use = ++uses_};
  }
  [[nodiscard]] OpenConnection* find(ConnectionKey key);
  [[nodiscard]] std::optional<ConnectionKey> open_key(session::ConnectionId id) const;
  [[nodiscard]] bool is_used_again(ConnectionKey key) const;
  // Whether somebody still waits for the answer; it is not waited for any more then.
  [[nodiscard]] bool take_question(ConnectionKey key);
  // Nothing if it was closed while the decision waited.
  [[nodiscard]] std::optional<Answer> try_accept(ConnectionKey key, rpc::Service const* serves);
  [[nodiscard]] std::shared_ptr<WaitingChannel> waiting(rpc::ChannelRef ref);
  [[nodiscard]] static bool is_made(Answer const& answer);

  // runner_events.cpp: what the endpoint says.
  void on(session::event::Disconnected&&);
  void on(session::event::ConnectionRequested&& requested);
  void on(session::event::Opened&& opened);
  void on(session::event::OpenFailed&& failed);
  void on(session::event::Closed&& closed);
  void on(session::event::CloseFailed&& failed);
  void on(session::event::ConduitWanted&& wanted);
  void on(session::event::Resumed&& resumed);
  void on(session::event::Warning&& warning);
  void on(session::event::Ended&& ended);
  void on(rpc::event::CallArrived&& arrived);
  void on(rpc::event::HandlerStopped&& stopped);
  void on(rpc::event::CallDone&& done);
  void on(rpc::event::ChannelReadable&& readable);
  void on(rpc::event::ChannelWritable&& writable);
  void on(rpc::event::StoreWanted&& wanted);
  void on(rpc::event::LinkWanted&& wanted);
  template <class Message>
  void on(Message&& message) {
    auto const id = message.connection_id;
    hand_on(session::Event{std::forward<Message>(message)}, id);
  }
  void hand_on(session::Event&& message, session::ConnectionId id);
  void wake_channel(rpc::ChannelRef ref);
  void start_handler(std::shared_ptr<Handler> handler, IncomingCall call, rpc::RequestToken request,
                     std::size_t bytes);
  void watch_handlers();
  void handler_ended(rpc::RequestToken request, std::exception_ptr const& thrown,
                     Response response);
  void respond(rpc::RequestToken request, Response response);
  void drop(rpc::RequestToken request, std::exception_ptr const& thrown, bool was_stopped = false);

  boost::asio::any_io_executor executor_;
  RunnerOptions options_;
  rpc::Endpoint endpoint_;
  rpc::SessionNumber number_ = 0;  // by the registry
  bool is_settling_ = false;
  bool is_settle_posted_ = false;

  std::shared_ptr<Attached> attached_;          // null while there is no link
  std::shared_ptr<link::Link> abandoned_link_;  // in 0.4.0 it stays open for a while
  conduit::LinkNumber last_link_ = 0;
  link::Condition readable_;
  link::Condition writable_;
  link::Condition wanted_;  // something is on the agenda
  std::shared_ptr<boost::asio::cancellation_signal> stop_redial_;
  TimePoint link_since_{};
  std::size_t short_lived_links_ = 0;  // in a row
  conduit::LinkNumber redial_ = 0;     // of the link that is dialled for; 0 if none is

  Agenda agenda_;
  std::deque<Decision> decisions_;  // that wait for a link
  boost::asio::steady_timer timer_;
  std::optional<TimePoint> timer_at_;

  boost::unordered_flat_map<session::ConnectionId, OpenConnection> connections_;
  std::uint64_t uses_ = 0;  // of all ids together
  boost::unordered_flat_map<session::ConnectionId, ConnectionKey> questions_;  // undecided ones
  bool opens_wait_ = false;  // the endpoint had no room for one
  boost::unordered_flat_map<session::ConnectionId, std::shared_ptr<PendingOpen>> opens_;
  boost::unordered_flat_map<rpc::CallId, Promise<rpc::CallOutcome>*> calls_;
  boost::unordered_flat_map<rpc::ChannelRef, std::shared_ptr<WaitingChannel>> channels_;
  std::map<rpc::RequestToken, RunningHandler> handlers_;
  std::size_t handler_bytes_ = 0;  // that handlers work on
  std::size_t handler_bytes_max_ = 0;
  // They have been at that limit for a while, though nothing more was read: they may wait for what
  // comes next, so that it is read, and further calls are refused.
  bool handlers_wait_ = false;
  boost::asio::steady_timer handlers_timer_;
  bool is_reading_held_up_ = false;
  boost::unordered_flat_map<session::ConnectionId, std::shared_ptr<Proxy>> proxies_;
  std::vector<std::shared_ptr<Proxy>> waiting_proxies_;
  std::size_t slowing_proxies_ = 0;

  // While the acceptor is asked about a connection; a decision it drops is made when it returns.
  std::optional<ConnectionKey> asking_;
  bool is_abandoned_ = false;

  session::SessionError refusal_;  // of the root, if it was refused
  Promise<std::optional<session::SessionError>> root_;
  std::optional<SessionEnd> ending_;     // the session is over, but for its last words
  std::optional<TimePoint> cut_off_at_;  // when they have to be said
  bool is_finished_ = false;
  Promise<SessionEnd> end_;
};

}  // namespace vox::net
