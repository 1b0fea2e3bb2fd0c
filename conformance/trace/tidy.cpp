#include "conformance/trace/tidy.hpp"

#include "conformance/peer/method_name.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/trace/describe.hpp"
#include "conformance/trace/tidy_steps.hpp"
#include "conformance/trace/trace.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace voxspec {
namespace {

constexpr std::size_t line_chars_max = 110;

// Methods of Testbed by their names.
void name_method(Json& body) {
  auto const id = body.find("method_id");
  if (id == body.end()) return;
  auto const number = number_from(*id);
  auto const name = number ? method_of(*number) : std::string_view{};
  if (!name.empty()) *id = Json{{"method", full_method_name(name)}};
}

void strip_metadata(Json& body) {
  auto const metadata = body.find("metadata");
  if (metadata == body.end() || !metadata->is_array()) return;
  for (auto& entry : *metadata) {
    if (entry.is_object() && entry.value("flags", Json(1)) == 0) entry.erase("flags");
  }
}

void tidy_frame(Json& frame, bool sent) {
  if (!frame.is_object()) return;
  if (frame.contains("on") && frame["on"] == 0) frame.erase("on");
  for (auto const& [key, body] : frame.items()) {
    auto const* const kind = find_frame_kind(key);
    if (kind == nullptr || !body.is_object()) continue;
    if (sent) strip_defaults(body, *kind);
    strip_metadata(body);
    name_method(body);
    if (body.contains("message")) tidy_frame(body["message"], sent);
  }
}

void tidy_step(Json& step) {
  step.erase("frames");
  for (auto const* const key : {"send", "expect"}) {
    if (!step.contains(key)) continue;
    auto& frames = step[key];
    if (frames.is_object()) frames = Json::array({frames});
    for (auto& frame : frames)
      tidy_frame(frame, std::string_view{key} == "send");
  }
  if (step.contains("passing") && step.contains("expect") &&
      step["passing"] == Json::array({"schema"})) {
    step.erase("passing");
  }
  for (auto const* const key : {"alive", "await_credit"}) {
    if (step.contains(key) && step[key].value("on", Json()) == 0) step[key].erase("on");
  }
}

// All that a case sends, as bytes where they can be known.
Json sent_by(Json const& document) {
  Json all = Json::array();
  auto const file = parse_trace(document.dump(), "tidy.json");
  if (!file) return Json{};
  for (auto const& trace : file->cases) {
    auto const expanded = expand_case(trace);
    for (auto const& step : expanded["steps"]) {
      if (step["step"] != "send") continue;
      for (auto const& frame : step["frames"])
        all.push_back(frame["parts"]);
    }
  }
  return all;
}

void put(Json const& value, std::size_t indent, std::size_t used, std::string& out) {
  auto const line = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string spaced;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    spaced += line[i];
    if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) in_text = !in_text;
    if (!in_text && (line[i] == ',' || line[i] == ':')) spaced += ' ';
  }
  if (!value.is_structured() || value.empty() || indent + used + spaced.size() <= line_chars_max) {
    out += spaced;
    return;
  }
  auto const is_object = value.is_object();
  out += is_object ? "{\n" : "[\n";
  std::size_t left = value.size();
  for (auto const& [key, inner] : value.items()) {
    auto const name = is_object ? Json(key).dump() + ": " : std::string{};
    out += std::string(indent + 2, ' ') + name;
    put(inner, indent + 2, name.size(), out);
    out += --left > 0 ? ",\n" : "\n";
  }
  out += std::string(indent, ' ') + (is_object ? "}" : "]");
}

}  // namespace

void strip_defaults(Json& body, FrameKind const& kind) {
  for (auto const& field : kind.fields) {
    std::string const name{field.name};
    if (!field.preset.empty() && body.contains(name) && body[name] == Json::parse(field.preset)) {
      body.erase(name);
    }
  }
}

Json tidied(Json document) {
  document.erase("case");
  document.erase("result");
  if (document.contains("version")) document.erase("version");
  for (auto& step : document["steps"])
    tidy_step(step);
  auto with_macros = document;
  with_macros["steps"] = StepTidier{}.steps(document["steps"]);
  // A macro that sends anything else, or nothing that can be read, is none for this case.
  auto const before = sent_by(document);
  return !before.is_null() && sent_by(with_macros) == before ? with_macros : document;
}

std::string pretty(Json const& value) {
  std::string out;
  put(value, 0, 0, out);
  return out + "\n";
}

}  // namespace voxspec
