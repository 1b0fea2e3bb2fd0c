#include "conformance/explore/writer.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/peer/fault.hpp"
#include "conformance/runner/eligibility.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace voxspec::explore {
namespace {

// Each branch nests the rest of the case, and the reader of traces bounds its depth.
constexpr std::size_t branches_max = 8;
// How long a subject gets to do what it does beside the loop that reads the link.
constexpr int pause_ms = 200;

constexpr std::array unasked_kinds{"protocol_error",
                                   "connection_open",
                                   "connection_accept",
                                   "connection_reject",
                                   "connection_close",
                                   "request_call",
                                   "request_response",
                                   "request_cancel",
                                   "channel_item",
                                   "channel_close",
                                   "channel_reset",
                                   "channel_grant_credit",
                                   "pong"};

// The connection on which a step announces schemas of ours, if it does.
std::optional<Json> announces_on(Json const& step) {
  for (auto const* const key : {"call", "request", "announce"}) {
    if (step.contains(key)) return step[key].value("on", Json(0));
  }
  if (step.contains("alive") && step["alive"].value("echo", true)) {
    return step["alive"].value("on", Json(0));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> Script::move_of(std::string_view pointer) const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    auto const& move = moves[i];
    if (!pointer.starts_with(move.list + "/")) continue;
    auto const digits = pointer.substr(move.list.size() + 1);
    auto const index = std::stoul(std::string{digits.substr(0, digits.find('/'))});
    // What stands in the alternative of an earlier move has a longer path, and comes later.
    if (index >= move.begin && index < move.end) found = i;
  }
  return found;
}

Writer::Writer(Model const& model, Conversation start, Manner manner)
    : model_{model}, manner_{manner}, conversation_{std::move(start)}, path_{"/steps"} {
  conversation_.moves.clear();
  for (auto const& [name, value] : model.defines.items())
    defines_.set(name, value);
  document_["steps"] = Json::array();
}

bool Writer::allows(std::size_t index) const {
  auto const& row = model_.rows[index];
  auto const& setting = model_.settings[conversation_.setting];
  if (row.role && *row.role != conversation_.role) return false;
  if (row.conduit && *row.conduit != conversation_.conduit) return false;
  if (!row.is_in(conversation_.dialect)) return false;
  if (row.settings.empty() ? !setting.scenario.empty() : !has(row.settings, setting.name)) {
    return false;
  }
  auto const branches = row.then == Then::either || (row.then == Then::violation && compares());
  if (branches && depth_ == branches_max) return false;
  if (compares() && !row.not_compared.empty()) return false;
  return state_.allows(row) && state_.pick(row, {}, defines_).has_value();
}

// What may come by itself is passed over in every step that expects something, beside what the row
// lets pass.
void Writer::let_pass(Json& step) const {
  if (step.contains("repeat")) {
    for (auto& inner : step["repeat"]["steps"])
      let_pass(inner);
  }
  if (step.contains("one_of")) {
    for (auto& alternative : step["one_of"])
      for (auto& inner : alternative["steps"])
        let_pass(inner);
  }
  if (!step.contains("expect")) return;
  auto const passing = state_.passing();
  if (passing.empty()) return;
  auto& kinds = step["passing"];
  if (kinds.is_null()) kinds = Json::array({"schema"});
  for (auto const& kind : passing)
    kinds.push_back(kind);
}

void Writer::put(Json step) {
  if (auto const on = announces_on(step)) state_.note_announced(*on);
  let_pass(step);
  document_[path_].push_back(std::move(step));
}

void Writer::put_all(Json const& steps) {
  for (auto const& step : steps) {
    if (step.is_array()) {
      put_all(step);
    } else {
      put(step);
    }
  }
}

void Writer::put_quiet() {
  Json frames = Json::array();
  auto const passing = state_.passing();
  for (auto const* const kind : unasked_kinds) {
    if (!has(passing, kind)) frames.push_back(Json{{kind, Json::object()}});
  }
  put(Json{{"expect_none", std::move(frames)}});
}

void Writer::put_pause() {
  if (manner_ != Manner::comparing_slowly) return;
  put(Json{
      {"wait", {{"ms", pause_ms}, {"reason", "two subjects are compared when both are done"}}}});
}

void Writer::branch(bool is_violation) {
  put_pause();
  Json alternatives = Json::array();
  alternatives.push_back(Json{{"steps", Json::array()}});
  alternatives.push_back(
      Json{{"steps",
            Json::array({Json{{"expect_violation", Json{{"asks", {"closed", "survived"}}}}}})}});
  if (compares()) {
    alternatives.push_back(
        Json{{"steps", Json::array({Json{{"expect_end", {"closed", "eof", "reset", "mute"}}}})}});
  }
  auto& list = document_[path_];
  auto const index = list.size();
  list.push_back(Json{{"one_of", std::move(alternatives)}});
  path_ = path_ / index / "one_of" / 0 / "steps";
  ++depth_;
  put(Json{{"alive", Json{{"echo", false}}}});
  if (is_violation) {
    // How it is met is compared and not judged, so that what comes of it is in nobody's way.
    state_.add({{"is", "leftover"},
                {"passing",
                 {"connection_accept", "connection_reject", "connection_close", "request_response",
                  "pong"}}});
  }
}

bool Writer::add(Move const& move) {
  if (!allows(move.row)) return false;
  auto const& row = model_.rows[move.row];
  auto picked = state_.pick(row, move.choices, defines_);
  if (!picked) return false;
  put_pause();
  Placed placed{.row = move.row, .list = path_.to_string(), .begin = document_[path_].size()};
  // A step is written with what the move brings with it in place, so that what may come by itself
  // can come during the move.
  auto const steps = substituted({row.steps, "/" + row.name}, picked->values);
  auto const violation = substituted({row.violation, "/" + row.name}, picked->values);
  state_.apply(row, *picked);
  put_all(steps);
  bool const is_violation = row.then == Then::violation;
  if (is_violation && manner_ == Manner::judging) {
    put(Json{{"expect_violation", violation}});
  } else if (is_violation || row.then == Then::either) {
    branch(is_violation);
  }
  auto const goes_on =
      row.then == Then::goes_on || row.then == Then::either || (is_violation && compares());
  if (!goes_on) state_.enter("over");
  if (goes_on && move.probe && state_.phase() == "up") put_quiet();
  placed.end = document_[Json::json_pointer{placed.list}].size();
  placed_.push_back(std::move(placed));
  states_.push_back(state_.signature());
  for (auto& kind : state_.racing())
    racing_.insert(std::move(kind));
  conversation_.moves.push_back(move);
  return true;
}

std::expected<Script, TraceError> Writer::finish() {
  if (state_.phase() == "up") {
    auto const begin = document_[path_].size();
    put_quiet();
    // Whether schemas come again after a resume is read in two ways: then no call is made.
    auto const calls = state_.any({{"is", "connection"}, {"id", 0}, {"state", "open"}});
    put(Json{{"alive", calls ? Json::object() : Json{{"echo", false}}}});
    if (!placed_.empty()) {
      // Whatever is due to nobody is laid at the door of the last move.
      placed_.push_back({.row = placed_.back().row,
                         .list = path_.to_string(),
                         .begin = begin,
                         .end = document_[path_].size()});
      states_.push_back(states_.back());
    }
  }
  put_pause();
  auto const& setting = model_.settings[conversation_.setting];
  std::set<std::string> rules;
  std::set<std::string> needs{setting.needs.begin(), setting.needs.end()};
  for (auto const& move : conversation_.moves) {
    auto const& row = model_.rows[move.row];
    for (auto const clause : row.clauses)
      rules.emplace(clause.id());
    needs.insert(row.needs.begin(), row.needs.end());
  }
  if (rules.empty()) rules.emplace("session.message/1");
  Json head{{"about", "A conversation made of the model"}, {"rules", rules}};
  auto const dialect = conversation_.dialect;
  if (dialect != Dialect::vox_0_4) head["dialects"] = {dialect_word(dialect)};
  head["peer"] = {{"role", conversation_.role == vox::Role::initiator ? "initiator" : "acceptor"},
                  {"conduit", conversation_.conduit == Conduit::bare ? "bare" : "stable"},
                  {"transports", {conversation_.transport}}};
  if (!setting.scenario.empty()) head["subject"]["client"] = setting.scenario;
  if (!setting.env.empty()) head["subject"]["env"] = setting.env;
  if (!needs.empty()) head["needs"] = needs;
  if (manner_ == Manner::comparing_slowly) head["slow"] = true;
  head["steps"] = std::move(document_["steps"]);
  auto file = parse_trace(head.dump(), "model", dialect);
  if (!file) return std::unexpected(file.error());
  Script script{.document = std::move(head),
                .trace = std::move(file->cases.front()),
                .moves = std::move(placed_),
                .states = std::move(states_),
                .racing = std::move(racing_)};
  script.trace.id = "explored";
  return script;
}

std::expected<Script, TraceError> script_of(Model const& model, Conversation const& conversation,
                                            Manner manner, Conversation* kept) {
  Writer writer{model, conversation, manner};
  for (auto const& move : conversation.moves)
    writer.add(move);
  if (kept != nullptr) *kept = writer.conversation();
  return writer.finish();
}

}  // namespace voxspec::explore
