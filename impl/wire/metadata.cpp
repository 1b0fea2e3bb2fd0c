#include "impl/wire/metadata.hpp"

#include <utility>

namespace vox::wire {

namespace {

// A key's length, a value's tag and length, and the flags.
constexpr std::size_t entry_bytes_min = 4;

MetadataEntry take_entry(Reader& reader) {
  MetadataEntry entry;
  entry.key = reader.take_text();
  switch (reader.take_variant(std::variant_size_v<MetadataValue>)) {
    case 0:
      entry.value = reader.take_text();
      break;
    case 1:
      entry.value = reader.take_sized_bytes();
      break;
    default:
      entry.value = reader.take_varint();
      break;
  }
  entry.flags = reader.take_varint();
  return entry;
}

void put_entry(Writer& writer, MetadataEntry const& entry) {
  writer.put_text(entry.key);
  writer.put_varint(entry.value.index());
  switch (entry.value.index()) {
    case 0:
      writer.put_text(std::get<0>(entry.value));
      break;
    case 1:
      writer.put_sized_bytes(std::get<1>(entry.value));
      break;
    default:
      writer.put_varint(std::get<2>(entry.value));
      break;
  }
  writer.put_varint(entry.flags);
}

bool same_value(MetadataValue const& a, MetadataValue const& b) {
  if (a.index() != b.index()) return false;
  switch (a.index()) {
    case 0:
      return std::get<0>(a) == std::get<0>(b);
    case 1:
      return equal(std::get<1>(a), std::get<1>(b));
    default:
      return std::get<2>(a) == std::get<2>(b);
  }
}

}  // namespace

bool operator==(MetadataEntry const& a, MetadataEntry const& b) {
  return a.key == b.key && a.flags == b.flags && same_value(a.value, b.value);
}

// The entries were checked when the view was made, and then under the same leniency, which is why
// reading them again forgives what 0.4.0 forgives.
MetadataView::Iterator::Iterator(std::uint64_t count, ByteView encoded)
    : reader_{encoded, "rpc.metadata", Strictness::vox_0_4}, left_{count} {
  read();
}

MetadataView::Iterator& MetadataView::Iterator::operator++() {
  --left_;
  read();
  return *this;
}

void MetadataView::Iterator::read() {
  if (left_ == 0) return;
  entry_ = take_entry(reader_);
  VOX_ASSERT(!reader_.failed());
}

MetadataView::Iterator MetadataView::begin() const {
  return {count_, encoded_};
}

std::optional<std::string_view> MetadataView::text(std::string_view key) const {
  for (auto const& entry : *this) {
    if (entry.key != key) continue;
    if (auto const* value = std::get_if<std::string_view>(&entry.value)) return *value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> MetadataView::number(std::string_view key) const {
  for (auto const& entry : *this) {
    if (entry.key != key) continue;
    if (auto const* value = std::get_if<std::uint64_t>(&entry.value)) return *value;
  }
  return std::nullopt;
}

bool operator==(MetadataView const& a, MetadataView const& b) {
  if (a.count_ != b.count_) return false;
  if (a.is_canonical_ && b.is_canonical_) return equal(a.encoded_, b.encoded_);
  auto other = b.begin();
  for (auto const& entry : a) {
    if (!(entry == *other)) return false;
    ++other;
  }
  return true;
}

Metadata::Metadata(std::initializer_list<MetadataEntry> entries) {
  for (auto const& entry : entries)
    add(entry);
}

Metadata::Metadata(MetadataView entries) {
  for (auto const& entry : entries)
    add(entry);
}

Metadata& Metadata::add(MetadataEntry const& entry) {
  Writer writer{encoded_};
  put_entry(writer, entry);
  ++count_;
  return *this;
}

MetadataView take_metadata(Reader& reader, std::size_t entries_max) {
  auto const count = reader.take_count(entry_bytes_min);
  if (count > entries_max) reader.fail("a metadata list has more entries than the limit allows");
  auto const encoded = reader.rest();
  for (std::uint64_t i = 0; i < count && !reader.failed(); ++i)
    take_entry(reader);
  if (reader.failed()) return {};
  return {count, encoded.first(encoded.size() - reader.remaining()), !reader.forgave()};
}

void put_metadata(Writer& writer, MetadataView metadata) {
  writer.put_varint(metadata.size());
  if (metadata.is_canonical_) return writer.put_bytes(metadata.encoded_);
  for (auto const& entry : metadata)
    put_entry(writer, entry);
}

}  // namespace vox::wire
