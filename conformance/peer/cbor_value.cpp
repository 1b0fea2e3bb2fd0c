#include "conformance/peer/cbor_value.hpp"

#include "spec/assert.hpp"
#include "spec/limits.hpp"

#include <limits>

namespace voxspec {
namespace {

using vox::wire::CborReader;
using vox::wire::CborType;
using vox::wire::CborWriter;

Value take_item(CborReader& reader, std::size_t depth);

Value take_map(CborReader& reader, std::size_t depth) {
  Pairs pairs;
  Record record;
  auto fits = true;
  for (auto left = reader.take_map(); left > 0 && !reader.failed(); --left) {
    auto key = take_item(reader, depth + 1);
    auto value = take_item(reader, depth + 1);
    auto const name = key.text();
    fits = fits && name && record.find(*name) == nullptr;
    if (fits) record.entries.push_back({.name = std::string{*name}, .value = value});
    pairs.items.push_back(std::move(key));
    pairs.items.push_back(std::move(value));
  }
  if (fits) return record;
  return pairs;
}

Value take_item(CborReader& reader, std::size_t depth) {
  // The recursion is bounded apart from the reader's own limit, which is for skipping.
  if (depth > vox::Limits{}.cbor_depth_max) {
    reader.fail("CBOR is nested too deeply");
    return {};
  }
  switch (reader.peek()) {
    case CborType::uint:
      return reader.take_uint();
    case CborType::negative: {
      auto const n = reader.take_negative();
      if (n > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        reader.fail("a negative number exceeds 64 bits");
        return {};
      }
      return -1 - static_cast<std::int64_t>(n);
    }
    case CborType::bytes:
      return vox::to_bytes(reader.take_bytes());
    case CborType::text:
      return std::string{reader.take_text()};
    case CborType::array: {
      ValueList list;
      for (auto left = reader.take_array(); left > 0 && !reader.failed(); --left) {
        list.push_back(take_item(reader, depth + 1));
      }
      return list;
    }
    case CborType::map:
      return take_map(reader, depth);
    case CborType::tag: {
      Tagged tagged;
      tagged.tag = reader.take_tag();
      tagged.item.push_back(take_item(reader, depth + 1));
      return tagged;
    }
    case CborType::boolean:
      return reader.take_bool();
    case CborType::null:
      reader.take_null();
      return {};
    case CborType::undefined:
      reader.skip_value();
      return Undefined{};
    case CborType::floating:
      return reader.take_float();
    case CborType::simple:
    case CborType::none:
      reader.fail("no CBOR item that JSON can show");
      return {};
  }
  VOX_ASSERT(false);
}

struct Put {
  CborWriter& writer;

  void operator()(Null) const { writer.put_null(); }
  void operator()(None) const { writer.put_null(); }
  void operator()(Undefined) const { writer.put_undefined(); }
  void operator()(bool value) const { writer.put_bool(value); }
  void operator()(std::uint64_t value) const { writer.put_uint(value); }
  void operator()(std::int64_t value) const { writer.put_int(value); }
  void operator()(double value) const { writer.put_float64(value); }
  void operator()(std::string const& value) const { writer.put_text(value); }
  void operator()(vox::Bytes const& value) const { writer.put_bytes(value); }
  void operator()(ValueList const& list) const {
    writer.put_array(list.size());
    for (auto const& value : list)
      put_cbor(writer, value);
  }
  void operator()(Record const& record) const {
    writer.put_map(record.entries.size());
    for (auto const& [name, value] : record.entries) {
      writer.put_text(name);
      put_cbor(writer, value);
    }
  }
  void operator()(Pairs const& pairs) const {
    writer.put_map(pairs.items.size() / 2);
    for (auto const& value : pairs.items)
      put_cbor(writer, value);
  }
  void operator()(Tagged const& tagged) const {
    writer.put_tag(tagged.tag);
    put_cbor(writer, tagged.item.at(0));
  }
  void operator()(Foreign const& foreign) const { put_cbor(writer, foreign.item.at(0)); }
};

}  // namespace

Value take_cbor(CborReader& reader) {
  return take_item(reader, 0);
}

void put_cbor(CborWriter& writer, Value const& value) {
  std::visit(Put{writer}, value.of);
}

vox::Bytes cbor_bytes(Value const& value) {
  vox::wire::Buffer out;
  CborWriter writer{out};
  put_cbor(writer, value);
  return out.take();
}

std::optional<Value> canonical_cbor(vox::ByteView bytes) {
  CborReader reader{bytes, "schema.principles.cbor", vox::wire::Strictness::vox_0_4};
  auto value = take_cbor(reader);
  if (reader.failed() || reader.remaining() > 0 || !vox::equal(cbor_bytes(value), bytes)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace voxspec
