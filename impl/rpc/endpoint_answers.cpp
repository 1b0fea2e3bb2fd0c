// The answers that an endpoint gives, and what becomes of those that have to wait.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/refusal_bytes.hpp"

#include <string>
#include <utility>
#include <variant>

namespace vox::rpc {

// 0.4.0 announces a refusal of arguments without the method's own error, and whatever else is no
// answer of the method as the answer to an unknown one.
// r[impl schema.exchange.callee]
session::SharedSchemas Endpoint::refusal_schemas(Request const& request, Refuse kind) const {
  if (request.method == nullptr) return unknown_method_schemas();
  bool const is_whole = policy_.announces_whole_response || kind != Refuse::invalid_payload;
  return is_whole ? request.method->response_schemas() : request.method->infallible_schemas();
}

void Endpoint::refuse(Request& request, Refuse kind, std::string detail) {
  auto const token = request.token;
  answer(request, refusal_bytes(kind, std::move(detail)), {}, refusal_schemas(request, kind));
  retire(token);
}

void Endpoint::answer(Request& request, session::Body ret, wire::MetadataView metadata,
                      session::SharedSchemas const& schemas) {
  if (request.is_answered) return;
  request.is_answered = true;
  if (auto* const connection = find(request.connection_id)) {
    auto const found = connection->requests.find(request.id);
    if (found != connection->requests.end() && found->second == request.token) {
      connection->requests.erase(found);
    }
  }
  PendingAnswer pending{.connection_id = request.connection_id,
                        .request_id = request.id,
                        .ret = std::move(ret),
                        .schemas = schemas};
  if (!metadata.empty()) pending.metadata = wire::Metadata{metadata};
  auto const payload_max = options_.session.limits.frame_bytes_max;
  if (pending.ret.size() > payload_max) {
    pending.replace(refusal_bytes(Refuse::invalid_payload,
                                  "the answer has " + std::to_string(pending.ret.size()) +
                                      " bytes, more than the " + std::to_string(payload_max) +
                                      " of a payload"));
  }
  send_answer(std::move(pending));
}

// A method whose type no payload can announce is answered like an unknown one: that type is small,
// and it is the only one that the connection ever has for the method.
void Endpoint::refuse_type(PendingAnswer& pending) {
  pending.replace(refusal_bytes(Refuse::invalid_payload,
                                "the type of the answer takes more bytes than a payload may have"));
  pending.schemas = unknown_method_schemas();
}

// What does not fit is answered in a smaller way. False if there is none.
bool Endpoint::make_smaller(PendingAnswer& pending, session::Misuse misuse) {
  if (misuse == session::Misuse::too_large) {
    pending.replace(
        refusal_bytes(Refuse::invalid_payload, "the answer is larger than a payload may be"));
    return true;
  }
  if (misuse != session::Misuse::announcement_too_large) return false;
  auto* const connection = find(pending.connection_id);
  auto const method = session_.unanswered_method(pending.connection_id, pending.request_id);
  if (connection != nullptr && method) connection->unannounceable.insert(*method);
  refuse_type(pending);
  return true;
}

// An answer that the session has no room for becomes one that is small and waits; one that has no
// link waits as far as there is room.
void Endpoint::send_answer(PendingAnswer&& pending) {
  auto const* const connection = find(pending.connection_id);
  if (connection != nullptr && !connection->unannounceable.empty()) {
    auto const method = session_.unanswered_method(pending.connection_id, pending.request_id);
    if (method && connection->unannounceable.contains(*method)) refuse_type(pending);
  }
  // The answer itself, a refusal of its size, and one of its type.
  constexpr int sizes = 3;
  for (int size = 0; size < sizes; ++size) {
    session::Command command =
        session::command::SendResponse{.connection_id = pending.connection_id,
                                       .request_id = pending.request_id,
                                       .metadata = pending.metadata,
                                       .ret = std::move(pending.ret),
                                       .schemas = pending.schemas};
    auto const sent = session_.call(now_, std::move(command));
    if (sent) return;
    pending.ret = std::move(std::get<session::command::SendResponse>(command).ret);
    auto const* const misuse = sent.error().misuse();
    if (misuse != nullptr && make_smaller(pending, *misuse)) continue;
    if (!Refusal{sent.error()}.may_pass()) return;  // The connection, or the session, is gone.
    if (held_bytes() + pending.bytes() > options_.session.limits.session_bytes_max) {
      pending.replace(refusal_bytes(Refuse::indeterminate));
    }
    answer_bytes_ += pending.bytes();
    answers_.push_back(std::move(pending));
    return;
  }
  // Payloads that cannot even take a refusal are of no use to a caller.
  static_cast<void>(
      session_.call(now_, session::command::Shutdown{.cause = session::EndCause::failed}));
}

// What still waits for a connection that is closed, or for any where the whole session ends.
void Endpoint::drop_answers(session::ConnectionId id, bool with_session) {
  std::erase_if(answers_, [&](PendingAnswer const& pending) {
    if (pending.connection_id != id && !with_session) return false;
    answer_bytes_ -= pending.bytes();
    return true;
  });
}

}  // namespace vox::rpc
