#include "impl/wire/message.hpp"

#include <type_traits>
#include <utility>

namespace vox::wire {

bool Call::operator==(Call const& other) const {
  return method_id == other.method_id && metadata == other.metadata && equal(args, other.args) &&
         equal(schemas, other.schemas);
}
bool Response::operator==(Response const& other) const {
  return metadata == other.metadata && equal(ret, other.ret) && equal(schemas, other.schemas);
}
bool SchemaMessage::operator==(SchemaMessage const& other) const {
  return method_id == other.method_id && direction == other.direction &&
         equal(schemas, other.schemas);
}
bool Item::operator==(Item const& other) const {
  return equal(item, other.item);
}

namespace {

// Fields in braces are evaluated from left to right, which makes each decoder a list of its fields.
struct Decoder {
  Reader& reader;
  std::size_t metadata_entries_max;
  bool announces_credit;

  MetadataView metadata() { return take_metadata(reader, metadata_entries_max); }
  ConnectionSettings settings() {
    ConnectionSettings out{.parity = static_cast<Parity>(reader.take_variant(2)),
                           .max_concurrent_requests = reader.take_varint_u32()};
    if (announces_credit) out.initial_channel_credit = reader.take_varint_u32();
    return out;
  }

  void into(ProtocolError& out) { out = {.description = reader.take_text()}; }
  void into(ConnectionOpen& out) {
    out = {.connection_settings = settings(), .metadata = metadata()};
  }
  void into(ConnectionAccept& out) {
    out = {.connection_settings = settings(), .metadata = metadata()};
  }
  void into(ConnectionReject& out) { out = {.metadata = metadata()}; }
  void into(ConnectionClose& out) { out = {.metadata = metadata()}; }
  void into(Call& out) {
    out = {.method_id = reader.take_varint(),
           .metadata = metadata(),
           .args = reader.take_opaque(),
           .schemas = reader.take_sized_bytes()};
  }
  void into(Response& out) {
    out = {
        .metadata = metadata(), .ret = reader.take_opaque(), .schemas = reader.take_sized_bytes()};
  }
  void into(Cancel& out) { out = {.metadata = metadata()}; }
  void into(RequestMessage& out) {
    out.id = reader.take_varint();
    variant(out.body);
  }
  void into(SchemaMessage& out) {
    out = {.method_id = reader.take_varint(),
           .direction = static_cast<BindingDirection>(reader.take_variant(2)),
           .schemas = reader.take_sized_bytes()};
  }
  void into(Item& out) { out = {.item = reader.take_opaque()}; }
  void into(Close& out) { out = {.metadata = metadata()}; }
  void into(Reset& out) { out = {.metadata = metadata()}; }
  void into(GrantCredit& out) { out = {.additional = reader.take_varint_u32()}; }
  void into(ChannelMessage& out) {
    out.id = reader.take_varint();
    variant(out.body);
  }
  void into(Ping& out) { out = {.nonce = reader.take_varint()}; }
  void into(Pong& out) { out = {.nonce = reader.take_varint()}; }

  // Reads the index of an alternative, then that alternative where it stands in the variant.
  template <class... Alternatives>
  void variant(std::variant<Alternatives...>& out) {
    auto const index = reader.take_variant(sizeof...(Alternatives));
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((index == I ? into(out.template emplace<I>()) : void()), ...);
    }(std::index_sequence_for<Alternatives...>{});
  }
};

struct Encoder {
  Writer writer;
  bool announces_credit;

  void settings(ConnectionSettings const& settings) {
    writer.put_varint(static_cast<std::uint8_t>(settings.parity));
    writer.put_varint(settings.max_concurrent_requests);
    if (announces_credit) writer.put_varint(settings.initial_channel_credit);
  }

  void put(ProtocolError const& in) { writer.put_text(in.description); }
  void put(ConnectionOpen const& in) {
    settings(in.connection_settings);
    put_metadata(writer, in.metadata);
  }
  void put(ConnectionAccept const& in) {
    settings(in.connection_settings);
    put_metadata(writer, in.metadata);
  }
  void put(ConnectionReject const& in) { put_metadata(writer, in.metadata); }
  void put(ConnectionClose const& in) { put_metadata(writer, in.metadata); }
  void put(Call const& in) {
    writer.put_varint(in.method_id);
    put_metadata(writer, in.metadata);
    writer.put_opaque(in.args);
    writer.put_sized_bytes(in.schemas);
  }
  void put(Response const& in) {
    put_metadata(writer, in.metadata);
    writer.put_opaque(in.ret);
    writer.put_sized_bytes(in.schemas);
  }
  void put(Cancel const& in) { put_metadata(writer, in.metadata); }
  void put(RequestMessage const& in) {
    writer.put_varint(in.id);
    variant(in.body);
  }
  void put(SchemaMessage const& in) {
    writer.put_varint(in.method_id);
    writer.put_varint(static_cast<std::uint8_t>(in.direction));
    writer.put_sized_bytes(in.schemas);
  }
  void put(Item const& in) { writer.put_opaque(in.item); }
  void put(Close const& in) { put_metadata(writer, in.metadata); }
  void put(Reset const& in) { put_metadata(writer, in.metadata); }
  void put(GrantCredit const& in) { writer.put_varint(in.additional); }
  void put(ChannelMessage const& in) {
    writer.put_varint(in.id);
    variant(in.body);
  }
  void put(Ping const& in) { writer.put_varint(in.nonce); }
  void put(Pong const& in) { writer.put_varint(in.nonce); }

  template <class... Alternatives>
  void variant(std::variant<Alternatives...> const& in) {
    writer.put_varint(in.index());
    std::visit([this](auto const& alternative) { this->put(alternative); }, in);
  }
};

}  // namespace

Result<Message> decode_message(ByteView payload, Strictness strictness,
                               std::size_t metadata_entries_max, Dialect dialect) {
  Reader reader{payload, "session.message", strictness};
  Decoder decoder{.reader = reader,
                  .metadata_entries_max = metadata_entries_max,
                  .announces_credit = traits_of(dialect).announces_credit};
  Message message{.connection_id = reader.take_varint(), .payload = {}};
  decoder.variant(message.payload);
  return reader.result(message);
}

void encode_message(Buffer& out, Message const& message, Dialect dialect) {
  Encoder encoder{.writer = Writer{out}, .announces_credit = traits_of(dialect).announces_credit};
  encoder.writer.put_varint(message.connection_id);
  encoder.variant(message.payload);
}

Bytes encode_message(Message const& message, Dialect dialect) {
  Buffer out;
  encode_message(out, message, dialect);
  return out.take();
}

}  // namespace vox::wire
