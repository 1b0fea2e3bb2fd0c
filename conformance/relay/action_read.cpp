#include "conformance/relay/action_read.hpp"

#include "conformance/peer/numbers.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/term_read.hpp"
#include "conformance/relay/fault_words.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace voxspec::relay {
namespace {

constexpr std::array<std::string_view, 2> side_words{"subject", "judge"};
constexpr std::array<std::string_view, 3> end_words{"subject", "judge", "both"};
constexpr std::array<std::string_view, 3> layout_words{"reversed", "extra_field", "extra_variant"};
constexpr std::array<std::string_view, 1> cut_words{"bytewise"};
constexpr std::size_t repeats_max = 10'000;

std::int64_t read_signed(Place const& place) {
  auto const number = signed_number_from(place.value());
  if (!number) place.wanted("a number");
  return *number;
}

// The field of the frames that the rule is about.
FrameField const& field_of(Place const& place, FaultRule const& rule, std::string_view name) {
  auto const* const kind = rule.match.kind;
  if (kind == nullptr) {
    place.fail("the fields are not known, since the match names no kind of frame",
               "write one rule for each kind");
  }
  std::vector<std::string_view> names;
  for (auto const& field : kind->fields)
    names.push_back(field.name);
  auto const index = kind->field(name);
  if (index == kind->fields.size()) {
    place.fail(std::string{kind->name} + " has no field '" + std::string{name} + "'" +
                   nearest_hint(name, names),
               "it has: " + joined(names));
  }
  return kind->fields[index];
}

// A part of the settings, since the rest stays as it is.
std::optional<Term> read_some_settings(Place const& place, FieldType type) {
  if (!is_settings(type) || !place.value().is_object() || place.has("cbor")) return std::nullopt;
  check_settings_keys(place, type);
  TermRecord record;
  for (auto const& [name, value] : place.value().items()) {
    record.entries.emplace_back(name, read_term(place / name, inner_type(type, name), Use::send));
  }
  return Term{std::move(record)};
}

Change read_change(Place const& place, FaultRule const& rule) {
  if (!place.value().is_object() || place.value().empty()) place.wanted("an object of fields");
  Change change;
  for (auto const& [name, value] : place.value().items()) {
    auto const there = place / name;
    if (name == "on") {
      change.fields.emplace_back(name, read_term(there, FieldType::id, Use::send));
      continue;
    }
    if (auto some = read_some_settings(there, field_of(there, rule, name).type)) {
      change.fields.emplace_back(name, *std::move(some));
      continue;
    }
    auto const& field = field_of(there, rule, name);
    auto const loose = rule.match.kind->layer == Layer::handshake;
    if (value.is_null()) {
      if (!loose) there.fail("only the fields of a CBOR map can be left out");
      change.fields.emplace_back(name, Term{Value{Null{}}});
    } else {
      change.fields.emplace_back(name, read_term(there, field.type, Use::send, loose));
    }
  }
  return change;
}

Add read_add(Place const& place, FaultRule const& rule) {
  if (!place.value().is_object() || place.value().empty()) place.wanted("an object of fields");
  Add add;
  for (auto const& [name, value] : place.value().items()) {
    if (name != "on") (void)field_of(place / name, rule, name);
    add.fields.emplace_back(name, read_signed(place / name));
  }
  return add;
}

std::vector<Template> read_frames(Place const& place, Dialect dialect) {
  std::vector<Template> frames;
  if (place.value().is_array()) {
    for (auto const& each : place.list())
      frames.push_back(read_template(each, dialect));
  } else {
    frames.push_back(read_template(place, dialect));
  }
  if (frames.empty()) place.fail("the list is empty");
  return frames;
}

Insert read_insert(Place const& action, FaultRule const& rule, Dialect dialect) {
  Insert insert{.frames = read_frames(action / "insert", dialect), .to = other(rule.from)};
  if (action.has("to")) insert.to = read_side(action / "to");
  insert.before = action.has("before") && (action / "before").boolean();
  return insert;
}

Map read_map(Place const& place, FaultRule const& rule) {
  if (!place.value().is_object() || place.value().size() != 1) {
    place.wanted(R"(one id and how it is mapped, as {"id": {"plus": 10}})");
  }
  auto const name = place.value().begin().key();
  auto const how = place / name;
  Map map{.is_connection = name == "on"};
  if (!map.is_connection && (name != "id" || field_of(how, rule, name).type != FieldType::id)) {
    how.fail("only ids are mapped", "'on' or 'id'");
  }
  how.check_keys(map_words);
  if (how.has("times")) map.times = (how / "times").number();
  if (how.has("plus")) map.plus = read_signed(how / "plus");
  if (map.times == 0) how.fail("ids cannot all be one");
  return map;
}

Encode read_encode(Place const& place) {
  place.check_keys(encode_words);
  Encode encode;
  auto& writing = encode.writing;
  if (place.has("head_bytes_min")) {
    writing.head_bytes_min = static_cast<unsigned>((place / "head_bytes_min").number());
  }
  if (place.has("indefinite")) writing.indefinite = (place / "indefinite").boolean();
  if (place.has("first")) writing.first = (place / "first").texts();
  if (place.has("varint_padding")) {
    writing.varint_padding = static_cast<unsigned>((place / "varint_padding").number());
  }
  if (writing == Writing{}) place.fail("this is how it is written anyway");
  return encode;
}

Translate read_translate(Place const& place, FaultRule const& rule) {
  if (rule.match.name() != "hello" && rule.match.name() != "hello_yourself") {
    place.fail("the layout is announced in a hello or hello_yourself");
  }
  return {.layout = static_cast<Layout>(place.word(layout_words))};
}

End read_end(Place const& place, bool reset) {
  auto const word = place.word(end_words);
  return {.subject = word != 1, .judge = word != 0, .reset = reset};
}

Hold read_hold(Place const& place, Dialect dialect) {
  place.check_keys(hold_words);
  if (!place.has("from") || !place.has("match")) {
    place.fail("what the frame waits for is missing", "'from' and 'match'");
  }
  return {.from = read_side(place / "from"), .until = read_match(place / "match", dialect)};
}

// What the judge reads comes in whole payloads, however it was written.
void check_writes(Place const& place, FaultRule const& rule) {
  if (rule.from == Side::judge) return;
  place.fail("only what the judge writes can be cut and joined",
             "the judge reads whole payloads; for a wrong one use shorten, append and insert");
}

Cut read_cut(Place const& place, FaultRule const& rule) {
  check_writes(place, rule);
  if (place.value().is_string()) {
    (void)place.word(cut_words);
    return {.offsets = {}, .is_bytewise = true};
  }
  Cut cut;
  for (auto const& each : place.list()) {
    auto const offset = each.number();
    if (offset <= (cut.offsets.empty() ? 0 : cut.offsets.back())) {
      each.fail("offsets ascend, from 1");
    }
    cut.offsets.push_back(offset);
  }
  if (cut.offsets.empty()) place.fail("the list is empty");
  return cut;
}

std::string text_in(Place const& place, std::string_view key) {
  if (!place.has(key)) return {};
  auto value = (place / key).text();
  if (value.empty()) (place / key).fail("the text is empty");
  return value;
}

Retype read_retype(Place const& place, FaultRule const& rule) {
  (void)field_of(place, rule, "schemas");
  place.check_keys(retype_words);
  auto const text = [&](std::string_view key) { return text_in(place, key); };
  Retype retype{.type = text("type"),
                .suffix = text("suffix"),
                .field = text("field"),
                .name = text("name"),
                .extra = text("extra"),
                .reversed = place.has("reversed") && (place / "reversed").boolean()};
  if (retype.field.empty() != retype.name.empty()) {
    place.fail("a field gets another name", "'field' and 'name'");
  }
  if (retype.suffix.empty() && retype.field.empty() && retype.extra.empty() && !retype.reversed) {
    place.fail("it changes nothing", "'suffix', 'field' and 'name', 'extra', 'reversed'");
  }
  return retype;
}

Rewrite read_rewrite(Place const& place, FaultRule const& rule) {
  auto const has_value =
      rule.match.name() == "request_call" || rule.match.name() == "request_response";
  if (!has_value) place.fail("the pattern has no value", "request_call and request_response do");
  place.check_keys(rewrite_words);
  if (!place.has("reversed") || !(place / "reversed").boolean()) {
    place.fail("it changes nothing", "\"reversed\": true");
  }
  return {.type = text_in(place, "type")};
}

std::vector<Action> read_word(Place const& place, FaultRule const& rule) {
  switch (place.word(plain_actions)) {
    case 0:
      return {Action{Drop{}}};
    case 1:
      return {};
    case 3:
      check_writes(place, rule);
      return {Action{Join{}}};
    case 4:
      (void)field_of(place, rule, "schemas");
      return {Action{Rehash{}}};
    default:
      break;
  }
  // With the next frame of the same side, whatever it is.
  return {Action{Hold{.from = rule.from, .until = {}}}};
}

std::vector<Action> read_one(Place const& place, FaultRule const& rule, Dialect dialect) {
  if (place.value().is_string()) return read_word(place, rule);
  std::vector<std::string_view> known(action_words.begin(), action_words.end());
  if (place.has("insert")) known.insert(known.end(), beside_insert.begin(), beside_insert.end());
  place.check_keys(known);
  auto const is_insert = place.has("insert");
  if (!is_insert && place.value().size() != 1) place.fail("an action has one key");
  if (is_insert) return {Action{read_insert(place, rule, dialect)}};
  auto const word = place.value().begin().key();
  auto const inner = place / word;
  if (word == "change") return {Action{read_change(inner, rule)}};
  if (word == "add") return {Action{read_add(inner, rule)}};
  if (word == "flip") {
    auto const name = inner.text();
    (void)field_of(inner, rule, name);
    return {Action{Flip{.field = name}}};
  }
  if (word == "append") return {Action{Append{.bytes = read_hex(inner)}}};
  if (word == "shorten") return {Action{Shorten{.bytes = inner.number()}}};
  if (word == "repeat") {
    auto const times = inner.number();
    if (times == 0 || times > repeats_max) inner.fail("once at least, 10,000 times at most");
    return {Action{Repeat{.times = times}}};
  }
  if (word == "answer") {
    return {Action{Drop{}}, Action{Insert{.frames = read_frames(inner, dialect), .to = rule.from}}};
  }
  if (word == "hold") return {Action{read_hold(inner, dialect)}};
  if (word == "encode") return {Action{read_encode(inner)}};
  if (word == "attach") {
    (void)field_of(inner, rule, "metadata");
    return {Action{Attach{.entries = read_term(inner, FieldType::metadata, Use::send)}}};
  }
  if (word == "translate") return {Action{read_translate(inner, rule)}};
  if (word == "map") return {Action{read_map(inner, rule)}};
  if (word == "cut") return {Action{read_cut(inner, rule)}};
  if (word == "rewrite") return {Action{read_rewrite(inner, rule)}};
  if (word == "retype") return {Action{read_retype(inner, rule)}};
  return {Action{read_end(inner, word == "reset")}};
}

}  // namespace

bool Insert::operator==(Insert const&) const = default;
bool Hold::operator==(Hold const&) const = default;

Side read_side(Place const& place) {
  return place.word(side_words) == 0 ? Side::subject : Side::judge;
}

Pattern read_match(Place const& place, Dialect dialect) {
  return read_pattern(place, Use::pattern_anywhere, dialect);
}

std::vector<Action> read_actions(Place const& place, FaultRule const& rule, Dialect dialect) {
  if (!place.value().is_array()) {
    if (!place.value().is_object() && !place.value().is_string()) place.wanted("an action");
    return read_one(place, rule, dialect);
  }
  std::vector<Action> actions;
  for (auto const& each : place.list()) {
    for (auto& action : read_one(each, rule, dialect))
      actions.push_back(std::move(action));
  }
  return actions;
}

}  // namespace voxspec::relay
