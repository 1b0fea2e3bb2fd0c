#include "conformance/trace/step_reader.hpp"

#include "conformance/peer/term_json.hpp"
#include "conformance/trace/macros.hpp"
#include "conformance/trace/step_bodies.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace voxspec {
namespace {

constexpr std::size_t steps_max = 100'000;
constexpr std::size_t depth_max = 32;

std::vector<std::string_view> known_kinds() {
  std::vector<std::string_view> names;
  for (auto const& kind : step_kinds())
    names.push_back(kind.name);
  for (auto const& [name, macro] : macros().items())
    names.push_back(name);
  return names;
}

bool is_kind(std::string_view key) {
  return find_step_kind(key) != nullptr || find_macro(key) != nullptr;
}

// The one key that says what the step does; every other key has to belong to it.
std::string kind_of_step(Place const& place) {
  if (!place.value().is_object()) place.wanted("a step");
  std::string kind;
  for (auto const& [key, value] : place.value().items()) {
    if (!is_kind(key)) continue;
    if (!kind.empty()) {
      place.fail("a step does one thing, this one names '" + kind + "' and '" + key + "'");
    }
    kind = key;
  }
  std::vector<std::string_view> known;
  for (auto const& key : common_step_keys())
    known.push_back(key.name);
  if (kind.empty()) {
    auto const kinds = known_kinds();
    known.insert(known.end(), kinds.begin(), kinds.end());
    place.check_keys(known);
    place.fail("the step has no kind", "kinds of steps: " + joined(kinds));
  }
  known.push_back(kind);
  if (auto const* const step = find_step_kind(kind)) {
    for (auto const& key : step->beside)
      known.push_back(key.name);
  }
  place.check_keys(known);
  return kind;
}

}  // namespace

std::vector<Step> StepReader::read(Place const& steps, Scope const& scope) {
  if (++depth_ > depth_max) steps.fail("steps are nested too deeply");
  Json made;
  auto const& list = substituted_shallow(steps, scope, made);
  std::vector<Step> out;
  for (auto const& place : Place{list, steps.pointer()}.list())
    read_element(place, scope, out);
  --depth_;
  return out;
}

// A parameter that is a list of steps takes the place of one.
void StepReader::read_element(Place const& place, Scope const& scope, std::vector<Step>& out) {
  Json made;
  auto const& element = substituted_shallow(place, scope, made);
  if (!element.is_array()) {
    read_step({element, place.pointer()}, scope, out);
    return;
  }
  for (auto const& inner : element)
    read_step({inner, place.pointer()}, scope, out);
}

void StepReader::read_step(Place const& place, Scope const& scope, std::vector<Step>& out) {
  auto const kind = kind_of_step(place);
  // These two read their steps by themselves: what a repeat counts is not known out here.
  if (kind == "repeat" || kind == "one_of") {
    Step step = read_common(place);
    auto const value = place / kind;
    step.body = kind == "repeat" ? read_repeat(value, scope) : read_one_of(value, scope);
    keep(std::move(step), out);
    return;
  }
  Json made;
  Place const there{substituted(place, scope, made), place.pointer()};
  if (auto const* const macro = find_macro(kind)) {
    expand_macro(there, kind, *macro, out);
    return;
  }
  auto step = read_common(there);
  step.body = read_body(there / kind, there, kind);
  keep(std::move(step), out);
}

void StepReader::keep(Step step, std::vector<Step>& out) {
  if (++steps_ > steps_max) {
    Place{Json{}, step.pointer}.fail("the case has too many steps",
                                     "the most are " + std::to_string(steps_max));
  }
  out.push_back(std::move(step));
}

StepBody StepReader::read_body(Place const& value, Place const& step, std::string const& kind) {
  if (kind == "establish")
    return read_establish(value, case_->role, case_->conduit, case_->dialect);
  if (kind == "wait" && !case_->slow) {
    value.fail("only slow cases may wait", R"(say "slow": true, or find a probe instead)");
  }
  auto body = read_step_body(value, step, kind, case_->dialect);
  if (auto const* const send = std::get_if<Send>(&body)) {
    for (auto const& item : send->items)
      note_ids(item);
  }
  return body;
}

// How many rounds to unroll: as many as are played, or, where the subject gives the number, as
// many as may be.
std::uint64_t StepReader::read_times(Place const& place, Scope const& scope, Repeat& repeat) {
  Json made;
  auto const& json = substituted(place / "times", scope, made);
  Place const times{json, (place / "times").pointer()};
  bool const is_name = json.is_string() && json.get<std::string>().starts_with('$');
  if (is_name != place.has("at_most")) {
    times.fail(is_name ? "a name may be any number" : "'at_most' is for names only",
               is_name ? "say in 'at_most' how many rounds there are at most" : "");
  }
  if (is_name) repeat.times = Term{Variable{json.get<std::string>().substr(1)}};
  auto const rounds = is_name ? (place / "at_most").number() : times.number();
  if (rounds > steps_max) times.fail("that is too often");
  return rounds;
}

StepBody StepReader::read_repeat(Place const& value, Scope const& scope) {
  Json made;
  Place const place{substituted_shallow(value, scope, made), value.pointer()};
  check_table(place, "repeat");
  auto const name = place.has("as") ? (place / "as").text() : std::string{"i"};
  Repeat repeat;
  auto const times = read_times(place, scope, repeat);
  // Rounds in which nothing is numbered are all as the first, which is read once.
  std::optional<std::size_t> steps_of_each;
  for (std::uint64_t i = 1; i <= times; ++i) {
    if (++steps_ + steps_of_each.value_or(0) > steps_max) place.fail("the case has too many steps");
    if (steps_of_each) {
      steps_ += *steps_of_each;
      repeat.rounds.push_back(repeat.rounds.front());
      continue;
    }
    auto const steps_before = steps_;
    auto const fresh_before = fresh_;
    Scope round{&scope};
    round.set(name, i);
    repeat.rounds.push_back(read(place / "steps", round));
    if (i == 1 && fresh_ == fresh_before && !round.unused().empty()) {
      steps_of_each = steps_ - steps_before;
      repeat.rounds.reserve(times);
    }
  }
  return repeat;
}

StepBody StepReader::read_one_of(Place const& value, Scope const& scope) {
  Json made_list;
  auto const& list = substituted_shallow(value, scope, made_list);
  OneOf one_of;
  for (auto const& element : Place{list, value.pointer()}.list()) {
    Json made;
    Place const place{substituted_shallow(element, scope, made), element.pointer()};
    place.check_keys(key_names("alternative"));
    if (!place.has("steps")) place.fail("an alternative needs its 'steps'");
    Alternative alternative;
    if (place.has("verdict")) {
      auto const word = (place / "verdict").word(words("worth"));
      alternative.worth = static_cast<Alternative::Worth>(word);
    }
    if (place.has("reason")) alternative.reason = (place / "reason").text();
    if (alternative.worth != Alternative::Worth::pass && alternative.reason.empty()) {
      place.fail("an alternative that is not a pass needs a 'reason'");
    }
    alternative.steps = read(place / "steps", scope);
    if (alternative.steps.empty()) place.fail("an alternative needs a step");
    one_of.alternatives.push_back(std::move(alternative));
  }
  if (one_of.alternatives.empty()) value.fail("there has to be an alternative");
  return one_of;
}

void StepReader::expand_macro(Place const& step, std::string const& name, Macro const& macro,
                              std::vector<Step>& out) {
  auto const value = step / name;
  auto given = Json::object();
  auto const scope = macro_scope(value, *macro.parameters, given);
  auto const common = read_common(step);
  for (auto const& inner : macro.steps) {
    if (!inner.applies(given)) continue;
    auto const first = out.size();
    if (++depth_ > depth_max) value.fail("macros are nested too deeply");
    read_step({inner.step, value.pointer()}, scope, out);
    --depth_;
    for (auto i = first; i < out.size(); ++i) {
      out[i].pointer = common.pointer;
      out[i].link = common.link;
      out[i].macro = name;
      if (out[i].note.empty()) out[i].note = common.note;
    }
  }
}

Scope StepReader::macro_scope(Place const& value, Json const& parameters, Json& given) {
  std::vector<std::string_view> names;
  for (auto const& [parameter, about] : parameters.items())
    names.push_back(parameter);
  value.check_keys(names);
  Scope scope;
  for (auto const& [parameter, about] : parameters.items()) {
    if (value.has(parameter)) {
      given[parameter] = (value / parameter).value();
    } else if (about.contains("default")) {
      auto const preset = substituted({about["default"], value.pointer()}, scope);
      auto const is_fresh = preset.is_object() && preset.contains("fresh");
      given[parameter] = is_fresh ? fresh(preset["fresh"].get<std::string>(), scope) : preset;
    } else if (!about.contains("optional")) {
      value.fail("'" + parameter + "' is missing", about["about"].get<std::string>());
    } else {
      continue;
    }
    scope.set(parameter, given[parameter]);
  }
  return scope;
}

Json StepReader::fresh(std::string const& what, Scope const& scope) {
  ++fresh_;
  if (what == "connection") return {{"ours", ++connections_}};
  if (what == "request") {
    auto const* const on = scope.find("on");
    VOX_ASSERT(on != nullptr);
    return {{"ours", ++requests_[on->dump()]}};
  }
  VOX_ASSERT(what == "name");
  return "unnamed_" + std::to_string(++names_);
}

// Ids that a case spells out are not handed out again.
void StepReader::note_ids(Template const& item) {
  if (item.kind == nullptr || !item.on) return;
  auto const number_of = [](Term const* term) -> std::uint64_t {
    auto const* const id = term == nullptr ? nullptr : term->get<IdOf>();
    return id != nullptr && id->ours ? id->n : 0;
  };
  if (item.kind->name == "connection_open") {
    connections_ = std::max(connections_, number_of(&*item.on));
  } else if (item.kind->name == "request_call") {
    auto& used = requests_[term_json(*item.on, FieldType::id).dump()];
    used = std::max(used, number_of(item.field("id")));
  }
}

}  // namespace voxspec
