#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/writer.hpp"

#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string_view>
#include <variant>

namespace vox::wire {

// One value of a metadata entry; the order of the alternatives is the wire's.
// r[impl rpc.metadata.value]
using MetadataValue = std::variant<std::string_view, ByteView, std::uint64_t>;

// What a flag bit asks for. Unknown bits are kept as they came.
// r[impl rpc.metadata.flags]
enum MetadataFlag : std::uint64_t {
  sensitive = 1,     // never log the value
  no_propagate = 2,  // never forward the value
};

// One key, value and flags. Keys are case-sensitive and may repeat; order counts.
// r[impl rpc.metadata] r[impl rpc.metadata.duplicates]
struct MetadataEntry {
  std::string_view key;
  MetadataValue value;
  std::uint64_t flags = 0;
};
[[nodiscard]] bool operator==(MetadataEntry const& a, MetadataEntry const& b);

// A metadata list in its encoded form, read entry by entry where it stands: a view into the payload
// (or into a Metadata) that never allocates. Every view has been checked, so iterating cannot fail.
class MetadataView {
 public:
  class Iterator;

  MetadataView() = default;

  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }
  [[nodiscard]] std::uint64_t size() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t encoded_bytes() const { return encoded_.size(); }

  // The first entry that has the key and the kind of value asked for, as 0.4.0 looks it up.
  [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const;
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key) const;

  friend bool operator==(MetadataView const& a, MetadataView const& b);

 private:
  friend class Metadata;
  friend MetadataView take_metadata(Reader&, std::size_t);
  friend void put_metadata(Writer&, MetadataView);
  MetadataView(std::uint64_t count, ByteView encoded, bool is_canonical)
      : count_{count & ~std::uint64_t{0} >> 1U},
        is_canonical_{is_canonical ? 1U : 0U},
        encoded_{encoded} {}

  // In one word, since messages are full of views.
  std::uint64_t count_ : 63 = 0;
  std::uint64_t is_canonical_ : 1 = 1;  // the bytes are those that we would write
  ByteView encoded_;
};

class MetadataView::Iterator {
 public:
  using value_type = MetadataEntry;
  using difference_type = std::ptrdiff_t;

  Iterator(std::uint64_t count, ByteView encoded);
  MetadataEntry const& operator*() const { return entry_; }
  MetadataEntry const* operator->() const { return &entry_; }
  Iterator& operator++();
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const { return left_ == 0; }

 private:
  void read();

  Reader reader_;
  std::uint64_t left_;
  MetadataEntry entry_;
};

// A metadata list being made. It owns its bytes; views of it hold until it changes or goes.
class Metadata {
 public:
  Metadata() = default;
  Metadata(std::initializer_list<MetadataEntry> entries);
  explicit Metadata(MetadataView entries);

  Metadata& add(MetadataEntry const& entry);
  void clear() {
    count_ = 0;
    encoded_.clear();
  }
  [[nodiscard]] MetadataView view() const { return {count_, encoded_.view(), true}; }
  // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions): as string does.
  operator MetadataView() const { return view(); }
  friend bool operator==(Metadata const& a, Metadata const& b) { return a.view() == b.view(); }

 private:
  std::uint64_t count_ = 0;
  Buffer encoded_;
};

[[nodiscard]] MetadataView take_metadata(Reader& reader, std::size_t entries_max);
void put_metadata(Writer& writer, MetadataView metadata);

}  // namespace vox::wire
