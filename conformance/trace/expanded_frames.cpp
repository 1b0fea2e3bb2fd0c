#include "conformance/trace/expanded_frames.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/trace/field_list.hpp"
#include "conformance/trace/plain_step.hpp"

#include <algorithm>
#include <utility>

namespace voxspec {
namespace {

// Nonces and ids of probes: far from those that cases name.
constexpr std::uint64_t probe_nonce_first = 9'000'001;
constexpr std::uint64_t probe_request_first = 4'500'001;

std::string side_of(IdOf const& id) {
  return id.ours ? "ours" : "theirs";
}

// An id of a connection whose parities show only when the case runs.
Json nth_of(IdOf const& id, std::string const& connection) {
  return {{"nth", id.n}, {"of", side_of(id)}, {"on", connection}};
}

}  // namespace

ExpandedFrames::ExpandedFrames(Case const& trace)
    : case_{&trace},
      // An initiator is odd unless it says otherwise, and then an acceptor is even.
      ids_{trace.role == vox::Role::initiator ? vox::Parity::odd : vox::Parity::even} {}

Json ExpandedFrames::sent(FrameTerm const& item, std::string const& link, Json& out) {
  auto written = parts_.write(named(item, out), known_, ids_, stages_[link], *case_);
  if (written.frame) {
    ids_.note(*written.frame, true);
    ledger(link).note_sent(*written.frame);
  }
  return std::move(written.json);
}

Json ExpandedFrames::sent_json(Json const& frame, std::string const& link, Json& out) {
  return sent(read_template({frame, {}}, case_->dialect), link, out);
}

Json ExpandedFrames::announced(Announce const& announce, std::string const& link, Json& out) {
  Json frames = Json::array();
  auto const on = fill_known(announce.on, FieldType::id, known_, ids_);
  auto const* const name = on.get<Variable>();
  auto const* const value = on.get<Value>();
  auto const number = name != nullptr    ? parts_.mark(name->name)
                      : value != nullptr ? value->number().value_or(0)
                                         : 0;
  auto const key =
      link + " " + std::to_string(number) + " " + announce.method + " " + announce.direction;
  auto const item = ledger(link).announce(number, announce.method, announce.direction);
  if (item && *item) {
    auto json = frame_json(**item);
    json["on"] = term_json(on, FieldType::id);
    auto frame = sent_json(json, link, out);
    frame["once"] =
        term_json(on, FieldType::id).dump() + " " + announce.method + " " + announce.direction;
    announced_[key] = frame;
    frames.push_back(std::move(frame));
  } else if (perhaps_.contains(key)) {
    frames.push_back(announced_[key]);
  }
  return frames;
}

Asking ExpandedFrames::ping(std::string const& link) {
  Json out = Json::array();
  Json const body{{"nonce", probe_nonce_first + pings_++}};
  Asking asking;
  asking.frames.push_back(sent_json(Json{{"on", 0}, {"ping", body}}, link, out));
  asking.answer = asking.until = expected_json(Json{{"on", 0}, {"pong", body}}, link, out);
  return asking;
}

Asking ExpandedFrames::echo(Term const& on, std::string const& link, bool must_echo, Json& out) {
  auto asking = Asking{};
  asking.frames = announced({.on = on, .method = "Testbed.echo", .direction = "args"}, link, out);
  auto const where = term_json(on, FieldType::id);
  Json const id{{"ours", probe_request_first + calls_++}};
  Json const call{{"id", id},
                  {"method_id", {{"method", "Testbed.echo"}}},
                  {"args", {{"args_of", "echo"}, {"value", Json::array({"alive"})}}}};
  asking.frames.push_back(sent_json(Json{{"on", where}, {"request_call", call}}, link, out));
  Json answer{{"id", id}};
  asking.until = expected_json(Json{{"on", where}, {"request_response", answer}}, link, out);
  Json const schemas{{"method_id", {{"method", "Testbed.echo"}}}, {"direction", "response"}};
  asking.aside.push_back(expected_json(Json{{"on", where}, {"schema", schemas}}, link, out));
  if (must_echo) answer["ret"] = {{"returned_by", "echo"}, {"value", {{"Ok", "alive"}}}};
  asking.answer = expected_json(Json{{"on", where}, {"request_response", answer}}, link, out);
  return asking;
}

Json ExpandedFrames::expected_json(Json const& frame, std::string const& link, Json& out) {
  return expected(read_pattern({frame, {}}, Use::pattern, case_->dialect), link, out);
}

Json ExpandedFrames::expected(FrameTerm const& pattern, std::string const& link, Json& out) {
  auto json = field_list(fill_known(named(pattern, out), known_, ids_), ids_.ours());
  auto const inside = pattern.form == FrameTerm::Form::frame && pattern.kind != nullptr &&
                      pattern.kind->layer == Layer::message;
  return inside && stages_[link].layer == Layer::stable ? in_stable_frame(std::move(json)) : json;
}

Json ExpandedFrames::expected(std::vector<Pattern> const& patterns, std::string const& link,
                              Json& out) {
  Json all = Json::array();
  for (auto const& pattern : patterns)
    all.push_back(expected(pattern, link, out));
  return all;
}

void ExpandedFrames::note_expected(FrameTerm const& pattern, std::string const& link) {
  ids_.note(known_part(pattern), false);
  stages_[link].note(pattern, *case_);
}

FrameTerm ExpandedFrames::named(FrameTerm frame, Json& out) {
  for (auto& inside : frame.inside)
    inside = named(std::move(inside), out);
  for (auto& [name, term] : frame.fields)
    term = named_id(std::move(term), frame, out);
  return frame;
}

Term ExpandedFrames::named_id(Term term, FrameTerm const& frame, Json& out) {
  auto const* const connection = frame.on ? frame.on->get<Variable>() : nullptr;
  auto const* const id = term.get<IdOf>();
  if (id == nullptr || connection == nullptr || known_.contains(connection->name)) return term;
  auto name = connection->name + "." + side_of(*id) + "." + std::to_string(id->n);
  if (lets_.insert(name).second) {
    auto json = step_head("let", Step{});
    json["name"] = name;
    json["be"] = nth_of(*id, connection->name);
    out.push_back(std::move(json));
  }
  return Term{Variable{std::move(name)}};
}

// The fields of a frame that are settled.
Frame ExpandedFrames::known_part(FrameTerm const& term) const {
  Frame frame;
  frame.kind = term.kind;
  if (term.on) {
    auto const on = fill(*term.on, FieldType::id, known_, ids_.ours());
    frame.on = on ? on->number().value_or(0) : 0;
  }
  for (auto const& [name, inner] : term.fields) {
    auto const type = term.kind->fields[term.kind->field(name)].type;
    auto value = fill(inner, type, known_, ids_.ours_on(frame.on));
    if (value) frame.body[name] = *std::move(value);
  }
  if (term.form == FrameTerm::Form::frame) {
    for (auto const& inner : term.inside)
      frame.inside.push_back(known_part(inner));
  }
  return frame;
}

SchemaLedger& ExpandedFrames::ledger(std::string const& link) {
  return ledgers_.try_emplace(link, case_->dialect).first->second;
}

Term ExpandedFrames::settled(Term const& term, FieldType type) const {
  return fill_known(term, type, known_, ids_);
}

Json ExpandedFrames::settled_condition(Term const& term) const {
  return condition(settled(term, FieldType::typed), FieldType::typed, ids_.ours());
}

Json ExpandedFrames::named_later(Let const& let) const {
  auto const* const connection = let.on.get<Variable>();
  auto const* const id = let.value.get<IdOf>();
  if (id != nullptr && connection != nullptr && !known_.contains(connection->name)) {
    return nth_of(*id, connection->name);
  }
  return settled_condition(let.value);
}

bool ExpandedFrames::let(Let const& let) {
  auto const on = fill(let.on, FieldType::id, known_, ids_.ours());
  auto const is_id = let.value.get<IdOf>() != nullptr;
  std::optional<Value> known;
  if (on || !is_id) {
    auto const parity = on ? ids_.ours_on(on->number().value_or(0)) : ids_.ours();
    if (auto value = fill(let.value, FieldType::typed, known_, parity)) known = *std::move(value);
  }
  if (known) {
    known_[let.name] = *std::move(known);
  } else {
    known_.erase(let.name);
  }
  return known_.contains(let.name);
}

void ExpandedFrames::begin_link(std::string const& link) {
  ledgers_.erase(link);
  std::erase_if(announced_, [&](auto const& one) { return one.first.starts_with(link + " "); });
  stages_[link] = {};
}

void ExpandedFrames::go_back_to(ExpandedFrames const& before) {
  auto const pings = pings_;
  auto const calls = calls_;
  *this = before;
  pings_ = pings;
  calls_ = calls;
}

void ExpandedFrames::go_on_after(std::vector<ExpandedFrames> const& alternatives,
                                 ExpandedFrames const& before) {
  lets_ = before.lets_;
  for (auto const& each : alternatives) {
    pings_ = std::max(pings_, each.pings_);
    calls_ = std::max(calls_, each.calls_);
    for (auto const& [key, frame] : each.announced_) {
      if (!before.announced_.contains(key)) perhaps_.insert(key);
      announced_.try_emplace(key, frame);
    }
  }
}

}  // namespace voxspec
