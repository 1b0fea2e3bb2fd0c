#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/trace/describe.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace voxspec {
namespace {

constexpr std::size_t frame_chars_max = 300;

std::string id_text(Term const& id) {
  if (auto const* const of = id.get<IdOf>()) {
    return (of->ours ? "our id no. " : "the subject's id no. ") + std::to_string(of->n);
  }
  if (auto const* const any = id.get<AnyIdOf>()) {
    auto const name = any->name.empty() ? std::string{} : " ($" + any->name + ")";
    return (any->ours ? "any id of ours" : "any id of the subject's") + name;
  }
  auto const json = term_json(id, FieldType::id);
  return json.is_string() ? json.get<std::string>() : json.dump();
}

std::string compact(Json const& value) {
  auto text = value.dump();
  if (text.size() > frame_chars_max) {
    text = text.substr(0, frame_chars_max) + " … (" + std::to_string(text.size()) + " characters)";
  }
  return text;
}

// Without what the frame says by default: that is what makes a case this case.
Json without_defaults(FrameKind const& kind, Json const& body) {
  if (!body.is_object()) return body;
  auto out = body;
  for (auto const& field : kind.fields) {
    std::string const name{field.name};
    if (!field.preset.empty() && out.contains(name) && out[name] == Json::parse(field.preset)) {
      out.erase(name);
    }
  }
  return out;
}

std::string frame_text(FrameTerm const& frame) {
  if (frame.form == FrameTerm::Form::none_of) {
    return "anything but " + frame_text(frame.inside.front());
  }
  if (frame.form == FrameTerm::Form::one_of) {
    std::string text;
    for (auto const& choice : frame.inside)
      text += (text.empty() ? "" : ", or ") + frame_text(choice);
    return text;
  }
  auto const on = frame.on && *frame.on != root_connection()
                      ? " on connection " + id_text(*frame.on)
                      : std::string{};
  auto const json = term_json(frame);
  for (auto const& [key, body] : json.items()) {
    if (key == "on") continue;
    if (frame.kind == nullptr) return key + " " + compact(body) + on;
    auto const shown = without_defaults(*frame.kind, body);
    return key + on + (shown.empty() ? "" : " " + compact(shown));
  }
  return "any frame" + on;
}

std::string frames_text(auto const& frames, std::string_view between) {
  std::string text;
  for (auto const& frame : frames) {
    if (!text.empty()) text += between;
    text += frame_text(frame);
  }
  return text;
}

std::string words_text(std::string_view list, auto const& values, std::string_view between) {
  std::string text;
  for (auto const value : values) {
    if (!text.empty()) text += between;
    text += words(list)[static_cast<std::size_t>(value)];
  }
  return text;
}

std::string passing_text(std::vector<std::string> const& passing) {
  if (passing.empty()) return {};
  std::string text = " (";
  for (auto const& kind : passing)
    text += (text.size() > 2 ? ", " : "") + kind;
  return text + " may come between)";
}

// One sentence for each kind of step; nested steps come below.
struct Sentence {
  std::string operator()(Establish const& body) const {
    auto const changes = body.messages.empty() ? "" : ", with " + compact(body.messages);
    return "prologue and handshake" + changes;
  }
  std::string operator()(Send const& body) const {
    std::string text = "send " + frames_text(body.items, body.together ? " and " : ", then ");
    if (body.together && body.items.size() > 1) text += ", in one write";
    if (body.write.mode == Write::Mode::bytewise) text += ", byte by byte";
    if (body.write.mode == Write::Mode::split) {
      text += ", cut at " + Json(body.write.split).dump();
    }
    return text;
  }
  std::string operator()(Expect const& body) const {
    auto const is_free = body.any_order || body.ahead;
    auto const order = std::string{is_free ? " in any order" : ""} +
                       (body.ahead ? ", where frames of later steps may come ahead" : "");
    return "expect " + frames_text(body.frames, is_free ? " and " : ", then ") + order +
           (body.passing == passing_by_default(body.frames) ? "" : passing_text(body.passing));
  }
  std::string operator()(ExpectNone const& body) const {
    auto const* const probe = body.probe.kind == Probe::Kind::ping ? "a ping" : "a call";
    return "expect nothing like " + frames_text(body.frames, " or ") + " before " + probe +
           " on connection " + id_text(body.probe.on) + " is answered";
  }
  std::string operator()(ExpectViolation const& body) const {
    return "expect the subject to treat this as a violation: " +
           words_text("reaction", body.asks, ", ");
  }
  std::string operator()(ExpectEnd const& body) const {
    return "expect the link to end: " + words_text("end", body.causes, " or ");
  }
  std::string operator()(ExpectExit const& body) const {
    return "expect the subject's process to end" +
           (body.codes.empty() ? "" : " with code " + Json(body.codes).dump());
  }
  std::string operator()(Alive const& body) const {
    auto const where = body.on == root_connection() ? "" : " on connection " + id_text(body.on);
    return "see that the subject still works" + where;
  }
  std::string operator()(OneOf const&) const { return "one of these:"; }
  std::string operator()(Drop const& body) const {
    return body.reset ? "reset the link" : "end the link";
  }
  std::string operator()(HalfClose const&) const { return "end our sending"; }
  std::string operator()(StopReading const&) const { return "read no more"; }
  std::string operator()(NextLink const&) const { return "go on over the next link"; }
  std::string operator()(RefuseDials const&) const {
    return "refuse the subject's dials until the next link is waited for";
  }
  std::string operator()(Restart const&) const {
    return "kill the subject's process and start it again";
  }
  std::string operator()(Repeat const& body) const {
    auto const count = std::to_string(body.rounds.size());
    if (body.times)
      return id_text(*body.times) + " times, at most " + count + " (the first is shown):";
    return count + " times (the first is shown):";
  }
  std::string operator()(Wait const& body) const {
    return "wait " + std::to_string(body.duration.count()) + " ms: " + body.reason;
  }
  std::string operator()(Let const& body) const {
    auto const where = body.on == root_connection() ? "" : " on connection " + id_text(body.on);
    return "let $" + body.name + " be " + id_text(body.value) + where;
  }
  std::string operator()(Announce const& body) const {
    auto const where = body.on == root_connection() ? "" : " on connection " + id_text(body.on);
    return "announce the schemas of " + body.method + " (" + body.direction + ")" + where;
  }
  std::string operator()(Do const& body) const {
    return "have the subject " + body.verb + " " + compact(body.with) + " as '" + body.name + "'";
  }
  std::string operator()(Saw const& body) const {
    auto const what = compact(term_json(body.pattern, FieldType::typed));
    return "its application saw " + what + (body.of.empty() ? "" : " of '" + body.of + "'");
  }
  std::string operator()(AwaitCredit const& body) const {
    return "wait until " + std::to_string(body.items) + " items are granted on channel " +
           id_text(body.channel);
  }
};

void add_steps(std::vector<Step> const& steps, std::string const& indent, std::string& out) {
  std::size_t number = 0;
  std::string_view macro;
  for (auto const& step : steps) {
    if (!step.macro.empty() && macro != step.pointer) {
      out += indent + "-- " + step.macro + "\n";
    }
    macro = step.macro.empty() ? std::string_view{} : std::string_view{step.pointer};
    auto const label = std::to_string(++number) + ". ";
    out += indent + label + std::visit(Sentence{}, step.body);
    if (!step.link.empty()) out += " [link " + step.link + "]";
    out += "\n";
    auto const deeper = indent + std::string(label.size(), ' ');
    if (!step.note.empty()) out += deeper + "(" + step.note + ")\n";
    if (auto const* const repeat = std::get_if<Repeat>(&step.body)) {
      if (!repeat->rounds.empty()) add_steps(repeat->rounds.front(), deeper, out);
    } else if (auto const* const one_of = std::get_if<OneOf>(&step.body)) {
      for (auto const& way : one_of->alternatives) {
        out += deeper + "* " + std::string{words("worth")[static_cast<std::size_t>(way.worth)]};
        out += (way.reason.empty() ? "" : ": " + way.reason) + "\n";
        add_steps(way.steps, deeper + "  ", out);
      }
    }
  }
}

std::string level_text(vox::Level level) {
  static constexpr std::array<std::string_view, 5> texts{"MUST", "MUST", "SHOULD", "MAY",
                                                         "definition"};
  return std::string{texts[static_cast<std::size_t>(level)]};
}

}  // namespace

std::string explain_case(Case const& trace) {
  auto const weight =
      trace.is_by_behaviour() ? "who does otherwise only differs" : level_text(trace.level());
  std::string out = trace.id + "\n" + trace.about + " (" + weight + ").\n\n";
  for (auto const clause : trace.clauses) {
    static constexpr std::array<std::string_view, 3> authorities{"", " (by the bytes of 0.4.0)",
                                                                 " (by what 0.4.0 does)"};
    auto const authority = authorities.at(static_cast<std::size_t>(clause.entry().authority));
    out += "  " + std::string{clause.id()} + ": " + std::string{clause.entry().obligation} +
           std::string{authority} + "\n";
  }
  auto const we_start = trace.role == vox::Role::initiator;
  out += std::string{"\nWe are the "} + (we_start ? "initiator" : "acceptor") + " of a " +
         std::string{words("conduit")[static_cast<std::size_t>(trace.conduit)]} + " conduit";
  if (trace.subject.mode == SubjectStart::Mode::client) {
    out += "; the subject is a client that runs " + trace.subject.scenario;
  }
  for (auto const& [name, value] : trace.subject.env)
    out += "; " + name + "=" + value;
  out += ".\n";
  if (!trace.needs.empty()) out += "It needs: " + Json(trace.needs).dump() + ".\n";
  if (trace.slow) out += "It needs real time.\n";
  if (trace.hostile) out += "It may kill a weak peer.\n";
  out += "\n";
  add_steps(trace.steps, "  ", out);
  return out;
}

}  // namespace voxspec
