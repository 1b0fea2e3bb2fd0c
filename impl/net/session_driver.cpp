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
    flush_joined();
    auto const output = session_.poll();
    if (!output) break;
    if (forward(*output)) continue;
    std::visit([this](auto const& said) { on(said); }, *output);
  }
  is_draining_ = false;
  set_timer();
  changed_.notify();
}

void SessionDriver::on(session::event::Send const& send) {
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

// 0.4.0 leaves a link whose payload it could not read open, until another takes its place or the
// session ends: what it had said by then still goes out, and nothing more.
void SessionDriver::release_conduit() {
  if (session_.rulebook() == Rulebook::vox_0_4) return;
  drop_queued();
  if (conduit_) conduit_->close();
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
  joined_.clear();
  if (options_.on_ended) options_.on_ended();
  options_ = {};
  end_.set(*ending_);
  changed_.notify();
}

void SessionDriver::log(std::string_view line) const {
  if (options_.log) options_.log(line);
}

}  // namespace vox::net
