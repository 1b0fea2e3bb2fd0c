// What handles, responders and acceptors ask of a driver, and what waits until its session takes
// it.
#include "impl/net/session_driver.hpp"
#include "impl/net/steady_time.hpp"

#include <string>
#include <utility>

namespace vox::net {

namespace asio = boost::asio;
using session::ConnectionId;
using session::SessionError;
using session::SessionState;

namespace {

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
  session::Command response = session::command::SendResponse{.connection_id = id,
                                                             .request_id = request_id,
                                                             .metadata = {},
                                                             .ret = std::move(ret),
                                                             .schemas = std::move(schemas)};
  attempt(waiting_, [this, response = std::move(response)]() mutable {
    auto const sent = session_.call(steady_now(), std::move(response));
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
    session::command::Reject reject{.connection_id = id, .metadata = owned};
    auto const rejected = session_.call(steady_now(), std::move(reject));
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
  session::command::Resume resume{.outcome = std::move(attachment.outcome)};
  auto const answer = session_.call(steady_now(), std::move(resume));
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
  opens_.emplace(id->connection_id, PendingOpen{.handler = std::move(handler), .outcome = outcome});
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
  session::command::SendCall call{.connection_id = id,
                                  .request_id = request_id,
                                  .method_id = unanswered.call.method_id,
                                  .metadata = unanswered.call.metadata,
                                  .args = unanswered.call.args,
                                  .schemas = unanswered.call.schemas};
  auto const sent = session_.call(steady_now(), std::move(call));
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

}  // namespace vox::net
