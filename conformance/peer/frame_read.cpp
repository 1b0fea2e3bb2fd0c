#include "conformance/peer/term_read.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace voxspec {
namespace {

FrameTerm read_frame(Place const& place, Use use, Dialect dialect);

std::vector<std::string_view> frame_words(Use use, Dialect dialect) {
  std::vector<std::string_view> words{"on"};
  for (auto const& kind : frame_kinds(dialect))
    words.push_back(kind.name);
  words.emplace_back("frame");
  if (use == Use::send) words.insert(words.end(), {"cbor", "bytes"});
  return words;
}

// The one key that says what the frame is; empty if there is none.
std::string kind_key(Place const& place, Use use) {
  std::string found;
  for (auto const& [key, value] : place.value().items()) {
    if (key == "on") continue;
    if (!found.empty()) {
      place.fail("a frame is of one kind, this one names '" + found + "' and '" + key + "'");
    }
    found = key;
  }
  if (found.empty() && use == Use::send) {
    place.fail("the frame has no kind", R"(name one, as in {"ping": {"nonce": 1}})");
  }
  return found;
}

// What is not said of a hello's settings follows its parity.
void follow_parity(FrameTerm& frame) {
  if (frame.kind->name != "hello") return;
  auto const find = [&](std::string_view name) {
    auto const found = std::ranges::find(frame.fields, name, &TermEntry::name);
    return found == frame.fields.end() ? nullptr : &found->term;
  };
  auto* const settings = find("connection_settings");
  auto* const record = settings == nullptr ? nullptr : std::get_if<TermRecord>(&settings->of);
  if (record == nullptr) return;
  auto const* const own = find("parity");
  for (auto& [name, term] : record->entries) {
    auto const* const side = term.get<ParityOf>();
    if (name != "parity" || side == nullptr || !side->ours) continue;
    auto const is_word = own->get<Value>() != nullptr || own->get<ParityOf>() != nullptr ||
                         own->get<Variable>() != nullptr;
    auto const* const value = own->get<Value>();
    auto const is_text = value == nullptr || value->text().has_value();
    term = is_word && is_text ? *own : Term{Value{"odd"}};
  }
}

void read_preset(Place const& place, FrameField const& field, FrameTerm& frame) {
  if (field.preset.empty()) {
    place.fail("the field '" + std::string{field.name} + "' is missing", "it has no default");
  }
  auto const is_either = field.type == FieldType::message || field.name == "item";
  if (field.type == FieldType::extra || (is_either && frame.kind->layer == Layer::stable)) return;
  auto const preset = Json::parse(field.preset);
  frame.fields.emplace_back(std::string{field.name},
                            read_term({preset, place.pointer()}, field.type, Use::send));
}

void read_fields(Place const& place, FrameTerm& frame, Use use, Dialect dialect) {
  std::vector<std::string_view> names;
  for (auto const& field : frame.kind->fields)
    names.push_back(field.name);
  place.check_keys(names);
  auto const loose = frame.kind->layer == Layer::handshake;
  for (auto const& field : frame.kind->fields) {
    std::string const name{field.name};
    if (!place.has(name)) {
      if (use == Use::send) read_preset(place, field, frame);
      continue;
    }
    auto const there = place / name;
    if (field.type == FieldType::message) {
      frame.inside.push_back(read_frame(there, use, dialect));
    } else if (there.value().is_null() && use == Use::send) {
      if (!loose) there.fail("only the fields of a CBOR map can be left out");
      frame.fields.emplace_back(std::string{name}, Term{Value{Null{}}});
    } else {
      frame.fields.emplace_back(std::string{name}, read_term(there, field.type, use, loose));
    }
  }
  if (use != Use::send) return;
  follow_parity(frame);
  if (frame.kind->layer == Layer::stable &&
      frame.inside.empty() == (frame.field("item") == nullptr)) {
    place.fail("a stable frame holds a 'message' or an 'item'");
  }
}

Term read_payload(Place const& place, Use use) {
  if (is_matcher(place.value()) && use != Use::send) {
    return {HexOf{.text = {read_term(place, FieldType::text, use)}}};
  }
  if (!place.value().is_string()) return read_term(place, FieldType::bytes, use);
  if (is_name(place.value())) return {read_variable(place)};
  return {Value{read_hex(place)}};
}

FrameTerm read_choice(Place const& place, Use use, Dialect dialect) {
  auto const word = place.value().begin().key();
  auto const inner = place / word;
  if (use == Use::send || place.value().size() != 1 || (word != "one_of" && word != "not")) {
    place.fail("this cannot stand for a frame", "a frame, or one_of or not around frames");
  }
  FrameTerm out;
  out.form = word == "not" ? FrameTerm::Form::none_of : FrameTerm::Form::one_of;
  if (word == "not") {
    out.inside.push_back(read_frame(inner, use, dialect));
  } else {
    for (auto const& choice : inner.list())
      out.inside.push_back(read_frame(choice, use, dialect));
  }
  return out;
}

FrameTerm read_frame(Place const& place, Use use, Dialect dialect) {
  if (!place.value().is_object()) place.wanted("a frame");
  if (is_matcher(place.value())) return read_choice(place, use, dialect);
  auto const words = frame_words(use, dialect);
  place.check_keys(words);
  auto const key = kind_key(place, use);
  FrameTerm out;
  out.kind = find_frame_kind(key, dialect);
  auto const is_message = out.kind == nullptr ? key.empty() : out.kind->layer == Layer::message;
  if (place.has("on")) {
    if (!is_message) (place / "on").fail("only messages have a connection");
    out.on = read_term(place / "on", FieldType::id, use);
  } else if (is_message && (use == Use::send || (use == Use::pattern && !key.empty()))) {
    out.on = Term{Value{std::uint64_t{0}}};
  }
  if (key.empty()) return out;
  if (out.kind != nullptr) {
    read_fields(place / key, out, use, dialect);
  } else if (key == "cbor") {
    out.form = FrameTerm::Form::cbor;
    out.content = read_free(place / key, FieldType::cbor, use);
  } else {
    out.form = key == "bytes" ? FrameTerm::Form::raw : FrameTerm::Form::payload;
    out.content = read_payload(place / key, use);
  }
  return out;
}

}  // namespace

Template read_template(Place const& place, Dialect dialect) {
  return {read_frame(place, Use::send, dialect)};
}

Pattern read_pattern(Place const& place, Use use, Dialect dialect) {
  return {read_frame(place, use, dialect)};
}

}  // namespace voxspec
