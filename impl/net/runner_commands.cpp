// What handles, channels and acceptors ask of a session.
#include "impl/net/proxy.hpp"
#include "impl/net/runner.hpp"
#include "impl/net/steady_time.hpp"

#include <boost/system/system_error.hpp>

#include <string>
#include <utility>

namespace vox::net {

namespace asio = boost::asio;
using session::ConnectionId;

// ---- connections ----

asio::awaitable<Runner::Opening> Runner::open(ConnectionSettings settings, std::string service,
                                              wire::Metadata metadata,
                                              std::shared_ptr<Handler> handler) {
  auto const self = shared_from_this();
  if (is_finished_) {
    co_return std::unexpected(session::protocol_error(session::text::session_closed));
  }
  serve_drops();  // of handles that went before this was asked
  auto const wanted =
      std::make_shared<PendingOpen>(PendingOpen{.settings = settings,
                                                .service = std::move(service),
                                                .metadata = std::move(metadata),
                                                .handler = std::move(handler),
                                                .outcome = Promise<Opening>{executor_}});
  agenda_.opens.push_back(wanted);
  wanted_.notify();
  co_await wanted->outcome.ready();
  co_return wanted->outcome.take();
}

// Carried out at once, so that its answer is known, but after the opens that wait: it may be about
// one of them. While another link is looked for, a close waits for it.
Runner::Done Runner::close(ConnectionId id, wire::MetadataView reasons) {
  serve_opens();
  auto const closing = command(session::command::Close{.connection_id = id, .metadata = reasons});
  if (closing) return {};
  if (!closing.error().may_pass()) return std::unexpected(closing.error().error());
  decisions_.emplace_back([this, id, owned = wire::Metadata{reasons}] {
    return is_made(endpoint_.call(steady_now(),
                                  session::command::Close{.connection_id = id, .metadata = owned}));
  });
  return {};
}

Runner::Done Runner::close(ConnectionKey key, wire::MetadataView reasons) {
  if (is_used_again(key)) {
    return std::unexpected(session::protocol_error(session::text::session_closed));
  }
  return close(key.id, reasons);
}

asio::awaitable<void> Runner::closed(ConnectionKey key) {
  auto const self = shared_from_this();
  auto const* const open = find(key);
  if (open == nullptr) co_return;
  auto const closed = open->closed;
  co_await closed->get();
}

void Runner::shutdown(session::EndCause cause) {
  agenda_.shutdown = cause;
  wanted_.notify();
}

void Runner::add_caller(ConnectionKey key) {
  if (auto* const open = find(key)) ++open->callers;
}

// r[impl core.D1] r[impl core.D2]
void Runner::drop_caller(ConnectionKey key) {
  auto* const open = find(key);
  if (open == nullptr || --open->callers > 0 || is_finished_) return;
  agenda_.drops.push_back(key);
  wanted_.notify();
}

Runner::OpenConnection& Runner::connection(ConnectionId id) {
  return connections_.try_emplace(id, executor_, new_key(id)).first->second;
}

std::optional<ConnectionKey> Runner::open_key(ConnectionId id) const {
  auto const found = connections_.find(id);
  return found == connections_.end() ? std::nullopt : std::optional{found->second.key};
}

bool Runner::is_open(ConnectionKey key) const {
  return open_key(key.id) == key;
}

bool Runner::is_used_again(ConnectionKey key) const {
  auto const open = open_key(key.id);
  return open && *open != key;
}

Runner::OpenConnection* Runner::find(ConnectionKey key) {
  return is_open(key) ? &connections_.find(key.id)->second : nullptr;
}

// ---- calls ----

// r[impl rpc.cancel]
asio::awaitable<rpc::CallOutcome> Runner::call(ConnectionKey key, OutgoingCall call,
                                               std::shared_ptr<void const> /*held*/) {
  auto const self = shared_from_this();
  if (is_used_again(key)) {
    co_return std::unexpected(rpc::CallError{.failure = rpc::CallFailure::connection_closed});
  }
  auto const accepted =
      endpoint_.call(steady_now(), rpc::command::Call{.connection_id = key.id,
                                                      .method = call.method,
                                                      .metadata = call.metadata,
                                                      .args = std::move(call.args)});
  if (!accepted) {
    auto const* const misuse = accepted.error().misuse();
    rpc::CallError error{.failure = rpc::CallFailure::send_failed,
                         .detail = accepted.error().text()};
    if (misuse != nullptr && *misuse == rpc::Misuse::connection_unknown) {
      error.failure =
          ending_ ? rpc::CallFailure::session_shutdown : rpc::CallFailure::connection_closed;
    }
    co_return std::unexpected(std::move(error));
  }
  Promise<rpc::CallOutcome> outcome{executor_};
  // If the coroutine goes before the outcome is there, nobody waits for it any more.
  struct Waiting {
    Runner& runner;
    rpc::CallId call;
    ~Waiting() {
      if (runner.calls_.erase(call) == 0) return;
      if (runner.session().rulebook() == Rulebook::vox_0_4 || runner.is_finished_) return;
      static_cast<void>(runner.command(rpc::command::Cancel{.call = call, .metadata = {}}));
    }
  };
  calls_.emplace(accepted->id, &outcome);
  Waiting const waiting{.runner = *this, .call = accepted->id};
  touched();
  co_await outcome.ready();
  co_return outcome.take();
}

// ---- channels ----

std::expected<Channel, rpc::Refusal> Runner::make_channel(ConnectionKey key,
                                                          rpc::Method const& method,
                                                          std::uint32_t type) {
  if (is_used_again(key)) return std::unexpected(rpc::Refusal{rpc::Misuse::connection_unknown});
  auto const made =
      command(rpc::command::MakeChannel{.connection_id = key.id, .method = &method, .type = type});
  if (!made) return std::unexpected(made.error());
  auto const direction = method.channels().types()[type].direction;
  return Channel{shared_from_this(), made->id, direction == shape::ChannelDirection::rx};
}

std::shared_ptr<Runner::WaitingChannel> Runner::waiting(rpc::ChannelRef ref) {
  auto& known = channels_[ref];
  if (!known) known = std::make_shared<WaitingChannel>(executor_);
  known->is_ready = false;
  return known;
}

// r[impl rpc.flow-control.credit.exhaustion]
asio::awaitable<std::expected<void, rpc::ChannelEnd>> Runner::send_item(rpc::ChannelRef ref,
                                                                        Bytes item) {
  auto const self = shared_from_this();
  rpc::Command send = rpc::command::SendItem{.channel = ref, .item = std::move(item)};
  for (;;) {
    // A refused command is as it was. NOLINTNEXTLINE(bugprone-use-after-move)
    auto const sent = command(std::move(send));
    if (sent) co_return std::expected<void, rpc::ChannelEnd>{};
    if (!sent.error().may_pass()) {
      auto const end = endpoint_.channel_end(ref);
      if (!end) log("an item is not sent: " + sent.error().text());
      co_return std::unexpected(end.value_or(rpc::ChannelEnd::lost));
    }
    auto const room = waiting(ref);
    co_await room->changed.until([&] { return room->is_ready; });
  }
}

asio::awaitable<std::expected<rpc::ReceivedItem, rpc::ChannelEnd>> Runner::receive_item(
    rpc::ChannelRef ref) {
  auto const self = shared_from_this();
  for (;;) {
    auto taken = endpoint_.take_item(steady_now(), ref);
    if (auto* const item = std::get_if<rpc::ReceivedItem>(&taken)) {
      touched();
      readable_.notify();
      co_return std::move(*item);
    }
    if (auto const* const end = std::get_if<rpc::ChannelEnd>(&taken)) {
      co_return std::unexpected(*end);
    }
    auto const news = waiting(ref);
    co_await news->changed.until([&] { return news->is_ready; });
  }
}

void Runner::drop_channel(rpc::ChannelRef ref, bool sends) noexcept {
  static_cast<void>(caught([&] {
    wake_channel(ref);
    channels_.erase(ref);
    if (sends) {
      static_cast<void>(command(rpc::command::CloseChannel{.channel = ref}));
    } else {
      static_cast<void>(command(rpc::command::ReleaseChannel{.channel = ref}));
      readable_.notify();
    }
  }));
}

// ---- decisions ----

// One that finds no link, or a recovery under way, is made when there is a link again.
void Runner::decide(Decision decision) {
  if (is_finished_) return;
  if (!decisions_.empty() || !decision()) decisions_.push_back(std::move(decision));
  touched();
}

void Runner::retry_decisions() {
  while (!decisions_.empty() && decisions_.front()())
    decisions_.pop_front();
}

bool Runner::is_made(Answer const& answer) {
  return answer || !answer.error().may_pass();
}

bool Runner::take_question(ConnectionKey key) {
  if (is_finished_) return false;
  auto const found = questions_.find(key.id);
  if (found == questions_.end() || found->second != key) return false;
  questions_.erase(found);
  return true;
}

// What was kept for a connection that its peer has given up meanwhile goes.
std::optional<Runner::Answer> Runner::try_accept(ConnectionKey key, rpc::Service const* serves) {
  auto const* const open = find(key);
  if (open == nullptr) return std::nullopt;
  auto answer =
      endpoint_.call(steady_now(), rpc::command::Accept{.connection_id = key.id, .serves = serves});
  if (!is_made(answer) || answer) return answer;
  auto const closed = open->closed;
  connections_.erase(key.id);
  closed->set(true);
  return answer;
}

// r[impl core.O6]
bool Runner::accept(ConnectionKey key, std::shared_ptr<Handler> handler) {
  if (!take_question(key)) return false;
  auto const* const serves = handler ? &handler->service() : nullptr;
  connections_.try_emplace(key.id, executor_, key).first->second.handler = std::move(handler);
  decide([this, key, serves] {
    auto const answer = try_accept(key, serves);
    return !answer || is_made(*answer);
  });
  return true;
}

// r[impl core.Y1]
bool Runner::accept_and_join(ConnectionKey key, Connection const& target) {
  if (!take_question(key)) return false;
  connections_.try_emplace(key.id, executor_, key);
  decide([this, key, target] {
    auto const answer = try_accept(key, nullptr);
    if (!answer) return true;
    if (!*answer) return is_made(*answer);
    if (auto const joined = Proxy::join(*this, key.id, target); !joined) {
      log(joined.error().text());
      static_cast<void>(command(session::command::DropCaller{.connection_id = key.id}));
    }
    return true;
  });
  return true;
}

// r[impl core.O7]
void Runner::reject(ConnectionKey key, wire::MetadataView reasons) {
  if (!take_question(key)) return;
  auto const id = key.id;
  if (id == session::root_connection) refusal_ = session::rejected(reasons);
  decide([this, id, owned = wire::Metadata{reasons}] {
    if (questions_.contains(id)) return true;  // It is asked for anew.
    return is_made(endpoint_.call(
        steady_now(), session::command::Reject{.connection_id = id, .metadata = owned}));
  });
}

void Runner::abandon(ConnectionKey key) {
  if (asking_ == key) {
    is_abandoned_ = true;
    return;
  }
  if (!take_question(key)) return;
  decide([this, id = key.id] {
    if (questions_.contains(id)) return true;  // It is asked for anew.
    return is_made(endpoint_.call(steady_now(), session::command::Abandon{.connection_id = id}));
  });
}

void Runner::add_proxy(ConnectionId id, std::shared_ptr<Proxy> proxy) {
  proxies_.insert_or_assign(id, std::move(proxy));
}

void Runner::remove_proxy(ConnectionId id) {
  proxies_.erase(id);
}

}  // namespace vox::net
