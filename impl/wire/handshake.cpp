#include "impl/wire/handshake.hpp"

#include "impl/wire/cbor.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <span>
#include <tuple>
#include <utility>

namespace vox::wire {

namespace {

constexpr Rule rule{"session.handshake.cbor"};

// All keys and variants, in the order in which they are sent.
constexpr std::array<std::string_view, 4> messages{Hello::name, HelloYourself::name, LetsGo::name,
                                                   Sorry::name};
constexpr std::array<std::string_view, 6> hello_keys{
    "parity",         "connection_settings", "message_payload_schema",
    "supports_retry", "resume_key",          "metadata"};
constexpr auto yourself_keys = [] {
  std::array<std::string_view, hello_keys.size() - 1> keys{};
  std::ranges::copy(std::span{hello_keys}.subspan(1), keys.begin());
  return keys;
}();
constexpr std::array<std::string_view, 0> no_keys{};
constexpr std::array<std::string_view, 2> settings_keys{"parity", "max_concurrent_requests"};
constexpr std::array<std::string_view, 3> entry_keys{"key", "value", "flags"};
constexpr std::array<std::string_view, 1> resume_key_keys{"bytes"};
constexpr std::array<std::string_view, 1> sorry_keys{"reason"};
constexpr std::array<std::string_view, 2> parities{"Odd", "Even"};
constexpr std::array<std::string_view, 3> value_kinds{"String", "Bytes", "U64"};

template <bool has_parity>
constexpr auto const& greeting_keys = hello_keys;
template <>
constexpr auto const& greeting_keys<false> = yourself_keys;

// The set of the first `count` keys.
constexpr std::uint64_t first(unsigned count) {
  return (std::uint64_t{1} << count) - 1;
}

void require(CborReader& reader, std::uint64_t seen, std::uint64_t required) {
  if ((seen & required) != required) reader.fail("a required key is missing before this byte");
}

Parity take_parity(CborReader& reader) {
  auto const index = reader.take_variant(parities);
  reader.take_null();
  return index == 0 ? Parity::odd : Parity::even;
}

ConnectionSettings take_settings(CborReader& reader) {
  ConnectionSettings settings;
  auto const seen = take_fields<settings_keys>(reader, [&](std::size_t key) {
    if (key == 0) {
      settings.parity = take_parity(reader);
    } else {
      settings.max_concurrent_requests = reader.take_uint_as<std::uint32_t>();
    }
  });
  require(reader, seen, first(settings_keys.size()));
  return settings;
}

ByteView take_schema_list(CborReader& reader, SchemaListTaker* taker) {
  if (reader.peek() != CborType::array)
    return reader.fail("a schema list is not an array"), ByteView{};
  auto const rest = reader.rest();
  auto const taken = taker == nullptr ? 0 : taker->take(rest);
  if (taken == 0) return reader.take_encoded();
  reader.advance(taken);
  return rest.first(taken);
}

std::optional<ResumeKey> take_resume_key(CborReader& reader) {
  if (reader.peek() == CborType::null) return reader.take_null(), std::nullopt;
  ByteView bytes;
  auto const seen =
      take_fields<resume_key_keys>(reader, [&](std::size_t) { bytes = reader.take_bytes(); });
  require(reader, seen, first(resume_key_keys.size()));
  ResumeKey key{};
  if (reader.failed()) return std::nullopt;
  // One of another length is the peer's own affair: it cannot be of ours, nor be kept.
  if (bytes.size() != key.size()) return std::nullopt;
  std::ranges::copy(bytes, key.begin());
  return key;
}

// `scratch` holds the bytes where they had to be gathered from an array of numbers.
ByteView take_metadata_bytes(CborReader& reader, Bytes& scratch) {
  if (reader.peek() != CborType::array) return reader.take_bytes();
  scratch.clear();
  for (auto left = reader.take_array(); left > 0 && !reader.failed(); --left) {
    scratch.push_back(static_cast<std::byte>(reader.take_uint_as<std::uint8_t>()));
  }
  return scratch;
}

MetadataValue take_metadata_value(CborReader& reader, Bytes& scratch) {
  switch (reader.take_variant(value_kinds)) {
    case 0:
      return reader.take_text();
    case 1:
      return take_metadata_bytes(reader, scratch);
    default:
      return reader.take_uint();
  }
}

Metadata take_metadata_list(CborReader& reader, std::size_t entries_max) {
  Metadata metadata;
  auto const before = reader.offset();
  auto left = reader.take_array();
  if (left > entries_max) reader.fail_at(before, "a metadata list exceeds its limit");
  Bytes scratch;
  for (; left > 0 && !reader.failed(); --left) {
    MetadataEntry entry;
    auto const seen = take_fields<entry_keys>(reader, [&](std::size_t key) {
      if (key == 0) entry.key = reader.take_text();
      if (key == 1) entry.value = take_metadata_value(reader, scratch);
      if (key == 2) entry.flags = reader.take_uint();
    });
    require(reader, seen, first(entry_keys.size()));
    if (!reader.failed()) metadata.add(entry);
  }
  return metadata;
}

// Hello and HelloYourself differ by the first key only.
template <class Greeting>
Greeting take_greeting(CborReader& reader, Limits const& limits, SchemaListTaker* schemas) {
  constexpr bool has_parity = std::same_as<Greeting, Hello>;
  constexpr std::size_t skipped = has_parity ? 0 : 1;
  Greeting greeting;
  auto const seen = take_fields<greeting_keys<has_parity>>(reader, [&](std::size_t key) {
    switch (key + skipped) {
      case 0:
        if constexpr (has_parity) greeting.parity = take_parity(reader);
        return;
      case 1:
        greeting.connection_settings = take_settings(reader);
        return;
      case 2:
        greeting.message_payload_schema = take_schema_list(reader, schemas);
        return;
      case 3:
        greeting.supports_retry = reader.take_bool();
        return;
      case 4:
        greeting.resume_key = take_resume_key(reader);
        return;
      default:
        greeting.metadata = take_metadata_list(reader, limits.metadata_entries_max);
        return;
    }
  });
  require(reader, seen, first(3 - skipped));
  return greeting;
}

Sorry take_sorry(CborReader& reader) {
  Sorry sorry;
  auto const seen =
      take_fields<sorry_keys>(reader, [&](std::size_t) { sorry.reason = reader.take_text(); });
  require(reader, seen, first(sorry_keys.size()));
  return sorry;
}

void put_variant(CborWriter& writer, std::string_view variant) {
  writer.put_map(1);
  writer.put_text(variant);
}

void put_parity(CborWriter& writer, Parity parity) {
  put_variant(writer, parities[std::to_underlying(parity)]);
  writer.put_null();
}

void put_settings(CborWriter& writer, ConnectionSettings const& settings) {
  writer.put_map(settings_keys.size());
  writer.put_text(settings_keys[0]);
  put_parity(writer, settings.parity);
  writer.put_text(settings_keys[1]);
  writer.put_uint(settings.max_concurrent_requests);
}

void put_resume_key(CborWriter& writer, std::optional<ResumeKey> const& key) {
  if (!key) {
    writer.put_null();
    return;
  }
  writer.put_map(1);
  writer.put_text(resume_key_keys[0]);
  writer.put_bytes(*key);
}

void put_metadata_list(CborWriter& writer, MetadataView metadata) {
  writer.put_array(metadata.size());
  for (auto const& entry : metadata) {
    writer.put_map(entry_keys.size());
    writer.put_text(entry_keys[0]);
    writer.put_text(entry.key);
    writer.put_text(entry_keys[1]);
    put_variant(writer, value_kinds[entry.value.index()]);
    if (auto const* text = std::get_if<std::string_view>(&entry.value)) writer.put_text(*text);
    if (auto const* bytes = std::get_if<ByteView>(&entry.value)) writer.put_bytes(*bytes);
    if (auto const* number = std::get_if<std::uint64_t>(&entry.value)) writer.put_uint(*number);
    writer.put_text(entry_keys[2]);
    writer.put_uint(entry.flags);
  }
}

// What Hello and HelloYourself have in common.
template <class Greeting>
void put_common(CborWriter& writer, Greeting const& greeting) {
  writer.put_text(hello_keys[1]);
  put_settings(writer, greeting.connection_settings);
  writer.put_text(hello_keys[2]);
  if (greeting.message_payload_schema.empty()) {
    writer.put_array(0);
  } else {
    writer.put_encoded(greeting.message_payload_schema);
  }
  writer.put_text(hello_keys[3]);
  writer.put_bool(greeting.supports_retry);
  writer.put_text(hello_keys[4]);
  put_resume_key(writer, greeting.resume_key);
  writer.put_text(hello_keys[5]);
  put_metadata_list(writer, greeting.metadata);
}

struct Put {
  CborWriter writer;

  void operator()(Hello const& hello) {
    writer.put_map(hello_keys.size());
    writer.put_text(hello_keys[0]);
    put_parity(writer, hello.parity);
    put_common(writer, hello);
  }
  void operator()(HelloYourself const& hello) {
    writer.put_map(hello_keys.size() - 1);
    put_common(writer, hello);
  }
  void operator()(LetsGo const& /*empty*/) { writer.put_map(0); }
  void operator()(Sorry const& sorry) {
    writer.put_map(1);
    writer.put_text(sorry_keys[0]);
    writer.put_text(sorry.reason);
  }
};

// An empty list is the same list whether it is spelt out or not.
bool same_list(ByteView a, ByteView b) {
  constexpr std::array empty{std::byte{0x80}};
  return equal(a.empty() ? ByteView{empty} : a, b.empty() ? ByteView{empty} : b);
}

template <class Greeting>
bool same_common(Greeting const& a, Greeting const& b) {
  return std::tie(a.connection_settings, a.supports_retry, a.resume_key, a.metadata) ==
             std::tie(b.connection_settings, b.supports_retry, b.resume_key, b.metadata) &&
         same_list(a.message_payload_schema, b.message_payload_schema);
}

}  // namespace

bool operator==(Hello const& a, Hello const& b) {
  return a.parity == b.parity && same_common(a, b);
}

bool operator==(HelloYourself const& a, HelloYourself const& b) {
  return same_common(a, b);
}

Result<HandshakeMessage> decode_handshake(ByteView payload, Strictness strictness,
                                          Limits const& limits, SchemaListTaker* schemas) {
  CborReader reader{payload, rule, strictness, limits.cbor_depth_max};
  HandshakeMessage message;
  switch (reader.take_variant(messages)) {
    case 0:
      message = take_greeting<Hello>(reader, limits, schemas);
      break;
    case 1:
      message = take_greeting<HelloYourself>(reader, limits, schemas);
      break;
    case 2:
      static_cast<void>(take_fields<no_keys>(reader, [](std::size_t) {}));
      message = LetsGo{};
      break;
    default:
      message = take_sorry(reader);
      break;
  }
  return reader.result(std::move(message));
}

void encode_handshake(Buffer& out, HandshakeMessage const& message) {
  CborWriter writer{out};
  put_variant(writer, messages[message.index()]);
  std::visit(Put{writer}, message);
}

Bytes encode_handshake(HandshakeMessage const& message) {
  Buffer out;
  encode_handshake(out, message);
  return out.take();
}

}  // namespace vox::wire
