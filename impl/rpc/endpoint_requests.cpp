// The requests that an endpoint serves.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_forward.hpp"
#include "impl/rpc/refusal_bytes.hpp"
#include "impl/schema/translate.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace vox::rpc {

std::size_t event::held_bytes(CallArrived const& call) {
  auto const came = call.metadata_backing.view();
  auto const args = call.backing.view();
  return came.size() + (args.data() == came.data() ? 0 : args.size());
}

// ---- a request arrives ----

// r[impl rpc.handler] r[impl rpc.unknown-method] r[impl rpc.schema-evolution]
void Endpoint::on(session::event::CallReceived&& received) {
  auto* const connection = find(received.connection_id);
  if (hold_or_hand_on(received, connection)) return;
  auto const* const method =
      connection->serves == nullptr ? nullptr : connection->serves->find(received.call.method_id);
  auto& request = requests_.add(connection->id, received.request_id, method);
  auto const token = request.token;
  connection->requests.insert_or_assign(received.request_id, token);
  connection->all_requests.insert(token);
  if (method == nullptr) return refuse(request, Refuse::unknown_method);

  event::CallArrived arrived{.request = token,
                             .connection_id = connection->id,
                             .method = method,
                             .metadata = received.call.metadata,
                             .metadata_backing = received.backing};
  if (auto read = read_args(*connection, request, received, arrived); !read) {
    return refuse(request, Refuse::invalid_payload, std::move(read.error()));
  }
  admit(request, std::move(arrived));
}

// The arguments as our own encoder would have written them, and our ends of their channels.
// r[impl schema.errors.call-level.callee] r[impl rpc.fallible.vox-error]
std::expected<void, std::string> Endpoint::read_args(Connection& connection, Request& request,
                                                     session::event::CallReceived const& received,
                                                     event::CallArrived& arrived) {
  auto const& limits = options_.session.limits;
  auto const reading = connection.plans.args(received.announced, *request.method);
  if (!reading) return std::unexpected(reading.error());
  if ((*reading)->plan.is_identity()) {
    arrived.args = received.call.args;
    arrived.backing = received.backing;
  } else {
    wire::Buffer translated;
    auto const done = schema::translate((*reading)->plan, received.call.args, translated,
                                        {.strictness = policy_.strictness, .limits = limits});
    if (!done) return std::unexpected(done.error().detail);
    arrived.backing = Backing{std::move(translated).take()};
    arrived.args = arrived.backing.view();
  }
  if (!request.method->has_channels()) return {};
  return bind_channels(connection, request, **reading, received.call.args, arrived);
}

// r[impl rpc.channel.binding] r[impl rpc.channel.binding.callee-args]
std::expected<void, std::string> Endpoint::bind_channels(Connection& connection, Request& request,
                                                         ReadingPlan const& reading,
                                                         ByteView remote_args,
                                                         event::CallArrived& arrived) {
  auto const& ours = request.method->channels();
  auto const local = ours.list(arrived.args);
  if (!local) return std::unexpected(local.error().detail);
  auto const remote = reading.remote_channels->list(remote_args);
  if (!remote) return std::unexpected(remote.error().detail);
  if (connection.channels.size() + local->size() > options_.session.limits.channels_max) {
    return std::unexpected("too many channels are open on this connection");
  }
  for (std::size_t i = 0; i < local->size(); ++i) {
    auto const id = (*local)[i].id;
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if ((*local)[earlier].id == id) return std::unexpected("two channels have the same id");
    }
    if (channels_.find(connection.id, id) != nullptr) {
      // A repeat may name the channels of the first attempt: it gets none of its own.
      // r[impl retry.duplicate.live.attach]
      if (repeats_operation(connection, arrived)) return {};
      return std::unexpected("the id of a channel is in use");
    }
  }
  std::vector<std::shared_ptr<schema::Plan const>> plans;
  for (auto const& [id, type] : *local) {
    auto const their = std::ranges::find(*remote, id, &schema::ValueChannel::id);
    if (their == remote->end()) return std::unexpected("a channel was lost in translation");
    auto plan = connection.plans.items(*request.method, their->type, type);
    if (!plan) return std::unexpected(std::move(plan.error()));
    plans.push_back(std::move(*plan));
  }
  for (std::size_t i = 0; i < local->size(); ++i) {
    auto const& [id, type] = (*local)[i];
    // The handler sends on a Tx and receives on an Rx.
    bool const sends = ours.types()[type].direction == shape::ChannelDirection::tx;
    auto& channel = channels_.add(connection.id, id, sends);
    channel.bound = true;
    channel.type = type;
    if (!sends) channel.plan = std::move(plans[i]);
    connection.channels.insert(channel.ref);
    connection.named_channels = std::max(connection.named_channels, id);
    arrived.channels.push_back(channel.ref);
    deliver_early(connection, channel);
  }
  return {};
}

void Endpoint::start_handler(Request& request, event::CallArrived&& arrived) {
  request.has_handler = true;
  auto const bytes = event::held_bytes(arrived);
  put(std::move(arrived), bytes);
}

void Endpoint::stop_handler(Request& request, HandlerStop why) {
  if (!request.has_handler || std::exchange(request.is_stopped, true)) return;
  put(event::HandlerStopped{.request = request.token, .why = why});
}

// ---- the peer cancels ----

// r[impl rpc.cancel] r[impl rpc.cancel.channels]
void Endpoint::on(session::event::CancelReceived&& received) {
  auto* const connection = find(received.connection_id);
  if (hold_or_hand_on(received, connection)) return;
  auto const found = connection->requests.find(received.request_id);
  if (found == connection->requests.end()) return;
  auto* const request = requests_.find(found->second);
  if (auto* const operations = operations_of(*request)) {
    return react(*operations, operations->cancel(now_, *request->operation, request->token));
  }
  if (request->method->operation().persistent) return;
  stop_handler(*request, HandlerStop::cancelled);
  refuse(*request, Refuse::cancelled);
}

// ---- the handler ends ----

// r[impl rpc.response] r[impl retry.seal.return]
Endpoint::Result Endpoint::on(command::Respond& respond) {
  auto* const request = requests_.find(respond.request);
  if (request == nullptr || !request->has_handler) return refused(Misuse::request_unknown);
  return end_handler(*request, std::move(respond.ret), respond.metadata,
                     request->method->response_schemas());
}

Endpoint::Result Endpoint::on(command::RefuseArguments& refuse) {
  auto* const request = requests_.find(refuse.request);
  if (request == nullptr || !request->has_handler) return refused(Misuse::request_unknown);
  return end_handler(*request, refusal_bytes(Refuse::invalid_payload, std::move(refuse.reason)), {},
                     refusal_schemas(*request, Refuse::invalid_payload));
}

Endpoint::Result Endpoint::end_handler(Request& request, Bytes ret, wire::MetadataView metadata,
                                       session::SharedSchemas const& schemas) {
  request.has_handler = false;
  auto const token = request.token;
  if (auto* const operations = operations_of(request)) {
    react(*operations,
          operations->seal(now_, *request.operation, token, std::move(ret), schemas, metadata));
  } else if (!request.is_answered) {
    answer(request, std::move(ret), metadata, schemas);
  }
  retire(token);
  forget_session_if_over();
  return Accepted{};
}

Endpoint::Result Endpoint::on(command::Drop& drop) {
  auto* const request = requests_.find(drop.request);
  if (request == nullptr || !request->has_handler) return refused(Misuse::request_unknown);
  request->has_handler = false;
  auto const token = request->token;
  if (auto* const operations = operations_of(*request)) {
    react(*operations, operations->drop(now_, *request->operation, token));
  } else if (!request->is_answered) {
    bool const is_lost = request->method->operation().persistent;
    refuse(*request, is_lost ? Refuse::indeterminate : Refuse::cancelled);
  }
  retire(token);
  forget_session_if_over();
  return Accepted{};
}

// A request is forgotten once its attempt is over and its handler has ended.
void Endpoint::retire(RequestToken token) {
  auto const* const request = requests_.find(token);
  if (request == nullptr || request->has_handler || request->arrived) return;
  if (!request->is_answered) return;
  if (auto* const connection = find(request->connection_id)) connection->all_requests.erase(token);
  requests_.remove(token);
}

// Their connection is closed: nobody can be answered, and handlers are stopped.
void Endpoint::leave_requests(Connection const& connection) {
  std::vector<RequestToken> tokens{connection.all_requests.begin(), connection.all_requests.end()};
  std::ranges::sort(tokens);
  for (auto const token : tokens) {
    auto* request = requests_.find(token);
    if (request == nullptr) continue;
    request->is_answered = true;
    if (auto* const operations = operations_of(*request)) {
      react(*operations, operations->leave(now_, *request->operation, token));
      request = requests_.find(token);
      // The next connection of this id counts its operations anew.
      if (request != nullptr && !operations_) request->operation.reset();
    } else {
      stop_handler(*request, HandlerStop::connection_closed);
    }
    if (request != nullptr) retire(token);
  }
}

}  // namespace vox::rpc
