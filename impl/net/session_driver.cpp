#include "impl/net/session_driver.hpp"

#include "impl/net/steady_time.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace vox::net {

namespace asio = boost::asio;
using session::Command;
using session::ConnectionId;
using session::SessionError;
using session::SessionState;

namespace {

// How long the last words of a session may take to be sent.
constexpr std::chrono::seconds farewell{1};
// What may wait for the conduit, besides what waits in the session.
constexpr std::size_t queued_messages_max = 64;
constexpr std::size_t queued_bytes_max = 1uz << 20;

// A refusal that time may lift.
bool may_pass(session::Refusal const& refusal) {
  using enum session::Misuse;
  auto const* const misuse = refusal.misuse();
  return misuse != nullptr && (*misuse == queue_full || *misuse == recovering ||
                               *misuse == disconnected || *misuse == requests_exhausted);
}

// What an application is told; a misuse has a text of its own.
SessionError error_of(session::Refusal const& refusal) {
  auto const* const error = refusal.error();
  return error != nullptr ? *error : session::protocol_error(refusal.text());
}

}  // namespace

SessionDriver::SessionDriver(asio::any_io_executor executor, DriverOptions options,
                             session::Session session)
    : executor_{std::move(executor)},
      options_{std::move(options)},
      session_{std::move(session)},
      changed_{executor_},
      timer_{executor_},
      root_{executor_},
      end_{executor_} {}

std::expected<std::shared_ptr<SessionDriver>, SessionError> SessionDriver::start(
    asio::any_io_executor const& executor, DriverOptions options, Attachment attachment) {
  options.session.has_acceptor = static_cast<bool>(options.acceptor);
  options.session.has_recoverer = options.recoverer != nullptr;
  auto session =
      session::Session::establish(steady_now(), options.session, std::move(attachment.outcome));
  if (!session) {
    attachment.conduit->close();
    return std::unexpected(std::move(session.error()));
  }
  auto driver = std::make_shared<SessionDriver>(executor, std::move(options), std::move(*session));
  driver->conduit_ = std::move(attachment.conduit);
  asio::co_spawn(executor, [driver] { return driver->pump(); }, asio::detached);
  driver->begin_reading();
  return driver;
}

asio::awaitable<SessionDriver::Opening> SessionDriver::root() {
  auto const self = shared_from_this();
  auto error = co_await root_.get();
  if (error) co_return std::unexpected(std::move(*error));
  co_return ConnectionHandle{self, session::root_connection, session_.our_settings(),
                             session_.peer_settings()};
}

asio::awaitable<SessionEnd> SessionDriver::ended() {
  auto const self = shared_from_this();
  co_return co_await end_.get();
}

// Sends what drain() has queued, and drains for those who only say that there is something to do.
asio::awaitable<void> SessionDriver::pump() {
  auto const self = shared_from_this();
  for (;;) {
    drain();
    while (!queued_.empty()) {
      auto const message = std::move(queued_.front());
      queued_.pop_front();
      queued_bytes_ -= message.size();
      co_await deliver(message);
      drain();
    }
    if (ending_ && queued_.empty()) break;
    co_await changed_.until([this] { return dirty_ || ending_ || !queued_.empty(); });
  }
  finish();
}

// Takes everything that the session wants, in its order: events are dealt with at once, messages
// are queued for the pump. Once too much is queued, the rest waits in the session, which has a
// bound of its own; beyond it the peer has to wait.
void SessionDriver::drain() {
  if (is_draining_) return;
  is_draining_ = true;
  dirty_ = false;
  while (queued_.size() < queued_messages_max && queued_bytes_ < queued_bytes_max) {
    retry_waiting();
    auto const output = session_.poll();
    if (!output) break;
    std::visit([this](auto const& said) { on(said); }, *output);
  }
  is_draining_ = false;
  set_timer();
  changed_.notify();
}

void SessionDriver::on(session::output::Send const& send) {
  if (send.payload.size() > options_.session.limits.frame_bytes_max) {
    session_.handle(steady_now(), session::input::SendFailed{.error = "too large"});
    return;
  }
  queued_bytes_ += send.payload.size();
  queued_.push_back(to_bytes(send.payload));
}

asio::awaitable<void> SessionDriver::deliver(ByteView message) {
  auto const conduit = conduit_;
  if (!conduit) co_return;
  auto const sent = co_await conduit->send(message);
  if (!sent && is_current(conduit)) {
    handle(session::input::ConduitLost{.error = sent.error().detail});
  }
}

// What a message brings about is done before the next one is looked at.
// r[impl core.L1]
asio::awaitable<void> SessionDriver::read(std::shared_ptr<MessageConduit> conduit) {
  auto const self = shared_from_this();
  while (is_current(conduit)) {
    auto const payload = co_await conduit->receive();
    co_await changed_.until([&] { return !is_current(conduit) || session_.can_receive(); });
    if (!is_current(conduit)) break;
    if (payload) {
      handle(session::input::Received{.payload = *payload});
    } else {
      bool const is_orderly =
          payload.error().kind == LinkEndKind::eof || payload.error().kind == LinkEndKind::closed;
      handle(session::input::ConduitLost{.error = is_orderly ? "" : payload.error().detail});
    }
  }
}

// r[impl core.B1]
asio::awaitable<void> SessionDriver::recover(std::optional<ResumeKey> resume_key) {
  auto const self = shared_from_this();
  auto attachment = co_await options_.recoverer->recover(resume_key);
  if (session_.state() != SessionState::recovering) co_return;
  if (attachment) {
    replace_conduit(std::move(attachment->conduit));
    handle(session::input::Recovered{.outcome = std::move(attachment->outcome)});
    begin_reading();
  } else {
    handle(session::input::RecoveryFailed{.error = std::move(attachment.error())});
  }
}

void SessionDriver::replace_conduit(std::shared_ptr<MessageConduit> conduit) {
  drop_queued();
  if (conduit_) conduit_->close();
  conduit_ = std::move(conduit);
}

void SessionDriver::begin_reading() {
  asio::co_spawn(
      executor_, [self = shared_from_this(), its = conduit_] { return self->read(its); },
      asio::detached);
}

// 0.4.0 leaves a link whose payload it could not read open, and mute, until another takes its place
// or the session ends.
void SessionDriver::release_conduit() {
  drop_queued();
  if (session_.rulebook() == Rulebook::vox_0_4 || !conduit_) return;
  conduit_->close();
  conduit_.reset();
}

void SessionDriver::drop_queued() {
  queued_.clear();
  queued_bytes_ = 0;
}

bool SessionDriver::is_current(std::shared_ptr<MessageConduit> const& conduit) const {
  return conduit == conduit_ && session_.state() == SessionState::connected;
}

void SessionDriver::handle(session::Input const& input) {
  session_.handle(steady_now(), input);
  dirty_ = true;
  drain();
}

std::expected<ConnectionId, session::Refusal> SessionDriver::command(Command const& command) {
  auto answer = session_.call(steady_now(), command);
  touched();
  return answer;
}

void SessionDriver::touched() {
  dirty_ = true;
  set_timer();
  changed_.notify();
}

// The session's next deadline; after its end, the moment when whatever still holds up its last
// words is cut off.
void SessionDriver::set_timer() {
  auto at = session_.next_deadline();
  if (session_.state() == SessionState::ended) {
    if (is_leaving_) return;
    is_leaving_ = true;
    at = steady_now() + farewell;
  }
  if (at == timer_at_) return;
  timer_at_ = at;
  if (!at) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(to_steady(*at));
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    auto const self = weak.lock();
    if (!ec && self) self->on_timer();
  });
}

void SessionDriver::on_timer() {
  timer_at_.reset();
  if (session_.state() != SessionState::ended) {
    handle(session::input::DeadlineReached{});
  } else if (conduit_) {
    conduit_->abort();
  }
}

// r[impl core.L3]
void SessionDriver::finish() {
  stop_recovering_.emit(asio::cancellation_type::terminal);
  timer_.cancel();
  if (conduit_) conduit_->close();
  conduit_.reset();
  waiting_.clear();
  waiting_calls_.clear();
  if (options_.on_ended) options_.on_ended();
  options_ = {};
  end_.set(*ending_);
  changed_.notify();
}

void SessionDriver::attempt(std::deque<Attempt>& waiting, Attempt attempt) {
  if (!waiting.empty() || !attempt()) waiting.push_back(std::move(attempt));
  touched();
}

void SessionDriver::retry_waiting() {
  for (auto* const waiting : {&waiting_, &waiting_calls_}) {
    while (!waiting->empty() && waiting->front()())
      waiting->pop_front();
  }
}

void SessionDriver::respond(ConnectionId id, session::RequestId request_id, Bytes ret,
                            session::SharedSchemas schemas) {
  attempt(waiting_, [this, id, request_id, ret = std::move(ret), schemas = std::move(schemas)] {
    session::command::SendResponse const response{.connection_id = id,
                                                  .request_id = request_id,
                                                  .metadata = {},
                                                  .ret = ret,
                                                  .schemas = schemas};
    auto const sent = session_.call(steady_now(), response);
    return sent || !may_pass(sent.error());
  });
}

void SessionDriver::accept(PendingConnection const& pending,
                           std::shared_ptr<RequestHandler> handler) {
  auto const id = pending.id();
  auto& connection = connections_.try_emplace(id, executor_, pending.our_settings()).first->second;
  connection.handler = std::move(handler);
  attempt(waiting_, [this, id] {
    auto const accepted =
        session_.call(steady_now(), session::command::Accept{.connection_id = id});
    return accepted || !may_pass(accepted.error());
  });
}

void SessionDriver::reject(ConnectionId id, wire::MetadataView reasons) {
  if (id == session::root_connection) refusal_ = session::rejected(reasons);
  attempt(waiting_, [this, id, owned = wire::Metadata{reasons}] {
    session::command::Reject const reject{.connection_id = id, .metadata = owned};
    auto const rejected = session_.call(steady_now(), reject);
    return rejected || !may_pass(rejected.error());
  });
}

void SessionDriver::abandon(ConnectionId id) {
  attempt(waiting_, [this, id] {
    auto const abandoned =
        session_.call(steady_now(), session::command::Abandon{.connection_id = id});
    return abandoned || !may_pass(abandoned.error());
  });
}

void SessionDriver::add_caller(ConnectionId id) {
  if (auto* const connection = find(id)) ++connection->callers;
}

// r[impl core.D1] r[impl core.D2]
void SessionDriver::drop_caller(ConnectionId id) {
  auto* const connection = find(id);
  if (connection == nullptr || --connection->callers > 0) return;
  static_cast<void>(command(session::command::DropCaller{.connection_id = id}));
}

// r[impl core.L2] r[impl core.M5]
std::expected<void, SessionError> SessionDriver::resume(Attachment attachment) {
  session::command::Resume const resume{.outcome = std::move(attachment.outcome)};
  auto const answer = session_.call(steady_now(), resume);
  if (answer) {
    replace_conduit(std::move(attachment.conduit));
    begin_reading();
    touched();
    return {};
  }
  attachment.conduit->close();
  return std::unexpected(error_of(answer.error()));
}

asio::awaitable<SessionDriver::Opening> SessionDriver::open(
    ConnectionSettings settings, std::string service, wire::Metadata metadata,
    std::shared_ptr<RequestHandler> handler) {
  auto const self = shared_from_this();
  auto id = command(
      session::command::Open{.settings = settings, .service = service, .metadata = metadata});
  while (!id && may_pass(id.error())) {
    co_await changed_.until(
        [this] { return session_.state() != SessionState::recovering && session_.can_send(); });
    id = command(
        session::command::Open{.settings = settings, .service = service, .metadata = metadata});
  }
  if (!id) {
    co_return std::unexpected(error_of(id.error()));
  }
  auto const outcome = std::make_shared<Promise<Opening>>(executor_);
  opens_.emplace(*id, PendingOpen{.handler = std::move(handler), .outcome = outcome});
  co_return co_await outcome->get();
}

asio::awaitable<CallOutcome> SessionDriver::call(ConnectionId id, OutgoingCall call) {
  auto const self = shared_from_this();
  auto* const connection = find(id);
  auto const request_id = connection == nullptr ? std::nullopt : connection->request_ids.allocate();
  if (!request_id) {
    co_return std::unexpected(ending_ ? CallFailure::session_shutdown
                                      : CallFailure::connection_closed);
  }
  // By this number the peer knows a repetition from a new call.
  if (session_.peer_supports_retry()) {
    call.metadata.add({.key = "vox-operation-id", .value = connection->next_operation_id++});
  }
  auto const outcome = std::make_shared<Promise<CallOutcome>>(executor_);
  UnansweredCall unanswered{.call = std::move(call), .outcome = outcome};
  connection->calls.emplace(*request_id, std::move(unanswered));
  queue_call(id, *request_id);
  co_return co_await outcome->get();
}

std::expected<void, SessionError> SessionDriver::close(ConnectionId id,
                                                       wire::MetadataView reasons) {
  auto const closing = command(session::command::Close{.connection_id = id, .metadata = reasons});
  if (closing) return {};
  return std::unexpected(error_of(closing.error()));
}

asio::awaitable<void> SessionDriver::closed(ConnectionId id) {
  auto const self = shared_from_this();
  auto* const connection = find(id);
  if (connection == nullptr) co_return;
  auto const closed = connection->closed;
  co_await closed->get();
}

void SessionDriver::queue_call(ConnectionId id, session::RequestId request_id) {
  find(id)->calls.at(request_id).is_waiting = true;
  attempt(waiting_calls_, [this, id, request_id] { return try_call(id, request_id); });
}

bool SessionDriver::try_call(ConnectionId id, session::RequestId request_id) {
  auto* const connection = find(id);
  if (connection == nullptr) return true;
  auto const found = connection->calls.find(request_id);
  if (found == connection->calls.end()) return true;
  auto& unanswered = found->second;
  session::command::SendCall const call{.connection_id = id,
                                        .request_id = request_id,
                                        .method_id = unanswered.call.method_id,
                                        .metadata = unanswered.call.metadata,
                                        .args = unanswered.call.args,
                                        .schemas = unanswered.call.schemas};
  auto const sent = session_.call(steady_now(), call);
  if (!sent && may_pass(sent.error())) return false;
  unanswered.is_waiting = false;
  unanswered.is_sent = sent.has_value();
  if (!sent) {
    log(sent.error().text());
    unanswered.outcome->set(std::unexpected(CallFailure::send_failed));
    connection->calls.erase(found);
  }
  return true;
}

void SessionDriver::fail_calls(Connection& connection, CallFailure failure) {
  for (auto const& [id, unanswered] : std::exchange(connection.calls, {})) {
    unanswered.outcome->set(std::unexpected(failure));
  }
}

SessionDriver::Connection* SessionDriver::find(ConnectionId id) {
  auto const found = connections_.find(id);
  return found == connections_.end() ? nullptr : &found->second;
}

void SessionDriver::log(std::string_view line) const {
  if (options_.log) options_.log(line);
}

}  // namespace vox::net
