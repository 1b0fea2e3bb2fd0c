#include "conformance/peer/frame_json.hpp"
#include "conformance/peer/handshake_cbor.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_json.hpp"
#include "impl/wire/message.hpp"

#include <array>
#include <string>
#include <variant>

namespace voxspec {
namespace {

using vox::ByteView;
using vox::Result;
using vox::wire::Reader;
using vox::wire::Strictness;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

constexpr std::array<std::string_view, 2> parity_words{"odd", "even"};

Json settings_json(vox::ConnectionSettings const& settings) {
  return Json{{"parity", parity_words[static_cast<std::size_t>(settings.parity)]},
              {"max_concurrent_requests", settings.max_concurrent_requests}};
}

Json metadata_json(vox::wire::MetadataView metadata) {
  Json list = Json::array();
  for (auto const& entry : metadata) {
    auto value = std::visit(Overloaded{[](std::string_view text) { return Json(text); },
                                       [](ByteView bytes) { return hex_json(bytes); },
                                       [](std::uint64_t number) {
                                         auto json = number_json(number);
                                         return json.is_number() ? json : Json{{"u64", json}};
                                       }},
                            entry.value);
    list.push_back(
        {{"key", entry.key}, {"value", std::move(value)}, {"flags", number_json(entry.flags)}});
  }
  return list;
}

Json schemas_json(ByteView cbor) {
  if (cbor.empty()) return hex_json(cbor);
  return schema_json(cbor).value_or(hex_json(cbor));
}

Json message_json(vox::wire::Message const& message);

struct BodyJson {
  Json operator()(vox::wire::ProtocolError const& body) const {
    return {{"protocol_error", {{"description", body.description}}}};
  }
  Json operator()(vox::wire::ConnectionOpen const& body) const {
    return {{"connection_open", with_settings(body)}};
  }
  Json operator()(vox::wire::ConnectionAccept const& body) const {
    return {{"connection_accept", with_settings(body)}};
  }
  Json operator()(vox::wire::ConnectionReject const& body) const {
    return {{"connection_reject", {{"metadata", metadata_json(body.metadata)}}}};
  }
  Json operator()(vox::wire::ConnectionClose const& body) const {
    return {{"connection_close", {{"metadata", metadata_json(body.metadata)}}}};
  }
  Json operator()(vox::wire::RequestMessage const& message) const {
    auto const id = number_json(message.id);
    return std::visit(
        Overloaded{[&](vox::wire::Call const& body) -> Json {
                     return {{"request_call",
                              {{"id", id},
                               {"method_id", hash_json(body.method_id)},
                               {"metadata", metadata_json(body.metadata)},
                               {"args", hex_json(body.args)},
                               {"schemas", schemas_json(body.schemas)}}}};
                   },
                   [&](vox::wire::Response const& body) -> Json {
                     return {{"request_response",
                              {{"id", id},
                               {"metadata", metadata_json(body.metadata)},
                               {"ret", hex_json(body.ret)},
                               {"schemas", schemas_json(body.schemas)}}}};
                   },
                   [&](vox::wire::Cancel const& body) -> Json {
                     return {{"request_cancel",
                              {{"id", id}, {"metadata", metadata_json(body.metadata)}}}};
                   }},
        message.body);
  }
  Json operator()(vox::wire::SchemaMessage const& body) const {
    auto const args = body.direction == vox::wire::BindingDirection::args;
    return {{"schema",
             {{"method_id", hash_json(body.method_id)},
              {"direction", args ? "args" : "response"},
              {"schemas", schemas_json(body.schemas)}}}};
  }
  Json operator()(vox::wire::ChannelMessage const& message) const {
    auto const id = number_json(message.id);
    return std::visit(
        Overloaded{
            [&](vox::wire::Item const& body) -> Json {
              return {{"channel_item", {{"id", id}, {"item", hex_json(body.item)}}}};
            },
            [&](vox::wire::Close const& body) -> Json {
              return {{"channel_close", {{"id", id}, {"metadata", metadata_json(body.metadata)}}}};
            },
            [&](vox::wire::Reset const& body) -> Json {
              return {{"channel_reset", {{"id", id}, {"metadata", metadata_json(body.metadata)}}}};
            },
            [&](vox::wire::GrantCredit const& body) -> Json {
              return {{"channel_grant_credit", {{"id", id}, {"additional", body.additional}}}};
            }},
        message.body);
  }
  Json operator()(vox::wire::Ping const& body) const {
    return {{"ping", {{"nonce", number_json(body.nonce)}}}};
  }
  Json operator()(vox::wire::Pong const& body) const {
    return {{"pong", {{"nonce", number_json(body.nonce)}}}};
  }

 private:
  template <class Body>
  static Json with_settings(Body const& body) {
    return {{"connection_settings", settings_json(body.connection_settings)},
            {"metadata", metadata_json(body.metadata)}};
  }
};

Json message_json(vox::wire::Message const& message) {
  Json out{{"on", number_json(message.connection_id)}};
  auto const body = std::visit(BodyJson{}, message.payload);
  out.update(body);
  return out;
}

Result<Json> decode_message_payload(ByteView payload, Strictness strictness) {
  auto const message = vox::wire::decode_message(payload, strictness);
  if (!message) return std::unexpected(message.error());
  return message_json(*message);
}

Result<Json> decode_prologue(ByteView payload) {
  Reader reader{payload, "transport.prologue"};
  auto const magic = vox::as_text(reader.take_exactly(4));
  auto const version = reader.take_u8();
  auto const detail = reader.take_u8();
  auto const reserved = vox::to_hex(reader.take_exactly(2));
  static constexpr std::array<std::array<std::string_view, 3>, 3> kinds{{
      {"VOTH", "transport_hello", "mode"},
      {"VOTA", "transport_accept", "mode"},
      {"VOTR", "transport_reject", "reason"},
  }};
  for (auto const& [name, kind, what] : kinds) {
    if (magic != name) continue;
    Json body{{"version", version}, {std::string{what}, detail}, {"reserved", reserved}};
    return reader.result(Json{{std::string{kind}, std::move(body)}});
  }
  if (!reader.failed()) return vox::violates("transport.prologue", 0, "unknown magic bytes");
  return std::unexpected(reader.violation());
}

Result<Json> decode_stable_hello(ByteView payload) {
  Reader reader{payload, "stable.handshake"};
  auto const magic = vox::as_text(reader.take_exactly(4));
  auto const flags = reader.take_u8();
  auto const key = hex_json(reader.take_exactly(16));
  auto const last = reader.take_u32_le();
  auto const is_client = magic == "VOCH";
  if (!reader.failed() && !is_client && magic != "VOSH") {
    return vox::violates("stable.handshake", 0, "unknown magic bytes");
  }
  auto const last_json = (flags & 2U) != 0 ? Json(last) : Json("none");
  if (is_client) {
    Json body{{"resume_key", (flags & 1U) != 0 ? key : Json("none")}, {"last_received", last_json}};
    return reader.result(Json{{"client_hello", std::move(body)}});
  }
  Json body{{"rejected", (flags & 1U) != 0}, {"resume_key", key}, {"last_received", last_json}};
  return reader.result(Json{{"server_hello", std::move(body)}});
}

Result<Json> decode_stable_frame(ByteView payload, Strictness strictness) {
  Reader reader{payload, "stable.framing.encoding", strictness};
  auto const seq = reader.take_varint_u32();
  auto const has_ack = reader.take_bool();
  auto const ack = has_ack ? Json(reader.take_varint_u32()) : Json("none");
  auto const item = reader.take_opaque();
  Json body{{"seq", seq}, {"ack", ack}};
  if (auto message = decode_message_payload(item, strictness)) {
    body["message"] = std::move(*message);
  } else {
    body["item"] = hex_json(item);
  }
  return reader.result(Json{{"stable_frame", std::move(body)}});
}

}  // namespace

Result<Json> decode_payload(Layer layer, ByteView payload, Strictness strictness) {
  switch (layer) {
    case Layer::prologue:
      return decode_prologue(payload);
    case Layer::handshake:
      return decode_handshake(payload, strictness);
    case Layer::stable_hello:
      return decode_stable_hello(payload);
    case Layer::message:
      return decode_message_payload(payload, strictness);
    case Layer::stable:
      return decode_stable_frame(payload, strictness);
  }
  VOX_ASSERT(false);
}

Result<std::vector<ByteView>> split_frames(ByteView stream) {
  Reader reader{stream, "transport.stream"};
  std::vector<ByteView> payloads;
  while (reader.remaining() > 0 && !reader.failed())
    payloads.push_back(reader.take_opaque());
  return reader.result(std::move(payloads));
}

}  // namespace voxspec
