#include "conformance/trace/step_bodies.hpp"

#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/method_name.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/trace/establish.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

// A list, or one element in place of a list of one.
std::vector<Place> one_or_more(Place const& place) {
  if (place.value().is_array()) return place.list();
  return {place};
}

std::vector<Pattern> patterns(Place const& place, Use use, Dialect dialect) {
  std::vector<Pattern> out;
  for (auto const& frame : one_or_more(place))
    out.push_back(read_pattern(frame, use, dialect));
  if (out.empty()) place.fail("the list is empty");
  return out;
}

bool flag(Place const& step, std::string_view key) {
  return step.has(key) && (step / key).boolean();
}

std::vector<std::string> kinds_list(Place const& place, Dialect dialect) {
  std::vector<std::string_view> known;
  for (auto const& kind : frame_kinds(dialect))
    known.push_back(kind.name);
  std::vector<std::string> out;
  for (auto const& word : place.list()) {
    (void)word.word(known);
    out.push_back(word.text());
  }
  return out;
}

Term id_or_root(Place const& value) {
  return value.has("on") ? read_term(value / "on", FieldType::id, Use::send) : root_connection();
}

Write read_write(Place const& place) {
  Write write;
  if (place.value().is_string()) {
    auto const word = place.word(words("write_word"));
    write.mode = word == 0 ? Write::Mode::whole : Write::Mode::bytewise;
    return write;
  }
  check_table(place, "split");
  write.mode = Write::Mode::split;
  for (auto const& offset : (place / "split").list()) {
    auto const at = static_cast<std::size_t>(offset.number());
    if (at == 0 || (!write.split.empty() && at <= write.split.back())) {
      offset.fail("the offsets have to rise, and the first is at least 1");
    }
    write.split.push_back(at);
  }
  if (write.split.empty()) place.fail("there has to be an offset to cut at");
  return write;
}

StepBody read_send(Place const& value, Place const& step, Dialect dialect) {
  Send send;
  for (auto const& item : one_or_more(value))
    send.items.push_back(read_template(item, dialect));
  if (send.items.empty()) value.fail("the list is empty");
  send.together = flag(step, "together");
  if (step.has("write")) send.write = read_write(step / "write");
  return send;
}

StepBody read_expect(Place const& value, Place const& step, Dialect dialect) {
  Expect expect;
  expect.frames = patterns(value, Use::pattern, dialect);
  expect.any_order = flag(step, "any_order");
  expect.ahead = flag(step, "ahead");
  expect.passing = step.has("passing") ? kinds_list(step / "passing", dialect)
                                       : passing_by_default(expect.frames);
  return expect;
}

StepBody read_expect_none(Place const& value, Place const& step, Dialect dialect) {
  ExpectNone none;
  none.frames = patterns(value, Use::pattern_anywhere, dialect);
  if (!step.has("probe")) return none;
  auto const place = step / "probe";
  auto kind = place;
  if (place.value().is_object()) {
    check_table(place, "probe");
    kind = place / "kind";
    none.probe.on = id_or_root(place);
  }
  none.probe.kind = kind.word(words("probe_kind")) == 0 ? Probe::Kind::ping : Probe::Kind::call;
  return none;
}

StepBody read_expect_violation(Place const& value, Place const&, Dialect dialect) {
  value.check_keys(key_names("violation"));
  ExpectViolation violation;
  if (value.has("asks")) {
    for (auto const& word : (value / "asks").list()) {
      violation.asks.push_back(static_cast<Reaction>(word.word(words("reaction"))));
    }
    if (violation.asks.empty()) (value / "asks").fail("the list is empty");
  } else {
    violation.asks = {Reaction::told, Reaction::closed, Reaction::not_honoured, Reaction::survived};
  }
  if (value.has("honoured"))
    violation.honoured = patterns(value / "honoured", Use::pattern_anywhere, dialect);
  return violation;
}

ProcessEnding read_process(Place const& place) {
  if (place.value().is_object()) {
    check_table(place, "exited");
    auto const code = static_cast<int>((place / "exited").number() & 0xFFU);
    return {.kind = ProcessEnding::Kind::exited, .code = code};
  }
  auto const word = place.word(words("process_word"));
  return {.kind = static_cast<ProcessEnding::Kind>(word), .code = std::nullopt};
}

StepBody read_expect_end(Place const& value, Place const& step, Dialect dialect) {
  ExpectEnd end;
  for (auto const& cause : one_or_more(value)) {
    end.causes.push_back(static_cast<LinkEnding>(cause.word(words("end"))));
  }
  if (end.causes.empty()) value.fail("the list is empty");
  if (step.has("process")) {
    for (auto const& ending : one_or_more(step / "process")) {
      end.process.push_back(read_process(ending));
    }
  }
  if (step.has("passing")) end.passing = kinds_list(step / "passing", dialect);
  return end;
}

StepBody read_expect_exit(Place const& value, Place const&, Dialect) {
  ExpectExit exit;
  if (value.value() == "any") return exit;
  for (auto const& code : one_or_more(value)) {
    if (code.number() > 255) code.fail("an exit code is at most 255");
    exit.codes.push_back(static_cast<int>(code.number()));
  }
  if (exit.codes.empty()) value.fail("the list is empty", R"("any" takes every code)");
  return exit;
}

StepBody read_alive(Place const& value, Place const&, Dialect) {
  value.check_keys(key_names("alive"));
  Alive alive;
  alive.on = id_or_root(value);
  if (value.has("echo")) alive.echo = (value / "echo").boolean();
  return alive;
}

StepBody read_drop(Place const& value, Place const&, Dialect) {
  value.check_keys(key_names("drop"));
  return Drop{.reset = flag(value, "reset")};
}

template <class Body>
StepBody read_nothing(Place const& value, Place const&, Dialect) {
  value.check_keys(key_names("nothing"));
  return Body{};
}

StepBody read_wait(Place const& value, Place const&, Dialect) {
  check_table(value, "wait");
  constexpr std::uint64_t longest_ms = 600'000;
  if ((value / "ms").number() > longest_ms) (value / "ms").fail("that is more than ten minutes");
  return Wait{.duration = std::chrono::milliseconds{(value / "ms").number()},
              .reason = (value / "reason").text()};
}

StepBody read_let(Place const& value, Place const& step, Dialect) {
  if (!step.has("be")) step.fail("the value is missing", "give it as 'be'");
  auto const name = value.text();
  if (name.empty() || name.starts_with('$')) {
    value.fail("this is no name", "a name is written without its '$' here");
  }
  return Let{.name = name,
             .value = read_term(step / "be", FieldType::typed, Use::send),
             .on = id_or_root(step)};
}

StepBody read_announce(Place const& value, Place const&, Dialect) {
  check_table(value, "announce");
  auto const method = (value / "method").text();
  if (!is_known_method(method)) {
    (value / "method")
        .fail("unknown method '" + method + "'" + nearest_hint(method, known_methods()),
              "send a schema message to announce what Testbed does not have");
  }
  Announce announce;
  announce.on = id_or_root(value);
  announce.method = full_method_name(method);
  announce.direction = value.has("direction") ? (value / "direction").text() : "args";
  if (value.has("direction")) (void)(value / "direction").word(words("direction"));
  return announce;
}

StepBody read_do(Place const& value, Place const& step, Dialect) {
  value.check_keys(key_names("do"));
  if (value.value().size() != 1) value.fail("an action does one thing");
  auto const verb = value.value().begin().key();
  auto const with = value / verb;
  auto const table = "do_" + verb;
  check_table(with, table);
  for (auto const& key : key_table(table).keys) {
    if (!with.has(key.name)) continue;
    auto const field = with / std::string{key.name};
    if (key.type == "text") (void)field.text();
    if (key.type == "count") (void)field.number();
    if (key.type == "list") (void)field.list();
    if (key.type == "boolean") (void)field.boolean();
    if (key.type == "answer") (void)field.word(words("answer"));
  }
  Do action{.verb = verb, .with = with.value(), .name = {}};
  action.name = step.has("as") ? (step / "as").text() : step.pointer();
  return action;
}

StepBody read_saw(Place const& value, Place const& step, Dialect) {
  Saw saw;
  if (step.has("of")) saw.of = (step / "of").text();
  saw.pattern = read_term(value, FieldType::typed, Use::pattern);
  return saw;
}

StepBody read_await_credit(Place const& value, Place const&, Dialect) {
  check_table(value, "credit");
  return AwaitCredit{.on = id_or_root(value),
                     .channel = read_term(value / "channel", FieldType::id, Use::send),
                     .items = (value / "items").number()};
}

struct BodyReader {
  std::string_view kind;
  StepBody (*read)(Place const& value, Place const& step, Dialect dialect);
};
constexpr std::array<BodyReader, 19> readers{{
    {"send", read_send},
    {"expect", read_expect},
    {"expect_none", read_expect_none},
    {"expect_violation", read_expect_violation},
    {"expect_end", read_expect_end},
    {"expect_exit", read_expect_exit},
    {"alive", read_alive},
    {"drop", read_drop},
    {"half_close", read_nothing<HalfClose>},
    {"stop_reading", read_nothing<StopReading>},
    {"next_link", read_nothing<NextLink>},
    {"refuse_dials", read_nothing<RefuseDials>},
    {"restart", read_nothing<Restart>},
    {"wait", read_wait},
    {"let", read_let},
    {"announce", read_announce},
    {"do", read_do},
    {"saw", read_saw},
    {"await_credit", read_await_credit},
}};

}  // namespace

void check_table(Place const& place, std::string_view table) {
  place.check_keys(key_names(table));
  for (auto const& key : key_table(table).keys) {
    if (key.required && !place.has(key.name)) {
      place.fail("'" + std::string{key.name} + "' is missing");
    }
  }
}

Step read_common(Place const& step) {
  Step out;
  out.pointer = step.pointer();
  if (step.has("link")) out.link = (step / "link").text();
  if (step.has("note")) out.note = (step / "note").text();
  if (step.has("frames")) {
    for (auto const& frame : (step / "frames").list())
      frame.check_keys(key_names("record"));
  }
  return out;
}

StepBody read_step_body(Place const& value, Place const& step, std::string const& kind,
                        Dialect dialect) {
  auto const* const reader = std::ranges::find(readers, kind, &BodyReader::kind);
  VOX_ASSERT(reader != readers.end());
  return reader->read(value, step, dialect);
}

StepBody read_establish(Place const& value, vox::Role role, Conduit conduit, Dialect dialect) {
  return Establish{.messages = value.value(),
                   .steps = establish_steps(value, role, conduit, dialect)};
}

}  // namespace voxspec
