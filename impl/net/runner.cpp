#include "impl/net/runner.hpp"

#include "impl/net/proxy.hpp"
#include "impl/net/steady_time.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace vox::net {

namespace asio = boost::asio;
using session::SessionError;
using session::SessionState;

Runner::Runner(asio::any_io_executor executor, RunnerOptions options, rpc::Endpoint endpoint)
    : executor_{std::move(executor)},
      options_{std::move(options)},
      endpoint_{std::move(endpoint)},
      readable_{executor_},
      writable_{executor_},
      wanted_{executor_},
      timer_{executor_},
      handlers_timer_{executor_},
      root_{executor_},
      end_{executor_} {}

Runner::~Runner() = default;

std::expected<std::shared_ptr<Runner>, SessionError> Runner::start(
    asio::any_io_executor const& executor, RunnerOptions options, Attachment attachment) {
  auto& begun = std::get<rpc::NewSession>(attachment.outcome);
  auto endpoint_options = std::move(options.endpoint);
  auto const handler_bytes_max = endpoint_options.session.limits.session_bytes_max;
  auto const issued = begun.handshake.resume_key;
  endpoint_options.session.has_acceptor = static_cast<bool>(options.acceptor);
  // A stable conduit that cannot be had again costs the session.
  // r[impl stable.reconnect.failure]
  bool const dials = options.redial.has_value();
  endpoint_options.has_links = dials && begun.stable.has_value();
  endpoint_options.session.has_recoverer = dials && !begun.stable;
  endpoint_options.stable = std::move(begun.stable);
  auto endpoint = rpc::Endpoint::establish(steady_now(), std::move(endpoint_options),
                                           std::move(begun.handshake));
  if (!endpoint) {
    attachment.link->close();
    return std::unexpected(std::move(endpoint.error()));
  }
  auto runner = std::make_shared<Runner>(executor, std::move(options), std::move(*endpoint));
  runner->handler_bytes_max_ = handler_bytes_max;
  if (auto const& registry = runner->options_.registry) {
    runner->number_ = registry->add(runner);
    if (issued) registry->known().established(*issued, runner->number_);
    auto const* const stable = runner->endpoint_.stable();
    if (stable != nullptr && stable->resume_key()) {
      registry->known().conduit_issued(*stable->resume_key(), std::nullopt, runner->number_);
    }
  }
  // The application is asked for the root before the peer is heard: what a session comes to does
  // not depend on how much of the peer's arrived with the last words of the handshake.
  runner->spawn(runner->serve());
  runner->use_link(std::move(attachment.link), attachment.number);
  return runner;
}

asio::awaitable<Runner::Opening> Runner::root() {
  auto const self = shared_from_this();
  auto error = co_await root_.get();
  if (error) co_return std::unexpected(std::move(*error));
  auto const key = open_key(session::root_connection).value_or(ConnectionKey{});
  co_return Connection{self, key, session().our_settings(), session().peer_settings()};
}

asio::awaitable<SessionEnd> Runner::ended() {
  auto const self = shared_from_this();
  co_return co_await end_.get();
}

// ---- the order of service ----

// What the application asks for is served here, and so are the deadlines. Between the waking and
// the serving the executor has looked at the link twice, so that a payload or an end of the link
// that is there already comes first.
// r[impl core.L1]
asio::awaitable<void> Runner::serve() {
  auto const self = shared_from_this();
  // An executor that goes before the session takes this coroutine with it, and what refers to the
  // session in a circle has to go, too.
  struct LetGo {
    Runner& runner;
    ~LetGo() {
      runner.decisions_.clear();
      runner.waiting_proxies_.clear();
      runner.proxies_.clear();
    }
  };
  LetGo const let_go{*this};
  settle();
  while (!ending_ || has_last_words()) {
    co_await wanted_.until([this] {
      return agenda_.is_pending() || (!agenda_.opens.empty() && !opens_wait_ && can_open()) ||
             (ending_ && !has_last_words());
    });
    co_await asio::post(executor_, asio::use_awaitable);
    serve_agenda();
  }
  finish();
}

// Opens, (closes, which are carried out when they are asked for), resumes, drops and shutdown, and
// what is due by now.
// r[impl core.L1]
void Runner::serve_agenda() {
  serve_opens();
  while (!agenda_.resumes.empty()) {
    auto const wanted = std::move(agenda_.resumes.front());
    agenda_.resumes.pop_front();
    wanted->outcome.set(try_resume(wanted->attachment));
  }
  serve_drops();
  if (auto const cause = std::exchange(agenda_.shutdown, std::nullopt)) {
    static_cast<void>(command(session::command::Shutdown{.cause = *cause}));
  }
  if (std::exchange(agenda_.deadline, false)) {
    note_progress();
    if (is_reading_held_up_) tell(rpc::input::ReadingHeldUp{});
    handle(rpc::input::DeadlineReached{});
  }
  settle();
}

void Runner::serve_drops() {
  for (auto const key : std::exchange(agenda_.drops, {})) {
    // A copy of the handle may have been made meanwhile.
    auto const* const open = find(key);
    if (open == nullptr || open->callers > 0) continue;
    static_cast<void>(command(session::command::DropCaller{.connection_id = key.id}));
  }
}

bool Runner::can_open() const {
  auto const state = session().state();
  return state != SessionState::recovering &&
         (state != SessionState::connected || session().can_send());
}

void Runner::serve_opens() {
  while (!agenda_.opens.empty() && can_open()) {
    auto const wanted = agenda_.opens.front();
    auto const* const serves = wanted->handler ? &wanted->handler->service() : nullptr;
    auto const opened =
        endpoint_.call(steady_now(), rpc::command::Open{.settings = wanted->settings,
                                                        .service = wanted->service,
                                                        .metadata = wanted->metadata,
                                                        .serves = serves});
    // Trying it again before anything has happened would take the processor for nothing.
    opens_wait_ = !opened && opened.error().may_pass();
    if (opens_wait_) break;
    agenda_.opens.pop_front();
    if (opened) {
      opens_.emplace(opened->id, wanted);
    } else {
      wanted->outcome.set(std::unexpected(opened.error().error()));
    }
    touched();
  }
}

// ---- between the endpoint and everything else ----

// Whatever happens may make room for what waits for it.
void Runner::tell(rpc::Input input) {
  opens_wait_ = false;
  endpoint_.handle(steady_now(), std::move(input));
}

void Runner::handle(rpc::Input input) {
  tell(std::move(input));
  settle();
}

Runner::Answer Runner::command(rpc::Command&& command) {
  auto answer = endpoint_.call(steady_now(), std::move(command));
  touched();
  return answer;
}

// Something was asked of the endpoint. Its events are looked at soon, but not within the call of
// whoever asked.
void Runner::touched() {
  if (attached_ && attached_->is_flushing) fill(*attached_);
  writable_.notify();
  set_timer();
  if (!endpoint_.has_event() || is_settling_ || is_settle_posted_) return;
  is_settle_posted_ = true;
  asio::post(executor_, [weak = weak_from_this()] {
    auto const self = weak.lock();
    if (!self) return;
    self->is_settle_posted_ = false;
    self->settle();
  });
}

void Runner::settle() {
  if (is_settling_) return;
  is_settling_ = true;
  do {
    while (auto event = endpoint_.poll_event()) {
      std::visit([this](auto& said) { on(std::move(said)); }, *event);
    }
    if (!decisions_.empty()) retry_decisions();
    for (auto const& proxy : std::exchange(waiting_proxies_, {}))
      proxy->flush(*this);
    if (attached_ && attached_->is_flushing) fill(*attached_);
  } while (endpoint_.has_event());
  is_settling_ = false;
  writable_.notify();
  readable_.notify();
  if (!agenda_.opens.empty() || ending_) wanted_.notify();
  set_timer();
}

// The timer may be set for an earlier time than the next deadline, but for no later one.
void Runner::set_timer() {
  auto const at = ending_ ? cut_off_at_ : endpoint_.next_deadline();
  if (!at || is_finished_ || (timer_at_ && *timer_at_ <= *at)) return;
  timer_at_ = at;
  timer_.expires_at(to_steady(*at));
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto const self = weak.lock();
    if (!error && self) self->on_timer();
  });
}

void Runner::on_timer() {
  timer_at_.reset();
  auto const now = steady_now();
  if (ending_) {
    if (now < *cut_off_at_) return set_timer();
    release_link();
    wanted_.notify();
    return;
  }
  auto const at = endpoint_.next_deadline();
  if (!at || now < *at) return set_timer();
  agenda_.deadline = true;
  wanted_.notify();
}

bool Runner::has_last_words() const {
  return attached_ && (attached_->is_flushing || endpoint_.has_transmit() ||
                       !attached_->link->write_buffer().empty());
}

// Something of our own went wrong: the session cannot go on. One that is about to be shut down ends
// for that cause, and its store keeps it.
void Runner::fail(std::string_view why) {
  if (is_finished_) return;
  log("the session ends: " + std::string{why});
  if (!agenda_.shutdown) shutdown(session::EndCause::failed);
}

// r[impl core.L3] r[impl core.E3]
void Runner::finish() {
  is_finished_ = true;
  settle();
  stop_redial();
  timer_.cancel();
  handlers_timer_.cancel();
  release_link();
  if (auto const link = std::exchange(abandoned_link_, nullptr)) link->close();
  auto const over = session::protocol_error(session::text::session_closed);
  for (auto const& wanted : std::exchange(agenda_.opens, {}))
    wanted->outcome.set(std::unexpected(over));
  for (auto const& wanted : std::exchange(agenda_.resumes, {})) {
    wanted->attachment.link->close();
    wanted->outcome.set(std::unexpected(over));
  }
  for (auto& [id, open] : connections_)
    open.closed->set(true);
  if (options_.registry) options_.registry->remove(number_);
  // Handlers of persistent methods run on, and what they return is still to be stored.
  auto store = std::exchange(options_.store, {});
  options_ = {};
  if (!handlers_.empty()) options_.store = std::move(store);
  end_.set(*ending_);
}

}  // namespace vox::net
