// Calls and what belongs to them.
#include "conformance/differential/message_maker.hpp"
#include "conformance/differential/samples.hpp"
#include "conformance/differential/service.hpp"
#include "conformance/subjects/testbed/types.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/wire/postcard.hpp"

#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace voxspec::differential {

namespace schema = vox::schema;
namespace session = vox::session;
namespace wire = vox::wire;

namespace {

std::vector<testbed::CatalogEntry> served_methods() {
  std::vector<testbed::CatalogEntry> methods;
  for (auto const& entry : testbed::catalog()) {
    if (is_served(entry.id)) methods.push_back(entry);
  }
  return methods;
}

}  // namespace

testbed::CatalogEntry const& MessageMaker::some_method() {
  static auto const methods = served_methods();
  auto const echo_first = methods.begin();
  return dice_.chance(40) ? *echo_first
                          : dice_.pick(std::span<testbed::CatalogEntry const>{methods});
}

// The arguments as the method wants them, mostly.
vox::Bytes MessageMaker::args_of(testbed::CatalogEntry const& method) {
  vox::Bytes args;
  std::string const text{dice_.pick(texts)};
  auto const number = dice_.pick(numbers);
  auto const small = static_cast<std::int64_t>(dice_.below(9)) - 4;
  if (method.name == "echo") {
    args = wire::encode_value(std::tuple{text});
  } else if (method.name == "divide") {
    args = wire::encode_value(std::tuple{small, static_cast<std::int64_t>(dice_.below(3))});
  } else if (method.name == "echo_point") {
    args = wire::encode_value(
        std::tuple{testbed::Point{.x = static_cast<std::int32_t>(small), .y = -7}});
  } else if (method.name == "echo_u64") {
    args = wire::encode_value(std::tuple{number});
  } else if (method.name == "echo_bool") {
    args = wire::encode_value(std::tuple{dice_.chance(50)});
  } else if (method.name == "echo_option_string") {
    std::optional<std::string> maybe;
    if (dice_.chance(60)) maybe = text;
    args = wire::encode_value(std::tuple{maybe});
  }
  if (!args.empty() && dice_.chance(5)) args.pop_back();
  if (dice_.chance(5)) args.push_back(std::byte{3});
  return args;
}

// Some calls are operations, each with an id of its own.
wire::Metadata MessageMaker::call_metadata() {
  auto entries = metadata(false);
  if (dice_.chance(30)) {
    entries.add({.key = "vox-operation-id", .value = ++next_operation_, .flags = 0});
  }
  return entries;
}

MessageMaker::Payloads MessageMaker::announcement(session::ConnectionId id,
                                                  testbed::CatalogEntry const& method) {
  auto& tracker = announced_[id];
  schema::Binding const binding{.method_id = method.id, .direction = wire::BindingDirection::args};
  auto const missing = tracker.missing(binding, method.args->payload);
  if (!missing) return {};
  tracker.sent(binding, *missing);
  auto const cbor = schema::encode(*missing);
  return on(id, wire::SchemaMessage{
                    .method_id = method.id, .direction = binding.direction, .schemas = cbor});
}

MessageMaker::Payloads MessageMaker::call_of(session::ConnectionId id, session::RequestId request,
                                             testbed::CatalogEntry const& method,
                                             vox::ByteView schemas) {
  auto const args = args_of(method);
  auto const entries = call_metadata();
  wire::Call const call{
      .method_id = method.id, .metadata = entries, .args = args, .schemas = schemas};
  return on(id, wire::RequestMessage{.id = request, .body = call});
}

MessageMaker::Payloads MessageMaker::call() {
  auto const id = live_connection();
  auto const& method = some_method();
  auto payloads = announcement(id, method);
  for (auto& payload : call_of(id, next_request(), method, {}))
    payloads.push_back(std::move(payload));
  return payloads;
}

MessageMaker::Payloads MessageMaker::call_unannounced() {
  auto const& method = some_method();
  auto const id = some_connection();
  return call_of(id, next_request(), method, {});
}

MessageMaker::Payloads MessageMaker::call_unknown() {
  auto unknown = some_method();
  unknown.id = dice_.pick(numbers);
  auto const id = some_connection();
  return call_of(id, next_request(), unknown, {});
}

// 0.4.0 reads schemas inside a call, though it never writes them there.
MessageMaker::Payloads MessageMaker::call_inlined() {
  auto const id = live_connection();
  auto const& method = some_method();
  auto& tracker = announced_[id];
  schema::Binding const binding{.method_id = method.id, .direction = wire::BindingDirection::args};
  auto const missing = tracker.missing(binding, method.args->payload);
  auto cbor = schemas_of_no_use();
  if (missing && dice_.chance(70)) {
    tracker.sent(binding, *missing);
    cbor = schema::encode(*missing);
  }
  return call_of(id, next_request(), method, cbor);
}

// A request id that has been used.
MessageMaker::Payloads MessageMaker::repeat_call() {
  auto const id = some_connection();
  auto const request = past_request();
  return call_of(id, request, some_method(), {});
}

MessageMaker::Payloads MessageMaker::response() {
  auto const entries = metadata(false);
  auto const schemas = dice_.chance(25) ? schemas_of_no_use() : vox::Bytes{};
  wire::Response const answer{
      .metadata = entries, .ret = vox::as_bytes("\1\1"), .schemas = schemas};
  auto const id = some_connection();
  return on(id, wire::RequestMessage{.id = past_request(), .body = answer});
}

MessageMaker::Payloads MessageMaker::cancel() {
  auto const entries = metadata(false);
  auto const id = some_connection();
  return on(id,
            wire::RequestMessage{.id = past_request(), .body = wire::Cancel{.metadata = entries}});
}

// On channels that no call has bound.
MessageMaker::Payloads MessageMaker::channel() {
  auto const entries = metadata(false);
  wire::ChannelBody const bodies[] = {
      wire::Item{.item = vox::as_bytes("\5")}, wire::Close{.metadata = entries},
      wire::Reset{.metadata = entries}, wire::GrantCredit{.additional = dice_.pick(counts)}};
  auto const id = some_connection();
  return on(id, wire::ChannelMessage{.id = dice_.below(8), .body = dice_.pick(bodies)});
}

}  // namespace voxspec::differential
