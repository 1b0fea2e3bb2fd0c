#include "conformance/peer/numbers.hpp"
#include "conformance/peer/term_read.hpp"
#include "conformance/peer/value_json.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace voxspec {
namespace {

bool is_free(FieldType type) {
  return type == FieldType::cbor || type == FieldType::schema || type == FieldType::type_id ||
         type == FieldType::typed;
}

Term read_inner(Place const& place, FieldType type, Use use, bool loose) {
  return is_free(type) ? read_free(place, type, use) : read_term(place, type, use, loose);
}

// The entries that a list has to have: one, or several.
Term read_has(Place const& inner, std::string const& word, FieldType type, Use use, bool loose) {
  auto const is_free_list = is_free(type) || is_message_schema(type);
  if (!is_free_list && type != FieldType::metadata) inner.fail("'" + word + "' is for lists");
  auto const read_entry = [&](Place const& place) {
    return is_free_list ? read_free(place, inner_type(type), use)
                        : read_metadata_entry(place, use, loose);
  };
  Has has{.entries = {}, .is_list = inner.value().is_array(), .in_order = word == "in_order"};
  if (has.is_list) {
    for (auto const& entry : inner.list())
      has.entries.push_back(read_entry(entry));
  } else if (has.in_order) {
    inner.fail("'in_order' takes a list", "one entry is asked for by 'has'");
  } else {
    has.entries.push_back(read_entry(inner));
  }
  return {std::move(has)};
}

Term read_range(Place const& inner) {
  auto const ends = inner.list();
  if (ends.size() != 2) inner.fail("a range has two ends, both of them inside");
  auto const first = number_from(ends[0].value());
  auto const last = number_from(ends[1].value());
  if (!first || !last || *first > *last) inner.fail("a range goes from a number up to a number");
  return {Range{.first = *first, .last = *last}};
}

Term read_contains(Place const& inner) {
  auto parts = inner.value().is_array() ? inner.texts() : std::vector{inner.text()};
  if (std::ranges::any_of(parts, &std::string::empty)) inner.fail("every text has nothing in it");
  return {Contains{.parts = std::move(parts)}};
}

Term read_any_id_of(Place const& place) {
  static constexpr std::array<std::string_view, 2> keys{"id_of", "as"};
  static constexpr std::array<std::string_view, 2> sides{"ours", "theirs"};
  place.check_keys(keys);
  AnyIdOf any{.ours = (place / "id_of").word(sides) == 0};
  if (place.has("as")) {
    auto const as = place / "as";
    if (!is_name(as.value())) as.fail("this is no name", "a name begins with a '$'");
    any.name = read_variable(as).name;
  }
  return {std::move(any)};
}

bool is_closed(Term const& term) {
  return term.get<Value>() != nullptr;
}

// A record or list of terms; plain values where nothing in it is open.
Term folded(TermRecord record) {
  if (!std::ranges::all_of(record.entries, [](auto const& e) { return is_closed(e.term); })) {
    return {std::move(record)};
  }
  Record values;
  for (auto const& [name, term] : record.entries)
    values.entries.push_back({.name = name, .value = *term.get<Value>()});
  return {Value{std::move(values)}};
}
Term folded(TermList list) {
  if (!std::ranges::all_of(list.terms, is_closed)) return {std::move(list)};
  ValueList values;
  for (auto const& term : list.terms)
    values.push_back(*term.get<Value>());
  return {Value{std::move(values)}};
}

}  // namespace

bool is_matcher(Json const& value) {
  return value.is_object() && !value.empty() &&
         std::ranges::find(matcher_words(), value.begin().key()) != matcher_words().end();
}

Term read_matcher(Place const& place, FieldType type, Use use, bool loose) {
  if (!is_pattern(use)) place.fail("a matcher cannot be sent");
  if (place.value().begin().key() == "id_of") return read_any_id_of(place);
  if (place.value().size() != 1) {
    place.fail("a matcher stands alone", "one key: " + joined(matcher_words()));
  }
  auto const word = place.value().begin().key();
  auto const inner = place / word;
  if (word == "any") return {Any{.kind = static_cast<AnyKind>(inner.word(any_words()))}};
  if (word == "range") return read_range(inner);
  if (word == "contains") return read_contains(inner);
  if (word == "has" || word == "in_order") return read_has(inner, word, type, use, loose);
  if (word == "not") return {Not{.term = {read_inner(inner, type, use, loose)}}};
  if (word == "absent") {
    if (!inner.boolean()) inner.fail("'absent' is true", "leave the field out to not judge it");
    return {Absent{}};
  }
  Choice choice;
  if (inner.list().empty()) inner.fail("there has to be a choice");
  for (auto const& each : inner.list())
    choice.choices.push_back(read_inner(each, type, use, loose));
  return {std::move(choice)};
}

Term read_free(Place const& place, FieldType type, Use use) {
  auto const& value = place.value();
  if (is_name(value)) return {read_variable(place)};
  if (is_id_by_side(value)) return {read_id_by_side(place)};
  if (is_matcher(value) && is_pattern(use)) return read_matcher(place, type, use, true);
  if (value.is_string() && type != FieldType::type_id) return {Value{read_text(place)}};
  if (value.is_array()) {
    TermList list;
    for (auto const& inner : place.list())
      list.terms.push_back(read_free(inner, inner_type(type), use));
    return folded(std::move(list));
  }
  if (type == FieldType::typed && place.has("hex") && place.has("times")) {
    auto bytes = read_repeated(place).whole();
    if (!bytes) place.fail("the item is too long");
    return {Value{*std::move(bytes)}};
  }
  if (value.is_object()) {
    auto special = value_from_json(value, type);
    if (!special.is<Record>() && !(type == FieldType::type_id)) return {std::move(special)};
    TermRecord record;
    for (auto const& [key, inner] : value.items())
      record.entries.emplace_back(key, read_free(place / key, inner_type(type, key), use));
    if (type == FieldType::type_id && special.number()) return {std::move(special)};
    return folded(std::move(record));
  }
  return {value_from_json(value, type)};
}

}  // namespace voxspec
