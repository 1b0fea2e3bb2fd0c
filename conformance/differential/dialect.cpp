#include "conformance/differential/dialect.hpp"

#include "impl/schema/cbor_form.hpp"
#include "impl/schema/message_schema.hpp"
#include "impl/wire/message.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

namespace voxspec::differential {

namespace schema = vox::schema;

namespace {

constexpr std::uint8_t lacking = 0x7F;
constexpr auto kind_count = std::variant_size_v<vox::wire::MessagePayload>;

std::vector<schema::Schema> own_schemas() {
  return schema::message_type().payload.schemas;
}

template <class Kind>
Kind& find(std::vector<schema::Schema>& schemas, std::string_view name) {
  for (auto& declared : schemas) {
    auto* const found = std::get_if<Kind>(&declared.kind);
    if (found != nullptr && found->name == name) return *found;
  }
  std::unreachable();
}

// The position of the kind in a payload: the byte behind the varint of the connection.
std::size_t kind_at(vox::ByteView payload) {
  auto const last = std::ranges::find_if(
      payload, [](std::byte byte) { return (byte & std::byte{0x80}) == std::byte{0}; });
  return static_cast<std::size_t>(last - payload.begin()) + 1;
}

}  // namespace

Dialect own_dialect() {
  return {.schemas = vox::to_bytes(schema::message_schemas_cbor()), .positions = {}};
}

Dialect silent_dialect() {
  return {};
}

Dialect shuffled_dialect(Dice& dice, bool may_lack) {
  auto schemas = own_schemas();
  auto& variants = find<schema::Enum>(schemas, "MessagePayload").variants;
  VOX_ASSERT(variants.size() == kind_count);
  std::vector<std::uint8_t> kinds(kind_count);
  for (std::size_t kind = 0; kind < kind_count; ++kind)
    kinds[kind] = static_cast<std::uint8_t>(kind);
  for (auto left = kind_count; left > 1; --left)
    std::swap(kinds[left - 1], kinds[dice.below(left)]);
  if (may_lack && dice.chance(20)) std::erase(kinds, 0);
  if (dice.chance(30)) {
    auto const at = static_cast<std::ptrdiff_t>(dice.below(kinds.size() + 1));
    kinds.insert(std::next(kinds.begin(), at), lacking);
  }
  Dialect dialect;
  dialect.positions.assign(kind_count, lacking);
  schema::Parts<schema::Variant> shuffled;
  for (auto const kind : kinds) {
    auto variant = variants[kind == lacking ? 0 : kind];
    if (kind == lacking) {
      variant.name = "Unheard";
    } else {
      dialect.positions[kind] = static_cast<std::uint8_t>(shuffled.size());
    }
    variant.index = static_cast<std::uint32_t>(shuffled.size());
    shuffled.push_back(std::move(variant));
  }
  variants = std::move(shuffled);
  dialect.schemas = schema::encode(std::span<schema::Schema const>{schemas});
  return dialect;
}

Dialect broken_dialect(Dice& dice) {
  auto schemas = own_schemas();
  switch (dice.below(7)) {
    case 0: {
      auto cut = vox::to_bytes(schema::message_schemas_cbor());
      cut.resize(1 + dice.below(cut.size() - 1));
      return {.schemas = std::move(cut), .positions = {}};
    }
    case 1:  // the root is not the last
      schemas.pop_back();
      break;
    case 2:
      find<schema::Struct>(schemas, "Message").name = "Massage";
      break;
    case 3:
      find<schema::Enum>(schemas, "MessagePayload").name = "Payload";
      break;
    case 4:
      find<schema::Struct>(schemas, "ConnectionSettings").fields.pop_back();
      break;
    case 5:
      find<schema::Struct>(schemas, "Ping").name = "Pang";
      break;
    default:  // a type that is referred to is missing
      schemas.erase(std::next(schemas.begin(), static_cast<std::ptrdiff_t>(dice.below(30))));
      break;
  }
  return {.schemas = schema::encode(std::span<schema::Schema const>{schemas}), .positions = {}};
}

vox::Bytes in_dialect(vox::Bytes payload, Dialect const& dialect) {
  if (dialect.positions.empty()) return payload;
  auto const at = kind_at(payload);
  if (at >= payload.size()) return payload;
  // The low bits: the number may be written in more bytes than it needs.
  auto const kind = std::to_integer<std::size_t>(payload[at] & std::byte{0x7F});
  if (kind < dialect.positions.size()) {
    payload[at] = (payload[at] & std::byte{0x80}) | std::byte{dialect.positions[kind]};
  }
  return payload;
}

}  // namespace voxspec::differential
