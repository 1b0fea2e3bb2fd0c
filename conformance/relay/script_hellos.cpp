#include "conformance/relay/script_hellos.hpp"

#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/trace/establish.hpp"
#include "conformance/trace/tidy.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace voxspec::relay {
namespace {

constexpr std::array<std::string_view, 5> always{"transport_hello", "transport_accept", "hello",
                                                 "hello_yourself", "lets_go"};

Term* find_field(FrameTerm& frame, std::string_view name) {
  auto const found = std::ranges::find(frame.fields, name, &TermEntry::name);
  return found == frame.fields.end() ? nullptr : &found->term;
}

// Whether a session stands after them.
bool came_about(std::vector<HeardHello> const& hellos) {
  auto const is_read = [](HeardHello const& hello) { return hello.heard.frame.kind != nullptr; };
  auto const& last = hellos.back().heard;
  return std::ranges::all_of(hellos, is_read) &&
         last.frame.is(last.is_stable ? "server_hello" : "lets_go");
}

// Without what a frame says by default.
void strip(Json& body, FrameKind const& kind) {
  strip_defaults(body, kind);
  body.erase("mode");  // by the conduit
  // Messages are written as our own schemas say, so they are what we have to announce.
  body.erase("message_payload_schema");
}

}  // namespace

void ScriptHellos::note_presented(Frame const& hello) {
  if (!hello.is("hello") && !hello.is("client_hello")) return;
  auto const* const value = hello.field("resume_key");
  auto const* const bytes = value == nullptr ? nullptr : value->get<vox::Bytes>();
  if (bytes == nullptr || std::ranges::find(presented_, *bytes) != presented_.end()) return;
  presented_.push_back(*bytes);
}

Term ScriptHellos::key(Value const& value) const {
  auto const* const bytes = value.get<vox::Bytes>();
  auto const found = bytes == nullptr ? presented_.end() : std::ranges::find(presented_, *bytes);
  if (found == presented_.end()) return {value};
  return {Variable{"key" + std::to_string(found - presented_.begin() + 1)}};
}

Json ScriptHellos::change(HeardHello const& hello, ScriptNames& names) {
  auto const& frame = hello.heard.frame;
  auto const* const given = frame.body.find("resume_key");
  Json body = Json::object();
  if (!hello.sent) {
    if (given == nullptr || !given->is<vox::Bytes>()) return body;
    // Of the other side only the key that it got of us, and the first time one that we need later:
    // over another link it may give another.
    auto const is_presented = frame.is("hello") || frame.is("client_hello");
    auto const wanted = key(*given);
    auto const* const name = wanted.get<Variable>();
    if (is_presented || (name != nullptr && bound_.insert(name->name).second)) {
      body["resume_key"] = term_json(wanted, FieldType::key);
    }
    return body;
  }
  auto item = names.sent(frame);
  if (auto* const own = find_field(item, "resume_key"); own != nullptr && given != nullptr) {
    *own = key(*given);
  }
  auto* const last = find_field(item, "last_received");
  if (last != nullptr && last->get<Value>() != nullptr && last->get<Value>()->number()) {
    *last = Term{Variable{"their_last"}};
  }
  body = term_json(item)[std::string{frame.kind->name}];
  strip(body, *frame.kind);
  return body;
}

std::vector<StepBody> ScriptHellos::steps(std::vector<HeardHello> const& hellos, ScriptNames& names,
                                          vox::Role ours, Dialect dialect) {
  std::vector<StepBody> out;
  if (came_about(hellos)) {
    auto const is_stable = hellos.back().heard.is_stable;
    Json messages = Json::object();
    for (auto const& hello : hellos) {
      auto body = change(hello, names);
      auto const name = std::string{hello.heard.frame.kind->name};
      if (!body.empty()) messages[name] = std::move(body);
      names.note(hello.heard.frame, hello.sent);
    }
    for (auto const name : always) {
      auto const was_said = std::ranges::any_of(
          hellos, [&](HeardHello const& hello) { return hello.heard.frame.is(name); });
      if (!was_said) messages[std::string{name}] = nullptr;
    }
    auto const conduit = is_stable ? Conduit::stable : Conduit::bare;
    auto plain = establish_steps({messages, {}}, ours, conduit, dialect);
    out.emplace_back(Establish{.messages = std::move(messages), .steps = std::move(plain)});
    return out;
  }
  for (auto const& hello : hellos) {
    auto const& frame = hello.heard.frame;
    if (frame.kind == nullptr) {
      FrameTerm bytes;
      bytes.form = frame.raw ? FrameTerm::Form::raw : FrameTerm::Form::payload;
      bytes.content = Term{Value{frame.bytes}};
      if (hello.sent)
        out.emplace_back(Send{.items = {Template{bytes}}, .together = false, .write = {}});
      continue;
    }
    Json const json{{std::string{frame.kind->name}, change(hello, names)}};
    names.note(frame, hello.sent);
    if (hello.sent) {
      out.emplace_back(
          Send{.items = {read_template({json, {}}, dialect)}, .together = false, .write = {}});
    } else {
      Expect expect;
      expect.frames = {read_pattern({json, {}}, Use::pattern, dialect)};
      expect.passing = passing_by_default(expect.frames);
      out.emplace_back(std::move(expect));
    }
  }
  return out;
}

}  // namespace voxspec::relay
