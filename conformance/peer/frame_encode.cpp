#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/handshake_fields.hpp"
#include "conformance/peer/rewrite_cbor.hpp"
#include "conformance/peer/unwritable.hpp"
#include "impl/wire/writer.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace voxspec {
namespace {

using vox::Bytes;
using vox::wire::Buffer;

// Appends the fields of a message, with varints as long as asked for.
class MessageWriter {
 public:
  MessageWriter(Buffer& out, Writing const& writing)
      : writer_{out}, padding_{writing.varint_padding} {}

  void put_varint(std::uint64_t value) {
    static constexpr unsigned bytes_max = 10;
    auto count = 1U;
    for (auto left = value >> 7U; left > 0; left >>= 7U)
      ++count;
    auto padding = std::min(padding_, bytes_max - count);
    if (padding == 0) {
      writer_.put_varint(value);
      return;
    }
    for (; count > 0; --count) {
      writer_.put_u8(static_cast<std::uint8_t>((value & 0x7FU) | 0x80U));
      value >>= 7U;
    }
    for (; padding > 1; --padding)
      writer_.put_u8(0x80);
    writer_.put_u8(0);
  }
  void put_sized(vox::ByteView bytes) {
    put_varint(bytes.size());
    writer_.put_bytes(bytes);
  }

  void put_field(FrameField const& field, Value const& value) {
    auto const type = field.type;
    if (type == FieldType::u32) {
      put_varint(number_of(value, field.name, std::numeric_limits<std::uint32_t>::max()));
    } else if (type == FieldType::u64 || type == FieldType::id || type == FieldType::method_id) {
      put_varint(number_of(value, field.name));
    } else if (type == FieldType::text) {
      put_sized(vox::as_bytes(as<std::string>(value, field.name, "a text")));
    } else if (type == FieldType::bytes) {
      writer_.put_opaque(as<Bytes>(value, field.name, "bytes"));
    } else if (type == FieldType::direction) {
      put_varint(as<std::string>(value, field.name, "a direction") == "args" ? 0 : 1);
    } else if (is_settings(type)) {
      put_settings(type, as<Record>(value, field.name, "an object"));
    } else if (type == FieldType::metadata) {
      put_metadata(as<ValueList>(value, field.name, "a list"));
    } else {
      VOX_ASSERT(type == FieldType::schema_payload);
      put_sized(value.is<Bytes>() ? *value.get<Bytes>() : cbor_bytes(value));
    }
  }
  vox::wire::Writer& plain() { return writer_; }

 private:
  void put_settings(FieldType type, Record const& settings) {
    for (auto const& field : settings_fields(type)) {
      auto const& value = at(settings, field.name);
      put_varint(field.type == FieldType::parity ? parity_index(value)
                                                 : number_of(value, field.name));
    }
  }

  void put_metadata(ValueList const& entries) {
    put_varint(entries.size());
    for (auto const& each : entries) {
      auto const& entry = as<Record>(each, "metadata", "a list of entries");
      put_sized(vox::as_bytes(as<std::string>(at(entry, "key"), "key", "a text")));
      auto const& value = at(entry, "value");
      if (auto const text = value.text()) {
        put_varint(0);
        put_sized(vox::as_bytes(*text));
      } else if (auto const number = value.number()) {
        put_varint(2);
        put_varint(*number);
      } else {
        put_varint(1);
        put_sized(as<Bytes>(value, "value", "a text, a number or bytes"));
      }
      put_varint(number_of(at(entry, "flags"), "flags"));
    }
  }

  vox::wire::Writer writer_;
  unsigned padding_;
};

Bytes message_bytes(Frame const& frame, Writing const& writing) {
  Buffer out;
  MessageWriter writer{out, writing};
  writer.put_varint(frame.on);
  writer.put_varint(static_cast<std::uint64_t>(frame.kind->variant));
  for (auto const& field : frame.kind->fields) {
    // The id stands before the variant of the body.
    if (frame.kind->body >= 0 && &field == &frame.kind->fields[1]) {
      writer.put_varint(static_cast<std::uint64_t>(frame.kind->body));
    }
    writer.put_field(field, at(frame.body, field.name));
  }
  return out.take();
}

std::uint8_t byte_of(Value const& value, std::string_view name) {
  return static_cast<std::uint8_t>(number_of(value, name, 0xFF));
}

Bytes prologue_bytes(Frame const& frame) {
  Buffer out;
  vox::wire::Writer writer{out};
  writer.put_bytes(vox::as_bytes(frame.kind->tag));
  for (auto const& field : frame.kind->fields) {
    auto const& value = at(frame.body, field.name);
    if (field.type == FieldType::reserved) {
      writer.put_bytes(as<Bytes>(value, field.name, "two bytes"));
    } else {
      writer.put_u8(byte_of(value, field.name));
    }
  }
  return out.take();
}

Bytes stable_hello_bytes(Frame const& frame) {
  auto const is_client = frame.kind->field("rejected") == frame.kind->fields.size();
  auto const& key = at(frame.body, "resume_key");
  auto const& last = at(frame.body, "last_received");
  auto const first_flag =
      is_client ? !key.is_absent() : as<bool>(at(frame.body, "rejected"), "rejected", "a boolean");
  Bytes const key_bytes = key.is_absent() ? Bytes(16) : as<Bytes>(key, "resume_key", "bytes");
  if (key_bytes.size() != 16) throw Unwritable{"the resume key of a stable conduit has 16 bytes"};
  Buffer out;
  vox::wire::Writer writer{out};
  writer.put_bytes(vox::as_bytes(frame.kind->tag));
  writer.put_u8(static_cast<std::uint8_t>((first_flag ? 1U : 0U) | (last.is_absent() ? 0U : 2U)));
  writer.put_bytes(key_bytes);
  auto const number = last.is_absent() ? 0
                                       : number_of(last, "last_received",
                                                   std::numeric_limits<std::uint32_t>::max());
  writer.put_u32_le(static_cast<std::uint32_t>(number));
  return out.take();
}

Bytes stable_frame_bytes(Frame const& frame, Writing const& writing) {
  Buffer out;
  MessageWriter writer{out, writing};
  writer.put_varint(number_of(at(frame.body, "seq"), "seq"));
  auto const* const ack = frame.body.find("ack");
  auto const has_ack = ack != nullptr && !ack->is_absent();
  writer.plain().put_bool(has_ack);
  if (has_ack) writer.put_varint(number_of(*ack, "ack"));
  writer.plain().put_opaque(frame.inside.empty()
                                ? as<Bytes>(at(frame.body, "item"), "item", "bytes")
                                : message_bytes(frame.inside.front(), writing));
  return out.take();
}

Bytes with_heads(Bytes cbor, Writing const& writing) {
  if (writing.head_bytes_min == 0 && !writing.indefinite) return cbor;
  return rewritten_cbor(cbor, writing);
}

Bytes written(Frame const& frame, Writing const& writing) {
  if (frame.kind == nullptr) {
    auto const* const cbor = frame.body.find("cbor");
    return cbor == nullptr ? frame.bytes : with_heads(cbor_bytes(*cbor), writing);
  }
  switch (frame.kind->layer) {
    case Layer::prologue:
      return prologue_bytes(frame);
    case Layer::handshake: {
      Buffer out;
      put_handshake(out, frame, writing.first);
      return with_heads(out.take(), writing);
    }
    case Layer::stable_hello:
      return stable_hello_bytes(frame);
    case Layer::message:
      return message_bytes(frame, writing);
    case Layer::stable:
      return stable_frame_bytes(frame, writing);
  }
  VOX_ASSERT(false);
}

}  // namespace

std::expected<Bytes, std::string> encode(Frame const& frame) {
  try {
    return written(frame, frame.writing);
  } catch (Unwritable const& error) {
    return std::unexpected(error.what);
  }
}

std::optional<Writing> writing_of(Frame const& frame) {
  auto trial = frame;
  auto const gives_the_bytes = [&](Writing writing) {
    trial.writing = std::move(writing);
    auto const bytes = encode(trial);
    return bytes && vox::equal(*bytes, frame.bytes);
  };
  if (gives_the_bytes({})) return Writing{};
  if (gives_the_bytes({.indefinite = true})) return trial.writing;
  for (auto const width : {1U, 2U, 4U, 8U}) {
    if (gives_the_bytes({.head_bytes_min = width})) return trial.writing;
  }
  for (auto padding = 1U; padding < 10; ++padding) {
    if (gives_the_bytes({.varint_padding = padding})) return trial.writing;
  }
  return std::nullopt;
}

}  // namespace voxspec
