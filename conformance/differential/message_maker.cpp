#include "conformance/differential/message_maker.hpp"

#include "conformance/differential/service.hpp"
#include "conformance/subjects/testbed/types.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/wire/postcard.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace voxspec::differential {

namespace schema = vox::schema;
namespace session = vox::session;
namespace wire = vox::wire;

namespace {

constexpr std::string_view texts[] = {"", "hi", "\u00e9\u4e16",
                                      "a longer text, so that it is cut somewhere"};
constexpr std::uint32_t counts[] = {0, 1, 2, 64, 1000, std::numeric_limits<std::uint32_t>::max()};
constexpr std::uint64_t numbers[] = {
    0, 1, 127, 128, 300, std::uint64_t{1} << 32U, std::numeric_limits<std::uint64_t>::max()};

std::vector<testbed::CatalogEntry> served_methods() {
  std::vector<testbed::CatalogEntry> methods;
  for (auto const& entry : testbed::catalog()) {
    if (is_served(entry.id)) methods.push_back(entry);
  }
  return methods;
}

}  // namespace

MessageMaker::MessageMaker(Dice& dice, vox::Role role, Manner manner)
    : dice_{dice},
      manner_{manner},
      parity_{role == vox::Role::acceptor ? vox::Parity::odd : vox::Parity::even},
      next_connection_{parity_ == vox::Parity::odd ? 1U : 2U} {}

struct MessageMaker::Draw {
  unsigned weight;
  Payloads (MessageMaker::*make)();
};

std::vector<MessageMaker::Draw> const& MessageMaker::draws(Manner manner) {
  static std::vector<Draw> const all{
      {12, &MessageMaker::open},        {7, &MessageMaker::open_unasked},
      {7, &MessageMaker::close},        {4, &MessageMaker::accept},
      {3, &MessageMaker::reject},       {4, &MessageMaker::ping},
      {3, &MessageMaker::pong},         {3, &MessageMaker::protocol_error},
      {20, &MessageMaker::call},        {4, &MessageMaker::call_unannounced},
      {5, &MessageMaker::call_unknown}, {4, &MessageMaker::call_inlined},
      {4, &MessageMaker::repeat_call},  {6, &MessageMaker::response},
      {4, &MessageMaker::cancel},       {6, &MessageMaker::channel},
      {7, &MessageMaker::odd_schemas},  {5, &MessageMaker::sloppy},
      {4, &MessageMaker::undecodable},
  };
  // Who opens connections itself waits for answers.
  static std::vector<Draw> const more = [] {
    auto draws = all;
    draws.push_back({50, &MessageMaker::accept});
    draws.push_back({50, &MessageMaker::response});
    return draws;
  }();
  return manner == Manner::opens ? more : all;
}

std::vector<vox::Bytes> MessageMaker::next() {
  unsigned sum = 0;
  for (auto const& draw : draws(manner_))
    sum += draw.weight;
  auto left = dice_.below(sum);
  for (auto const& draw : draws(manner_)) {
    if (left < draw.weight) return (this->*draw.make)();
    left -= draw.weight;
  }
  std::unreachable();
}

MessageMaker::Payloads MessageMaker::on(session::ConnectionId id,
                                        wire::MessagePayload const& payload) {
  return {wire::encode_message({.connection_id = id, .payload = payload})};
}

session::ConnectionId MessageMaker::live_connection() {
  if (opened_.empty() || dice_.chance(45)) return session::root_connection;
  return dice_.pick(std::span<session::ConnectionId const>{opened_});
}

session::ConnectionId MessageMaker::some_connection() {
  if (manner_ == Manner::opens && dice_.chance(60)) {
    return 2 * dice_.below(opened_count) + (parity_ == vox::Parity::odd ? 2 : 1);
  }
  if (dice_.chance(75)) return live_connection();
  if (!closed_.empty() && dice_.chance(50)) {
    return dice_.pick(std::span<session::ConnectionId const>{closed_});
  }
  return dice_.chance(80) ? dice_.below(12) : dice_.pick(numbers);
}

session::RequestId MessageMaker::past_request() {
  if (manner_ == Manner::opens && dice_.chance(60)) return parity_ == vox::Parity::odd ? 2 : 1;
  return dice_.chance(70) ? 1 + dice_.below(next_request_ + 1) : dice_.pick(numbers);
}

wire::Metadata MessageMaker::metadata(bool with_service) {
  constexpr std::string_view keys[] = {"trace", "vox-transport", "error", "", "vox-retry-support"};
  wire::Metadata entries;
  auto const add_some = [&] {
    for (auto left = dice_.below(3); left > 0; --left) {
      wire::MetadataValue value = dice_.pick(numbers);
      if (dice_.chance(50)) value = dice_.pick(texts);
      entries.add({.key = dice_.pick(keys), .value = value, .flags = dice_.below(5)});
    }
  };
  add_some();
  if (with_service) {
    entries.add({.key = "vox-service", .value = std::string_view{"Testbed"}, .flags = 0});
  }
  add_some();
  return entries;
}

vox::ConnectionSettings MessageMaker::settings() {
  return {.parity = dice_.chance(50) ? vox::Parity::odd : vox::Parity::even,
          .max_concurrent_requests = dice_.pick(counts)};
}

// A fresh id of the right parity, mostly with the service that it needs.
MessageMaker::Payloads MessageMaker::open() {
  auto const id = std::exchange(next_connection_, next_connection_ + (dice_.chance(80) ? 2 : 4));
  auto const entries = metadata(dice_.chance(85));
  opened_.push_back(id);
  return on(id, wire::ConnectionOpen{.connection_settings = settings(), .metadata = entries});
}

// An id that is not fresh, or not the peer's to give.
MessageMaker::Payloads MessageMaker::open_unasked() {
  auto id = some_connection();
  if (dice_.chance(30)) id = next_connection_ + 1;
  if (id == session::root_connection && manner_ == Manner::refuses) return close();
  auto const entries = metadata(dice_.chance(85));
  return on(id, wire::ConnectionOpen{.connection_settings = settings(), .metadata = entries});
}

MessageMaker::Payloads MessageMaker::close() {
  auto const id = dice_.chance(15) ? session::root_connection : some_connection();
  auto const entries = metadata(false);
  std::erase(opened_, id);
  closed_.push_back(id);
  announced_[id].reset();
  return on(id, wire::ConnectionClose{.metadata = entries});
}

MessageMaker::Payloads MessageMaker::accept() {
  auto const entries = metadata(false);
  auto const id = some_connection();
  return on(id, wire::ConnectionAccept{.connection_settings = settings(), .metadata = entries});
}

MessageMaker::Payloads MessageMaker::reject() {
  auto const entries = metadata(false);
  auto const id = some_connection();
  return on(id, wire::ConnectionReject{.metadata = entries});
}

MessageMaker::Payloads MessageMaker::ping() {
  auto const id = some_connection();
  return on(id, wire::Ping{.nonce = dice_.pick(numbers)});
}

MessageMaker::Payloads MessageMaker::pong() {
  auto const id = some_connection();
  return on(id, wire::Pong{.nonce = dice_.pick(numbers)});
}

MessageMaker::Payloads MessageMaker::protocol_error() {
  auto const id = some_connection();
  return on(id, wire::ProtocolError{.description = dice_.pick(texts)});
}

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

// Schemas that can be read, but that no argument or response is made of.
vox::Bytes MessageMaker::schemas_of_no_use() {
  auto payload = some_method().args->payload;
  switch (dice_.below(6)) {
    case 0:  // a root that may never have been announced
      payload.schemas.clear();
      break;
    case 1:  // the same type twice
      if (!payload.schemas.empty()) payload.schemas.push_back(payload.schemas.front());
      break;
    case 2:  // a parameter as the root
      payload.root = schema::TypeRef::variable("T");
      break;
    case 3:  // a type that nobody has
      payload.root = schema::TypeRef::concrete(dice_.pick(numbers));
      break;
    case 4: {  // not to be read to its end
      auto cut = schema::encode(payload);
      cut.resize(dice_.below(cut.size()));
      return cut;
    }
    default:
      break;
  }
  auto cbor = schema::encode(payload);
  if (dice_.chance(15)) cbor.push_back(std::byte{0xF6});
  return cbor;
}

MessageMaker::Payloads MessageMaker::odd_schemas() {
  auto const cbor = schemas_of_no_use();
  auto const& method = some_method();
  auto const direction =
      dice_.chance(75) ? wire::BindingDirection::args : wire::BindingDirection::response;
  auto const id = some_connection();
  return on(id, wire::SchemaMessage{.method_id = dice_.chance(80) ? method.id : dice_.pick(numbers),
                                    .direction = direction,
                                    .schemas = cbor});
}

// What 0.4.0 reads though its own encoder never writes it: bytes behind the message, numbers in
// more bytes than they need, numbers beyond their type.
MessageMaker::Payloads MessageMaker::sloppy() {
  constexpr std::string_view long_ping{"\x80\x00\x88\x80\x00\xff\x00", 7};
  constexpr std::string_view overflowing_ping{"\x00\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
                                              12};
  constexpr std::string_view wide_credit{"\x00\x07\x01\x03\x80\x80\x80\x80\x80\x01", 10};
  switch (dice_.below(4)) {
    case 0:
      return {vox::to_bytes(vox::as_bytes(long_ping))};
    case 1:
      return {vox::to_bytes(vox::as_bytes(overflowing_ping))};
    case 2:
      return {vox::to_bytes(vox::as_bytes(wide_credit))};
    default: {
      auto payloads = dice_.chance(50) ? ping() : call_unannounced();
      for (auto left = 1 + dice_.below(4); left > 0; --left)
        payloads.back().push_back(static_cast<std::byte>(dice_.below(256)));
      return payloads;
    }
  }
}

// Bytes that are no message. None of them claims a count of elements above 127, or a length that
// would overflow: 0.4.0 dies of those.
MessageMaker::Payloads MessageMaker::undecodable() {
  switch (dice_.below(6)) {
    case 0:
      return {vox::Bytes{}};
    case 1:  // no such message
      return {vox::Bytes{std::byte{0}, static_cast<std::byte>(10 + dice_.below(118))}};
    case 2:  // no such body
      return {vox::Bytes{std::byte{0}, std::byte{5}, std::byte{1},
                         static_cast<std::byte>(3 + dice_.below(125))}};
    case 3:  // text that is not UTF-8
      return {vox::Bytes{std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0xFF}}};
    case 4: {
      vox::Bytes random(dice_.below(12));
      for (auto& byte : random)
        byte = static_cast<std::byte>(dice_.below(128));
      return {random};
    }
    default: {
      auto payloads = dice_.chance(50) ? call_unannounced() : open_unasked();
      payloads.back().resize(dice_.below(payloads.back().size()));
      return payloads;
    }
  }
}

}  // namespace voxspec::differential
