#include "conformance/trace/blanks.hpp"

#include "impl/wire/writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace voxspec {
namespace {

// Above all numbers that cases write down, within 32 bits, and of five bytes each as a varint, as
// zigzag or not.
constexpr std::uint64_t first_mark = 0x5eed'0000;
constexpr std::uint64_t mark_step = 0x0101;
constexpr std::size_t key_bytes = 16;

constexpr std::array number_types{FieldType::u32, FieldType::u64, FieldType::id,
                                  FieldType::method_id, FieldType::metadata_value};

vox::Bytes varint(std::uint64_t number) {
  vox::wire::Buffer buffer;
  vox::wire::Writer{buffer}.put_varint(number);
  return buffer.take();
}

vox::Bytes u32le(std::uint64_t number) {
  vox::wire::Buffer buffer;
  vox::wire::Writer{buffer}.put_u32_le(static_cast<std::uint32_t>(number));
  return buffer.take();
}

vox::Bytes sized_text(std::string_view text) {
  vox::wire::Buffer buffer;
  vox::wire::Writer{buffer}.put_text(text);
  return buffer.take();
}

std::string text_mark(std::uint64_t number) {
  return "<blank " + std::to_string(number) + ">";
}

vox::Bytes key_mark(std::uint64_t number) {
  vox::Bytes key;
  while (key.size() < key_bytes) {
    auto const piece = u32le(number);
    key.insert(key.end(), piece.begin(), piece.end());
  }
  return key;
}

bool stands_at(vox::ByteView bytes, std::size_t at, vox::ByteView piece) {
  return piece.size() <= bytes.size() - at && vox::equal(bytes.subspan(at, piece.size()), piece);
}

}  // namespace

Json hex_part(vox::ByteView bytes) {
  return Json{{"hex", vox::to_hex(bytes)}};
}

std::uint64_t Blanks::number(std::string const& name) {
  return numbers_.try_emplace(name, first_mark + mark_step * numbers_.size()).first->second;
}

void Blanks::add(vox::Bytes bytes, std::string const& name, std::string_view as) {
  needles_.push_back({std::move(bytes), name, std::string{as}});
}

void Blanks::expect_bytes(std::string_view name) {
  add(vox::to_bytes(vox::as_bytes(name)), std::string{name}, "bytes");
}

bool Blanks::mark(Term& term, FieldType type, std::string_view optional_as, Typed typed) {
  auto const all = [&](Terms& terms, FieldType inner) {
    return std::ranges::all_of(terms,
                               [&](Term& one) { return mark(one, inner, optional_as, typed); });
  };
  if (auto* const list = std::get_if<TermList>(&term.of)) {
    return all(list->terms, inner_type(type));
  }
  if (auto* const value = std::get_if<TypedBytes>(&term.of)) {
    return all(value->value, FieldType::typed);
  }
  if (auto* const foreign = std::get_if<ForeignTerm>(&term.of)) {
    return all(foreign->item, FieldType::cbor);
  }
  if (auto* const record = std::get_if<TermRecord>(&term.of)) {
    return std::ranges::all_of(record->entries, [&](TermEntry& entry) {
      return mark(entry.term, inner_type(type, entry.name), optional_as, typed);
    });
  }
  auto const* const variable = term.get<Variable>();
  return variable == nullptr ||
         mark_name(std::string{variable->name}, term, type, optional_as, typed);
}

bool Blanks::mark_name(std::string const& name, Term& term, FieldType type,
                       std::string_view optional_as, Typed typed) {
  auto const mark = number(name);
  if (std::ranges::find(number_types, type) != number_types.end()) {
    add(varint(mark), name, "varint");
    term = Term{Value{mark}};
  } else if (type == FieldType::maybe_u32) {
    auto bytes = optional_as == "u32le" ? u32le(mark) : varint(mark);
    if (optional_as != "u32le") bytes.insert(bytes.begin(), std::byte{1});
    add(std::move(bytes), name, optional_as);
    term = Term{Value{mark}};
  } else if (type == FieldType::key) {
    add(key_mark(mark), name, "bytes16");
    term = Term{Value{key_mark(mark)}};
  } else if (type == FieldType::typed && typed == Typed::text) {
    add(sized_text(text_mark(mark)), name, "string");
    term = Term{Value{text_mark(mark)}};
  } else if (type == FieldType::typed) {
    add(varint(mark), name, "varint");
    add(varint(2 * mark), name, "zigzag");
    term = Term{Value{mark}};
  } else {
    return false;
  }
  return true;
}

Blanks::Needle const* Blanks::needle_at(vox::ByteView bytes, std::size_t at) const {
  auto const found = std::ranges::find_if(
      needles_, [&](Needle const& needle) { return stands_at(bytes, at, needle.bytes); });
  return found == needles_.end() ? nullptr : &*found;
}

void Blanks::put(Json& out, vox::ByteView bytes) const {
  std::size_t begin = 0;
  std::size_t at = 0;
  auto const put_fixed = [&] {
    if (at > begin) out.push_back(hex_part(bytes.subspan(begin, at - begin)));
  };
  while (!needles_.empty() && at < bytes.size()) {
    auto const* const needle = needle_at(bytes, at);
    if (needle == nullptr) {
      ++at;
      continue;
    }
    put_fixed();
    out.push_back({{"fill", needle->name}, {"as", needle->as}});
    at += needle->bytes.size();
    begin = at;
  }
  at = bytes.size();
  put_fixed();
}

Json Blanks::parts(vox::ByteView bytes, vox::ByteView inner) const {
  Json out = Json::array();
  auto const is_marked = [&] {
    for (std::size_t at = 0; at < inner.size(); ++at) {
      if (needle_at(inner, at) != nullptr) return true;
    }
    return false;
  };
  if (inner.empty() || !is_marked()) {
    put(out, bytes);
    return out;
  }
  auto framed = u32le(inner.size());
  framed.insert(framed.end(), inner.begin(), inner.end());
  auto const found = std::ranges::search(bytes, framed);
  auto const at = static_cast<std::size_t>(found.begin() - bytes.begin());
  put(out, bytes.first(at));
  if (found.empty()) return out;
  Json of = Json::array();
  put(of, inner);
  out.push_back({{"length", "u32le"}, {"of", std::move(of)}});
  put(out, bytes.subspan(at + framed.size()));
  return out;
}

bool Blanks::all_in(vox::ByteView bytes) const {
  return std::ranges::all_of(needles_, [&](Needle const& needle) {
    return std::ranges::any_of(needles_, [&](Needle const& other) {
      return other.name == needle.name && !std::ranges::search(bytes, other.bytes).empty();
    });
  });
}

}  // namespace voxspec
