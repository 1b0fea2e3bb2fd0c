#include "conformance/peer/fault.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace voxspec {
namespace {

// Letters to insert, delete, replace or swap with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(cost[0].begin(), cost[0].end(), 0uz);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    cost[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto const replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

// The pointer to what stands under a key of the place that `pointer` means.
std::string pointer_to(std::string const& pointer, std::string_view key) {
  std::string out;
  out.reserve(pointer.size() + 1 + key.size());
  out += pointer;
  out += '/';
  for (auto const character : key) {
    if (character == '~') {
      out += "~0";
    } else if (character == '/') {
      out += "~1";
    } else {
      out += character;
    }
  }
  return out;
}

constexpr std::size_t hint_word_max = 64;

}  // namespace

Place Place::operator/(std::string_view key) const {
  return {value_->find(key).value(), pointer_to(pointer_, key)};
}

Place Place::operator/(std::size_t index) const {
  return {(*value_)[index], pointer_to(pointer_, std::to_string(index))};
}

void Place::fail(std::string what, std::string advice) const {
  throw Fault{.where = pointer_, .what = std::move(what), .advice = std::move(advice)};
}

void Place::wanted(std::string_view what) const {
  fail(std::string{what} + " is wanted here, not " + std::string{kind_of(*value_)});
}

bool Place::has(std::string_view key) const {
  return value_->is_object() && value_->contains(key);
}

std::string Place::text() const {
  if (!value_->is_string()) wanted("a string");
  return value_->get<std::string>();
}

std::uint64_t Place::number() const {
  auto const is_negative = !value_->is_number_unsigned() && value_->is_number_integer() &&
                           value_->get<std::int64_t>() < 0;
  if (!value_->is_number_integer() || is_negative) wanted("a number without sign or fraction");
  return value_->get<std::uint64_t>();
}

bool Place::boolean() const {
  if (!value_->is_boolean()) wanted("true or false");
  return value_->get<bool>();
}

std::vector<Place> Place::list() const {
  if (!value_->is_array()) wanted("a list");
  std::vector<Place> places;
  places.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i)
    places.push_back(*this / i);
  return places;
}

std::vector<std::string> Place::texts() const {
  std::vector<std::string> texts;
  for (auto const& place : list())
    texts.push_back(place.text());
  return texts;
}

void Place::check_keys(std::span<std::string_view const> known) const {
  if (!value_->is_object()) wanted("an object");
  for (auto const& [key, value] : value_->items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    auto const where = pointer_.empty() ? std::string{"the file"} : readable(pointer_);
    Place{value, pointer_}.fail(
        "unknown key '" + key + "' in " + where + nearest_hint(key, known),
        known.empty() ? "it takes no keys" : "known keys: " + joined(known));
  }
}

std::size_t Place::word(std::span<std::string_view const> known) const {
  auto const said = text();
  auto const found = std::ranges::find(known, said);
  if (found == known.end()) {
    fail("unknown word '" + said + "'" + nearest_hint(said, known),
         "known words: " + joined(known));
  }
  return static_cast<std::size_t>(found - known.begin());
}

std::string nearest_hint(std::string_view word, std::span<std::string_view const> known) {
  if (word.size() > hint_word_max) return {};
  std::string_view nearest;
  auto best = std::numeric_limits<std::size_t>::max();
  for (auto const candidate : known) {
    auto const distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  if (best > std::max(1uz, word.size() / 3)) return {};
  return " (did you mean '" + std::string{nearest} + "'?)";
}

std::string joined(std::span<std::string_view const> words) {
  std::string out;
  for (auto const word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

std::string_view kind_of(Json const& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "true or false";
  if (value.is_array()) return "a list";
  if (value.is_object()) return "an object";
  if (value.is_string()) return "a string";
  return "a number";
}

std::string readable(std::string_view pointer) {
  std::string out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    auto const part = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(part.size());
    auto const is_index =
        !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    if (is_index) {
      out += "[" + std::string{part} + "]";
    } else {
      if (!out.empty()) out += ".";
      out += part;
    }
  }
  return out;
}

}  // namespace voxspec
