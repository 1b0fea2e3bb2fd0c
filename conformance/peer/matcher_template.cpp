#include "conformance/peer/frame_template.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_json.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace voxspec {
namespace {

constexpr std::array<std::string_view, 7> matchers{"any", "one_of", "range", "absent",
                                                   "has", "not",    "id_of"};
constexpr std::array<std::string_view, 2> id_of_keys{"id_of", "as"};
constexpr std::array<std::string_view, 2> sides{"ours", "theirs"};
constexpr std::array<std::string_view, 7> any_kinds{"text", "uint",   "bytes", "bool",
                                                    "list", "object", "value"};

// Any id of one side's parity, which may get a name.
Place checked_id_of(Place const& place) {
  place.check_keys(id_of_keys);
  (void)(place / "id_of").word(sides);
  if (place.has("as") && !is_name((place / "as").value())) {
    (place / "as").fail("this is no name", "a name begins with a '$'");
  }
  return place / "id_of";
}

// The operator's word and what stands behind it, as far as that is the same for every field.
Place checked_matcher(Place const& place) {
  auto const word = place.value().begin().key();
  if (word == "id_of") return checked_id_of(place);
  if (place.value().size() != 1) {
    place.fail("a matcher stands alone", "one key: " + joined(matchers));
  }
  auto inner = place / word;
  if (word == "any") {
    (void)inner.word(any_kinds);
  } else if (word == "absent") {
    if (!inner.boolean()) inner.fail("'absent' is true", "leave the field out to not judge it");
  } else if (word == "range") {
    auto const ends = inner.list();
    if (ends.size() != 2) inner.fail("a range has two ends, both of them inside");
    auto const first = number_from(ends[0].value());
    auto const last = number_from(ends[1].value());
    if (!first || !last || *first > *last) {
      inner.fail("a range goes from a number up to a number");
    }
  } else if (word == "one_of" && inner.list().empty()) {
    inner.fail("there has to be a choice");
  }
  return inner;
}

// The entries that a list has to have: one, or several.
Json entries_template(Place const& inner, FieldType type, Use use, bool loose) {
  if (type == FieldType::message_schema) {
    check_free_pattern(inner);
    return canonical_schema_json(inner.value());
  }
  if (type != FieldType::metadata) inner.fail("'has' is for lists");
  if (!inner.value().is_array()) return metadata_entry_template(inner, use, loose);
  return field_template(inner, type, use, loose);
}

}  // namespace

Json matcher_template(Place const& place, FieldType type, Use use, bool loose) {
  if (use == Use::send) place.fail("a matcher cannot be sent");
  auto const inner = checked_matcher(place);
  auto const word = place.value().begin().key();
  if (word == "has") return Json{{word, entries_template(inner, type, use, loose)}};
  if (word == "not") return Json{{word, field_template(inner, type, use, loose)}};
  if (word != "one_of") return place.value();
  Json choices = Json::array();
  for (auto const& choice : inner.list()) {
    choices.push_back(field_template(choice, type, use, loose));
  }
  return Json{{word, choices}};
}

void check_free_pattern(Place const& place) {
  auto const& value = place.value();
  if (is_matcher(value)) {
    check_free_pattern(checked_matcher(place));
    return;
  }
  if (value.is_array()) {
    for (auto const& inner : place.list())
      check_free_pattern(inner);
  } else if (value.is_object()) {
    for (auto const& [key, inner] : value.items())
      check_free_pattern(place / key);
  }
}

bool is_name(Json const& value) {
  if (!value.is_string()) return false;
  auto const& text = value.get_ref<std::string const&>();
  return text.starts_with('$') && !text.starts_with("$$");
}

std::span<std::string_view const> matcher_words() {
  return matchers;
}
std::span<std::string_view const> any_words() {
  return any_kinds;
}

bool is_matcher(Json const& value) {
  return value.is_object() && !value.empty() &&
         std::ranges::find(matchers, value.begin().key()) != matchers.end();
}

bool is_id_template(Json const& value) {
  return value.is_object() && value.size() == 1 &&
         (value.begin().key() == "ours" || value.begin().key() == "theirs");
}

}  // namespace voxspec
