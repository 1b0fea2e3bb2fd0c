#include "conformance/peer/frame_template.hpp"

#include "conformance/peer/numbers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace voxspec {
namespace {

// Keys that may stand beside a frame without being part of it: what expand_case wrote.
constexpr std::array<std::string_view, 2> notes{"hex", "depends_on"};

std::vector<std::string_view> frame_words(Use use) {
  std::vector<std::string_view> words{"on"};
  for (auto const& kind : frame_kinds())
    words.push_back(kind.name);
  words.emplace_back("frame");
  if (use == Use::send) words.insert(words.end(), {"cbor", "bytes"});
  words.insert(words.end(), notes.begin(), notes.end());
  return words;
}

// The one key that says what the frame is; empty if there is none.
std::string kind_key(Place const& place, Use use) {
  std::string found;
  for (auto const& [key, value] : place.value().items()) {
    if (key == "on" || std::ranges::find(notes, key) != notes.end()) continue;
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

bool is_loose(Layer layer) {
  return layer == Layer::handshake;
}

// What is not said of a hello's settings follows its parity.
void follow_parity(FrameKind const& kind, Json& body) {
  if (kind.name != "hello") return;
  auto& settings = body["connection_settings"];
  if (settings.is_object() && settings.contains("parity") && settings["parity"] == "ours") {
    settings["parity"] = body["parity"].is_string() ? body["parity"] : Json("odd");
  }
}

Json body_template(Place const& place, FrameKind const& kind, Use use) {
  std::vector<std::string_view> names;
  for (auto const& field : kind.fields)
    names.push_back(field.name);
  place.check_keys(names);
  auto const loose = is_loose(kind.layer);
  Json out = Json::object();
  for (auto const& field : kind.fields) {
    std::string const name{field.name};
    if (!place.has(name)) {
      if (use != Use::send) continue;
      if (field.preset.empty()) {
        place.fail("the field '" + name + "' is missing", "it has no default");
      }
      auto const preset = Json::parse(field.preset);
      if (kind.layer == Layer::stable && preset == "none" && name != "ack") continue;
      if (field.type == FieldType::extra) continue;
      out[name] = preset;
      continue;
    }
    auto const there = place / name;
    if (there.value().is_null() && use == Use::send) {
      if (!loose) there.fail("only the fields of a CBOR map can be left out");
      out[name] = nullptr;
      continue;
    }
    out[name] = field_template(there, field.type, use, loose);
  }
  if (use == Use::send) follow_parity(kind, out);
  if (use == Use::send && kind.layer == Layer::stable &&
      out.contains("message") == out.contains("item")) {
    place.fail("a stable frame holds a 'message' or an 'item'");
  }
  return out;
}

Json raw_template(Place const& place, Use use) {
  if (is_matcher(place.value()) && use != Use::send) return place.value();
  if (!place.value().is_string()) {
    return field_template(place, FieldType::bytes, use);
  }
  if (is_name(place.value())) return place.value();
  auto const bytes = vox::from_hex(place.text());
  if (!bytes) place.fail("this is no hex", "two hex digits a byte; spaces may stand between");
  return vox::to_hex(*bytes);
}

Json choice_template(Place const& place, Use use) {
  auto const word = place.value().begin().key();
  auto const inner = place / word;
  if (use == Use::send || place.value().size() != 1 || (word != "one_of" && word != "not")) {
    place.fail("this cannot stand for a frame", "a frame, or one_of or not around frames");
  }
  if (word == "not") return Json{{word, frame_template(inner, use)}};
  Json choices = Json::array();
  for (auto const& choice : inner.list())
    choices.push_back(frame_template(choice, use));
  return Json{{word, choices}};
}

}  // namespace

Json frame_template(Place const& place, Use use) {
  if (!place.value().is_object()) place.wanted("a frame");
  if (is_matcher(place.value())) return choice_template(place, use);
  auto const words = frame_words(use);
  place.check_keys(words);
  auto const key = kind_key(place, use);
  auto const* const kind = find_frame_kind(key);
  auto const has_on = place.has("on");
  Json out = Json::object();
  auto const is_message = kind == nullptr ? key.empty() : kind->layer == Layer::message;
  if (has_on) {
    if (!is_message) (place / "on").fail("only messages have a connection");
    out["on"] = field_template(place / "on", FieldType::id, use);
  } else if (is_message && (use == Use::send || (use == Use::pattern && !key.empty()))) {
    out["on"] = 0;
  }
  if (key.empty()) return out;
  if (kind == nullptr) {
    out[key] = key == "cbor" ? (place / key).value() : raw_template(place / key, use);
  } else {
    out[key] = body_template(place / key, *kind, use);
  }
  return out;
}

}  // namespace voxspec
