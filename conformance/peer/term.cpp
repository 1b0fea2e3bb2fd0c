#include "conformance/peer/term.hpp"

#include <algorithm>

namespace voxspec {
namespace {

// More than this in one item is a slip, not a test: the largest payload that a link takes is 64
// MiB.
constexpr std::size_t item_bytes_max = 256uz << 20;

constexpr std::array<std::string_view, 9> matchers{"any",      "one_of",   "range", "absent", "has",
                                                   "in_order", "contains", "not",   "id_of"};
constexpr std::array<std::string_view, 10> any_kinds{
    "text",   "uint",  "bytes",   "bool",          "list",
    "object", "value", "schemas", "whole_schemas", "whole_list"};

Term const* find_in(std::vector<TermEntry> const& entries, std::string_view name) {
  auto const found = std::ranges::find(entries, name, &TermEntry::name);
  return found == entries.end() ? nullptr : &found->term;
}

}  // namespace

std::optional<vox::Bytes> Repeated::whole() const {
  if (once.empty()) return vox::Bytes{};
  if (times > item_bytes_max / once.size()) return std::nullopt;
  vox::Bytes all;
  all.reserve(once.size() * times);
  for (auto left = times; left > 0; --left)
    all.insert(all.end(), once.begin(), once.end());
  return all;
}

bool TypedBytes::operator==(TypedBytes const&) const = default;
bool HexOf::operator==(HexOf const&) const = default;
bool ForeignTerm::operator==(ForeignTerm const&) const = default;
bool TermList::operator==(TermList const&) const = default;
bool TermRecord::operator==(TermRecord const&) const = default;
bool Choice::operator==(Choice const&) const = default;
bool Has::operator==(Has const&) const = default;
bool Not::operator==(Not const&) const = default;
bool Term::operator==(Term const&) const = default;

Term const* TermRecord::find(std::string_view name) const {
  return find_in(entries, name);
}
Term const* FrameTerm::field(std::string_view field_name) const {
  return find_in(fields, field_name);
}

std::string_view FrameTerm::name() const {
  auto const& own = message();
  if (own.kind != nullptr) return own.kind->name;
  return own.form == Form::payload ? std::string_view{"frame"} : std::string_view{};
}

std::span<std::string_view const> matcher_words() {
  return matchers;
}
std::span<std::string_view const> any_words() {
  return any_kinds;
}

}  // namespace voxspec
