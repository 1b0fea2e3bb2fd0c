#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/handshake_fields.hpp"
#include "impl/schema/translate.hpp"
#include "impl/wire/cbor.hpp"
#include "impl/wire/cbor_definite.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/stable.hpp"
#include "spec/limits.hpp"

#include <array>
#include <string>
#include <utility>
#include <variant>

namespace voxspec {
namespace {

using vox::ByteView;
using vox::Result;
using vox::wire::Reader;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

Value bytes_value(ByteView bytes) {
  return vox::to_bytes(bytes);
}

Value settings_value(vox::ConnectionSettings const& settings, Dialect dialect) {
  auto const is_odd = settings.parity == vox::Parity::odd;
  Record out{{{"parity", is_odd ? "odd" : "even"},
              {"max_concurrent_requests", std::uint64_t{settings.max_concurrent_requests}}}};
  if (vox::traits_of(dialect).announces_credit) {
    out["initial_channel_credit"] = std::uint64_t{settings.initial_channel_credit};
  }
  return out;
}

Value metadata_value(vox::wire::MetadataView metadata) {
  ValueList list;
  for (auto const& entry : metadata) {
    auto value = std::visit(Overloaded{[](std::string_view text) { return Value{text}; },
                                       [](ByteView bytes) { return bytes_value(bytes); },
                                       [](std::uint64_t number) { return Value{number}; }},
                            entry.value);
    list.emplace_back(
        Record{{{"key", entry.key}, {"value", std::move(value)}, {"flags", entry.flags}}});
  }
  return list;
}

// By what they mean where writing that would give the same bytes, else as bytes.
Value schemas_value(ByteView cbor) {
  if (cbor.empty()) return bytes_value(cbor);
  auto value = canonical_cbor(cbor);
  auto const is_structured = value && (value->is<Record>() || value->is<ValueList>());
  return is_structured ? *std::move(value) : bytes_value(cbor);
}

// The kind's name and the fields of a message's payload.
struct Body {
  std::string_view kind;
  Record fields;
};

struct BodyOf {
  Dialect dialect;

  Body operator()(vox::wire::ProtocolError const& body) const {
    return {"protocol_error", {{{"description", body.description}}}};
  }
  Body operator()(vox::wire::ConnectionOpen const& body) const {
    return {"connection_open", settings_and_metadata(body)};
  }
  Body operator()(vox::wire::ConnectionAccept const& body) const {
    return {"connection_accept", settings_and_metadata(body)};
  }
  Body operator()(vox::wire::ConnectionReject const& body) const {
    return {"connection_reject", {{{"metadata", metadata_value(body.metadata)}}}};
  }
  Body operator()(vox::wire::ConnectionClose const& body) const {
    return {"connection_close", {{{"metadata", metadata_value(body.metadata)}}}};
  }
  Body operator()(vox::wire::RequestMessage const& message) const {
    return std::visit(Overloaded{[&](vox::wire::Call const& body) -> Body {
                                   return {"request_call",
                                           {{{"id", message.id},
                                             {"method_id", body.method_id},
                                             {"metadata", metadata_value(body.metadata)},
                                             {"args", bytes_value(body.args)},
                                             {"schemas", schemas_value(body.schemas)}}}};
                                 },
                                 [&](vox::wire::Response const& body) -> Body {
                                   return {"request_response",
                                           {{{"id", message.id},
                                             {"metadata", metadata_value(body.metadata)},
                                             {"ret", bytes_value(body.ret)},
                                             {"schemas", schemas_value(body.schemas)}}}};
                                 },
                                 [&](vox::wire::Cancel const& body) -> Body {
                                   return {"request_cancel", id_and_metadata(message.id, body)};
                                 }},
                      message.body);
  }
  Body operator()(vox::wire::SchemaMessage const& body) const {
    auto const is_args = body.direction == vox::wire::BindingDirection::args;
    return {"schema",
            {{{"method_id", body.method_id},
              {"direction", is_args ? "args" : "response"},
              {"schemas", schemas_value(body.schemas)}}}};
  }
  Body operator()(vox::wire::ChannelMessage const& message) const {
    return std::visit(
        Overloaded{
            [&](vox::wire::Item const& body) -> Body {
              return {"channel_item", {{{"id", message.id}, {"item", bytes_value(body.item)}}}};
            },
            [&](vox::wire::Close const& body) -> Body {
              return {"channel_close", id_and_metadata(message.id, body)};
            },
            [&](vox::wire::Reset const& body) -> Body {
              return {"channel_reset", id_and_metadata(message.id, body)};
            },
            [&](vox::wire::GrantCredit const& body) -> Body {
              return {"channel_grant_credit",
                      {{{"id", message.id}, {"additional", std::uint64_t{body.additional}}}}};
            }},
        message.body);
  }
  Body operator()(vox::wire::Ping const& body) const { return {"ping", {{{"nonce", body.nonce}}}}; }
  Body operator()(vox::wire::Pong const& body) const { return {"pong", {{{"nonce", body.nonce}}}}; }

 private:
  [[nodiscard]] Record settings_and_metadata(auto const& body) const {
    return {{{"connection_settings", settings_value(body.connection_settings, dialect)},
             {"metadata", metadata_value(body.metadata)}}};
  }
  static Record id_and_metadata(std::uint64_t id, auto const& body) {
    return {{{"id", id}, {"metadata", metadata_value(body.metadata)}}};
  }
};

Frame frame_of(std::string_view kind, Record body, ByteView payload, Reading const& reading) {
  Frame frame;
  frame.kind = find_frame_kind(kind, reading.dialect);
  frame.body = std::move(body);
  frame.bytes = vox::to_bytes(payload);
  return frame;
}

// r[impl schema.exchange.required]
Result<Frame> decode_message(ByteView payload, Reading const& reading) {
  vox::wire::Buffer translated;
  auto own = payload;
  if (reading.messages != nullptr && !reading.messages->is_identity()) {
    vox::schema::TranslateOptions options;
    options.strictness = reading.strictness;
    auto const done = vox::schema::translate(*reading.messages, payload, translated, options);
    if (!done) return std::unexpected(done.error());
    own = translated.view();
  }
  auto const message = vox::wire::decode_message(
      own, reading.strictness, vox::Limits{}.metadata_entries_max, reading.dialect);
  if (!message) return std::unexpected(message.error());
  auto [kind, fields] = std::visit(BodyOf{reading.dialect}, message->payload);
  auto frame = frame_of(kind, std::move(fields), payload, reading);
  frame.on = message->connection_id;
  return frame;
}

Result<Frame> decode_prologue(ByteView payload, Reading const& reading) {
  Reader reader{payload, "transport.prologue", reading.strictness};
  auto const magic = vox::as_text(reader.take_exactly(4));
  std::uint64_t const version = reader.take_u8();
  std::uint64_t const detail = reader.take_u8();
  auto const reserved = bytes_value(reader.take_exactly(2));
  for (auto const& kind : frame_kinds(reading.dialect)) {
    if (kind.layer != Layer::prologue || kind.tag != magic) continue;
    Record body{{{std::string{kind.fields[0].name}, version},
                 {std::string{kind.fields[1].name}, detail},
                 {std::string{kind.fields[2].name}, reserved}}};
    return reader.result(frame_of(kind.name, std::move(body), payload, reading));
  }
  if (!reader.failed()) return vox::violates("transport.prologue", 0, "unknown magic bytes");
  return std::unexpected(reader.violation());
}

Result<Frame> decode_stable_hello(ByteView payload, Reading const& reading) {
  Reader reader{payload, "stable.handshake"};
  auto const magic = vox::as_text(reader.take_exactly(4));
  auto const flags = reader.take_u8();
  auto const key = bytes_value(reader.take_exactly(16));
  std::uint64_t const last = reader.take_u32_le();
  auto const is_client = magic == find_frame_kind("client_hello", reading.dialect)->tag;
  if (!reader.failed() && !is_client &&
      magic != find_frame_kind("server_hello", reading.dialect)->tag) {
    return vox::violates("stable.handshake", 0, "unknown magic bytes");
  }
  auto const has_first = (flags & 1U) != 0;
  Record body;
  if (is_client) {
    body["resume_key"] = has_first ? key : Value{None{}};
  } else {
    body["rejected"] = has_first;
    body["resume_key"] = key;
  }
  body["last_received"] = (flags & 2U) != 0 ? Value{last} : Value{None{}};
  return reader.result(
      frame_of(is_client ? "client_hello" : "server_hello", std::move(body), payload, reading));
}

Result<Frame> decode_stable_frame(ByteView payload, Reading const& reading) {
  auto const read = vox::wire::decode_stable_frame(payload, reading.strictness);
  if (!read) return std::unexpected(read.error());
  Record body{{{"seq", std::uint64_t{read->seq}},
               {"ack", read->ack ? Value{std::uint64_t{*read->ack}} : Value{None{}}}}};
  auto frame = frame_of("stable_frame", std::move(body), payload, reading);
  if (auto message = decode_message(read->item, reading)) {
    frame.inside.push_back(*std::move(message));
  } else {
    frame.body["item"] = bytes_value(read->item);
  }
  return frame;
}

Result<Frame> decode_handshake(ByteView payload, Reading const& reading) {
  vox::Bytes definite;
  auto const whole = vox::wire::decode_any_length(
      payload, reading.strictness, vox::Limits{}.cbor_depth_max, definite, [&](ByteView bytes) {
        vox::wire::CborReader reader{bytes, "session.handshake.cbor", reading.strictness};
        return reader.result(take_cbor(reader));
      });
  if (!whole) return std::unexpected(whole.error());
  auto const* const map = whole->get<Record>();
  for (auto const& kind : frame_kinds(reading.dialect)) {
    if (kind.layer != Layer::handshake || map == nullptr || map->entries.size() != 1) continue;
    auto const& [name, fields] = map->entries.front();
    if (name != kind.tag) continue;
    if (!fields.is<Record>()) {
      return vox::violates("session.handshake", 0, name + " is not a map");
    }
    return frame_of(kind.name, handshake_fields(kind, *fields.get<Record>()), payload, reading);
  }
  return vox::violates("session.handshake", 0, "the item is no handshake message");
}

}  // namespace

Result<Frame> decode(Layer layer, ByteView payload, Reading const& reading) {
  switch (layer) {
    case Layer::prologue:
      return decode_prologue(payload, reading);
    case Layer::handshake:
      return decode_handshake(payload, reading);
    case Layer::stable_hello:
      return decode_stable_hello(payload, reading);
    case Layer::message:
      return decode_message(payload, reading);
    case Layer::stable:
      return decode_stable_frame(payload, reading);
  }
  VOX_ASSERT(false);
}

}  // namespace voxspec
