// What becomes of the events of an endpoint.
#include "impl/net/proxy.hpp"
#include "impl/net/runner.hpp"
#include "impl/net/steady_time.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace vox::net {

namespace asio = boost::asio;
namespace event = session::event;

namespace {

// How long the last words of a session may take to be sent. A client of 0.4.0 that nobody wants any
// more leaves at once.
constexpr std::chrono::seconds farewell{1};
constexpr std::chrono::milliseconds short_farewell{20};

// How long nothing is read for the sake of handlers of which none ends.
constexpr std::chrono::seconds patience_with_handlers{1};

// What a running handler takes beside its call: a coroutine, and the tables that know of it.
constexpr std::size_t handler_overhead = 1024;

// What is wrong with the arguments, if that is what the handler threw.
std::optional<std::string> invalid_arguments(std::exception_ptr const& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (InvalidArguments const& invalid) {
    return invalid.what();
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace

// ---- connections ----

// An acceptor that throws rejects, unless it has decided before.
// r[impl core.S4] r[impl core.R4]
void Runner::on(event::ConnectionRequested&& requested) {
  auto const id = requested.connection_id;
  auto const key = new_key(id);
  questions_.insert_or_assign(id, key);
  asking_ = key;
  is_abandoned_ = false;
  auto const thrown = caught([&] {
    PendingConnection pending{weak_from_this(), key, requested.our_settings,
                              requested.peer_settings};
    options_.acceptor(requested.request, std::move(pending));
  });
  asking_.reset();
  if (thrown) {
    log("the acceptor of connection " + std::to_string(id) + " threw: " + *thrown);
    wire::Metadata const reasons{
        {.key = session::key::error, .value = std::string_view{"the acceptor failed"}}};
    reject(key, reasons);
  } else if (is_abandoned_) {
    abandon(key);
  }
}

void Runner::on(event::Opened&& opened) {
  auto const id = opened.connection_id;
  auto& connection = this->connection(id);
  if (id == session::root_connection) root_.set(std::nullopt);
  auto const open = opens_.find(id);
  if (open == opens_.end()) return;
  auto const pending = std::move(open->second);
  opens_.erase(open);
  connection.handler = std::move(pending->handler);
  pending->outcome.set(
      Connection{shared_from_this(), connection.key, opened.our_settings, opened.peer_settings});
}

void Runner::on(event::OpenFailed&& failed) {
  auto const open = opens_.find(failed.connection_id);
  if (open == opens_.end()) return;
  auto const pending = std::move(open->second);
  opens_.erase(open);
  pending->outcome.set(std::unexpected(std::move(failed.error)));
}

// r[impl core.C4] r[impl connection.close.semantics]
void Runner::on(event::Closed&& closed) {
  auto const id = closed.connection_id;
  if (auto const proxied = proxies_.find(id); proxied != proxies_.end()) {
    auto const proxy = proxied->second;
    proxy->end();
  }
  // The session closes an open of its own, too, that a lost link left without an answer.
  if (opens_.contains(id)) {
    on(event::OpenFailed{.connection_id = id,
                         .error = session::protocol_error(session::text::session_closed)});
  }
  auto const found = connections_.find(id);
  if (found == connections_.end()) return;
  auto const connection = std::move(found->second);
  connections_.erase(found);
  connection.closed->set(true);
  if (!connection.handler) return;
  if (auto const thrown = caught([&] { connection.handler->on_closed(id); })) {
    log("a handler threw when connection " + std::to_string(id) + " was closed: " + *thrown);
  }
}

// As a const function it would lose to the template that takes messages.
// NOLINTNEXTLINE(readability-make-member-function-const)
void Runner::on(event::CloseFailed&& failed) {
  log("connection " + std::to_string(failed.connection_id) + ": " + failed.error.text());
}

// NOLINTNEXTLINE(readability-make-member-function-const): see above
void Runner::on(event::Warning&& warning) {
  log("connection " + std::to_string(warning.connection_id) + ": " + warning.text);
}

// ---- links ----

// r[impl core.B2]
void Runner::on(event::Disconnected&&) {
  abandon_link();
  if (!options_.registry) return;
  auto const* const stable = endpoint_.stable();
  if (stable != nullptr && stable->lost()) options_.registry->known().conduit_ended(number_);
  options_.registry->detached(number_);
}

// r[impl core.B1]
void Runner::on(event::ConduitWanted&& wanted) {
  abandon_link();
  begin_redial({.session_key = wanted.resume_key, .conduit = std::nullopt, .pauses_before = 0});
}

void Runner::on(rpc::event::LinkWanted&& wanted) {
  abandon_link();
  begin_redial({.session_key = std::nullopt, .conduit = wanted.hello, .pauses_before = 0});
}

// What was under way on the joined connections is lost, which neither end would hear of.
void Runner::on(event::Resumed&&) {
  auto const proxies = std::move(proxies_);
  proxies_.clear();
  for (auto const& [id, proxy] : proxies)
    proxy->end();
}

void Runner::on(event::Ended&& ended) {
  if (!root_.is_set()) {
    root_.set(ended.cause == session::EndCause::refused ? refusal_
                                                        : session::protocol_error(ended.detail));
  }
  bool const leaves_at_once =
      session().rulebook() == Rulebook::vox_0_4 && ended.cause == session::EndCause::root_released;
  cut_off_at_ = steady_now() + (leaves_at_once ? Duration{short_farewell} : Duration{farewell});
  ending_ = SessionEnd{.cause = ended.cause, .rule = ended.rule, .detail = std::move(ended.detail)};
  stop_redial();
}

// ---- calls ----

void Runner::on(rpc::event::CallArrived&& arrived) {
  auto const found = connections_.find(arrived.connection_id);
  if (found == connections_.end() || !found->second.handler) {
    static_cast<void>(endpoint_.call(steady_now(), rpc::command::Drop{.request = arrived.request}));
    return;
  }
  auto const bytes = rpc::event::held_bytes(arrived) + handler_overhead;
  IncomingCall call{.method = arrived.method,
                    .connection_id = arrived.connection_id,
                    .metadata = arrived.metadata,
                    .metadata_backing = std::move(arrived.metadata_backing),
                    .args = arrived.args,
                    .backing = std::move(arrived.backing),
                    .rulebook = session().rulebook()};
  for (auto const ref : arrived.channels)
    call.channels.emplace_back(shared_from_this(), ref, endpoint_.channel_sends(ref));
  start_handler(found->second.handler, std::move(call), arrived.request, bytes);
}

void Runner::start_handler(std::shared_ptr<Handler> handler, IncomingCall call,
                           rpc::RequestToken request, std::size_t bytes) {
  try {
    if (auto answer = handler->answer_at_once(call)) return respond(request, std::move(*answer));
  } catch (...) {
    return drop(request, std::current_exception());
  }
  if (handlers_wait_ && handler_bytes_ + bytes > handler_bytes_max_) {
    InvalidArguments const refusal{"the calls that run already hold as much as a session may"};
    return drop(request, std::make_exception_ptr(refusal));
  }
  auto const failed = caught([&] {
    auto& running = handlers_[request];
    running.bytes = bytes;
    handler_bytes_ += bytes;
    if (handler_bytes_ >= handler_bytes_max_) watch_handlers();
    asio::co_spawn(
        executor_, handler->handle(std::move(call)),
        asio::bind_cancellation_slot(running.stop.slot(),
                                     [self = shared_from_this(), handler, request](
                                         std::exception_ptr const& thrown, Response response) {
                                       self->handler_ended(request, thrown, std::move(response));
                                     }));
  });
  if (failed) handler_ended(request, std::make_exception_ptr(std::runtime_error{*failed}), {});
}

// Handlers that are at their limit usually end, and what comes next waits for that. If none has
// ended for a while they may all wait for the peer.
void Runner::watch_handlers() {
  handlers_timer_.expires_after(patience_with_handlers);
  handlers_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto const self = weak.lock();
    if (error || !self || self->handler_bytes_ < self->handler_bytes_max_) return;
    self->handlers_wait_ = true;
    self->readable_.notify();
  });
}

void Runner::handler_ended(rpc::RequestToken request, std::exception_ptr const& thrown,
                           Response response) {
  auto const running = handlers_.find(request);
  bool was_stopped = false;
  if (running != handlers_.end()) {
    was_stopped = running->second.is_stopped;
    handler_bytes_ -= running->second.bytes;
    handlers_.erase(running);
    bool const is_full = handler_bytes_ >= handler_bytes_max_;
    handlers_wait_ = handlers_wait_ && is_full;
    if (is_full && !handlers_wait_ && !is_finished_) watch_handlers();
  }
  readable_.notify();
  if (thrown) {
    drop(request, thrown, was_stopped);
  } else {
    respond(request, std::move(response));
  }
  // After the end nothing but the handlers may hold the session, so that later is too late.
  if (!is_finished_ || is_settling_) return;
  settle();
  if (handlers_.empty()) options_.store = {};
}

void Runner::respond(rpc::RequestToken request, Response response) {
  static_cast<void>(command(rpc::command::Respond{
      .request = request, .ret = std::move(response.ret), .metadata = response.metadata}));
}

// A handler that was stopped and threw for it has nothing to tell anybody.
void Runner::drop(rpc::RequestToken request, std::exception_ptr const& thrown, bool was_stopped) {
  if (auto const reason = invalid_arguments(thrown)) {
    static_cast<void>(
        command(rpc::command::RefuseArguments{.request = request, .reason = *reason}));
    return;
  }
  if (!was_stopped) log("a handler threw, and its request is dropped: " + text_of(thrown));
  static_cast<void>(command(rpc::command::Drop{.request = request}));
}

void Runner::on(rpc::event::HandlerStopped&& stopped) {
  auto const running = handlers_.find(stopped.request);
  if (running == handlers_.end()) return;
  running->second.is_stopped = true;
  running->second.stop.emit(asio::cancellation_type::terminal);
}

void Runner::on(rpc::event::CallDone&& done) {
  auto const waiting = calls_.find(done.call);
  if (waiting == calls_.end()) return;
  auto* const outcome = waiting->second;
  calls_.erase(waiting);
  outcome->set(std::move(done.outcome));
}

// ---- channels ----

void Runner::on(rpc::event::ChannelReadable&& readable) {
  wake_channel(readable.channel);
}

void Runner::on(rpc::event::ChannelWritable&& writable) {
  wake_channel(writable.channel);
}

void Runner::wake_channel(rpc::ChannelRef ref) {
  auto const waiting = channels_.find(ref);
  if (waiting == channels_.end()) return;
  waiting->second->is_ready = true;
  waiting->second->changed.notify();
}

// ---- what is not looked at, and what is stored ----

void Runner::hand_on(session::Event&& message, session::ConnectionId id) {
  auto const proxied = proxies_.find(id);
  if (proxied == proxies_.end()) return;
  auto const proxy = proxied->second;
  proxy->take(*this, std::move(message));
}

void Runner::on(rpc::event::StoreWanted&& wanted) {
  auto const& request = wanted.request;
  rpc::StoreDone done{.number = request.number, .session = request.session};
  auto const failed = caught([&] {
    if (!options_.store) throw std::runtime_error{"there is no store"};
    done = options_.store.perform(request);
  });
  if (failed) {
    done.result = rpc::StoreResult::failed;
    done.error = *failed;
  }
  tell(rpc::input::Stored{std::move(done)});
}

}  // namespace vox::net
