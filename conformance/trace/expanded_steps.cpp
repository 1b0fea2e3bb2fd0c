#include "conformance/trace/expanded_steps.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/trace/field_list.hpp"
#include "conformance/trace/frame_parts.hpp"
#include "conformance/trace/plain_step.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace voxspec {
namespace {

// Nonces and ids of probes: far from those that cases name.
constexpr std::uint64_t probe_nonce_first = 9'000'001;
constexpr std::uint64_t probe_request_first = 4'500'001;

// A question, as frames to send and what comes of them.
struct Asking {
  Json frames = Json::array();
  Json until = nullptr;        // the answer, right or wrong
  Json answer = nullptr;       // the right one
  Json aside = Json::array();  // what belongs to the answer and may come before it
};

// Goes through the steps of one case as they would run, with what is known of its values before.
class Expander {
 public:
  explicit Expander(Case const& trace)
      : case_{&trace},
        // An initiator is odd unless it says otherwise, and then an acceptor is even.
        ids_{trace.role == vox::Role::initiator ? vox::Parity::odd : vox::Parity::even} {}

  Json steps(std::vector<Step> const& steps) {
    Json out = Json::array();
    for (auto const& step : steps)
      add(step, out);
    return out;
  }
  // Whoever is in a session after the last step has to work still.
  void add_last(Json& out) {
    if (!established_->contains(last_link_)) return;
    if (case_->conduit == Conduit::stable) stages_[last_link_].layer = Layer::stable;
    Step step;
    step.link = last_link_;
    auto json = ask_step(step, ping(step.link));
    json["when"] = "session_stands";
    json["basic"] = true;
    out.push_back(std::move(json));
  }

 private:
  void add(Step const& step, Json& out) {
    auto const before = out.size();
    last_link_ = step.link;
    add_any(step, out);
    if (stages_[step.link].is_established()) established_->insert(step.link);
    auto const is_basic =
        std::holds_alternative<Establish>(step.body) || std::holds_alternative<Alive>(step.body);
    for (auto at = before; is_basic && at < out.size(); ++at)
      out[at]["basic"] = true;
  }

  void add_any(Step const& step, Json& out) {
    if (auto const* const body = std::get_if<Establish>(&step.body)) {
      add_establish(*body, step, out);
    } else if (auto const* const send = std::get_if<Send>(&step.body)) {
      add_send(*send, step, out);
    } else if (auto const* const announce = std::get_if<Announce>(&step.body)) {
      add_announce(*announce, step, out);
    } else if (auto const* const alive = std::get_if<Alive>(&step.body)) {
      add_alive(*alive, step, out);
    } else if (auto const* const none = std::get_if<ExpectNone>(&step.body)) {
      add_expect_none(*none, step, out);
    } else if (auto const* const violation = std::get_if<ExpectViolation>(&step.body)) {
      add_violation(*violation, step, out);
    } else if (auto const* const expect = std::get_if<Expect>(&step.body)) {
      add_expect(*expect, step, out);
    } else if (auto const* const repeat = std::get_if<Repeat>(&step.body)) {
      add_repeat(*repeat, step, out);
    } else if (auto const* const one_of = std::get_if<OneOf>(&step.body)) {
      add_one_of(*one_of, step, out);
    } else if (auto const* const let = std::get_if<Let>(&step.body)) {
      add_let(*let, step, out);
    } else {
      add_other(step, out);
    }
  }

  void add_establish(Establish const& body, Step const& step, Json& out) {
    for (auto plain : body.steps) {
      plain.link = step.link;
      plain.pointer = step.pointer;
      // Ids are resolved for an odd initiator; the case says so where it can be seen.
      if (auto* const expect = std::get_if<Expect>(&plain.body)) {
        auto& frame = expect->frames.at(0);
        if (frame.name() == "hello" && frame.field("parity") == nullptr) {
          frame.fields.insert(frame.fields.begin(), {"parity", Term{Value{"odd"}}});
        }
      }
      add(plain, out);
    }
  }

  void add_send(Send const& send, Step const& step, Json& out) {
    Json frames = Json::array();
    for (auto const& item : send.items)
      frames.push_back(sent(item, step.link, out));
    if (!send.items.empty()) last_item_ = named(send.items.back(), out);
    auto json = step_head("send", step);
    json["frames"] = std::move(frames);
    json["together"] = send.together;
    json["cut"] =
        send.write.mode == Write::Mode::bytewise ? Json("bytewise") : Json(send.write.split);
    out.push_back(std::move(json));
  }

  // The frame as bytes; what it tells about ids and schemas is noted.
  Json sent(FrameTerm const& item, std::string const& link, Json& out) {
    auto written = parts_.write(named(item, out), known_, ids_, stages_[link], case_->conduit);
    if (written.frame) {
      ids_.note(*written.frame, true);
      ledger(link).note_sent(*written.frame);
    }
    return std::move(written.json);
  }

  void add_announce(Announce const& announce, Step const& step, Json& out) {
    auto frames = announced(announce, step.link, out);
    if (frames.empty()) return;
    auto json = step_head("send", step);
    json["frames"] = std::move(frames);
    json["together"] = false;
    json["cut"] = Json::array();
    out.push_back(std::move(json));
  }

  // The schemas of one half of a method, unless they are known there.
  Json announced(Announce const& announce, std::string const& link, Json& out) {
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
      auto frame = sent(read_template({json, {}}, case_->dialect), link, out);
      frame["once"] =
          term_json(on, FieldType::id).dump() + " " + announce.method + " " + announce.direction;
      announced_[key] = frame;
      frames.push_back(std::move(frame));
    } else if (perhaps_.contains(key)) {
      frames.push_back(announced_[key]);
    }
    return frames;
  }

  Asking ping(std::string const& link) {
    Json out = Json::array();
    Json const body{{"nonce", probe_nonce_first + pings_++}};
    Asking asking;
    asking.frames.push_back(
        sent(read_template({Json{{"on", 0}, {"ping", body}}, {}}, case_->dialect), link, out));
    asking.answer = asking.until = expected(Json{{"on", 0}, {"pong", body}}, link, out);
    return asking;
  }

  Asking echo(Term const& on, std::string const& link, bool must_echo, Json& out) {
    auto asking = Asking{};
    asking.frames = announced({.on = on, .method = "Testbed.echo", .direction = "args"}, link, out);
    auto const where = term_json(on, FieldType::id);
    Json const id{{"ours", probe_request_first + calls_++}};
    Json const call{{"id", id},
                    {"method_id", {{"method", "Testbed.echo"}}},
                    {"args", {{"args_of", "echo"}, {"value", Json::array({"alive"})}}}};
    asking.frames.push_back(
        sent(read_template({Json{{"on", where}, {"request_call", call}}, {}}, case_->dialect), link,
             out));
    Json answer{{"id", id}};
    asking.until = expected(Json{{"on", where}, {"request_response", answer}}, link, out);
    Json const schemas{{"method_id", {{"method", "Testbed.echo"}}}, {"direction", "response"}};
    asking.aside.push_back(expected(Json{{"on", where}, {"schema", schemas}}, link, out));
    if (must_echo) answer["ret"] = {{"returned_by", "echo"}, {"value", {{"Ok", "alive"}}}};
    asking.answer = expected(Json{{"on", where}, {"request_response", answer}}, link, out);
    return asking;
  }

  Json expected(Json const& frame, std::string const& link, Json& out) {
    return expected(read_pattern({frame, {}}, Use::pattern, case_->dialect), link, out);
  }
  Json expected(FrameTerm const& pattern, std::string const& link, Json& out) {
    auto json = field_list(fill_known(named(pattern, out), known_, ids_), ids_.ours());
    auto const inside = pattern.form == FrameTerm::Form::frame && pattern.kind != nullptr &&
                        pattern.kind->layer == Layer::message;
    return inside && stages_[link].layer == Layer::stable ? in_stable_frame(std::move(json)) : json;
  }
  Json expected(std::vector<Pattern> const& patterns, std::string const& link, Json& out) {
    Json all = Json::array();
    for (auto const& pattern : patterns)
      all.push_back(expected(pattern, link, out));
    return all;
  }

  static Json ask_step(Step const& step, Asking asking, Json never = Json::array()) {
    auto json = step_head("ask", step);
    json["frames"] = std::move(asking.frames);
    json["until"] = std::move(asking.until);
    json["answer"] = std::move(asking.answer);
    json["never"] = std::move(never);
    json["aside"] = std::move(asking.aside);
    json["when"] = "always";
    return json;
  }

  void add_alive(Alive const& alive, Step const& step, Json& out) {
    out.push_back(ask_step(step, ping(step.link)));
    if (!alive.echo || case_->subject.mode != SubjectStart::Mode::serve) return;
    auto plain = step;
    plain.note.clear();
    auto asking = echo(alive.on, step.link, true, out);
    out.push_back(ask_step(plain, std::move(asking)));
  }

  void add_expect_none(ExpectNone const& none, Step const& step, Json& out) {
    auto never = expected(none.frames, step.link, out);
    auto asking = none.probe.kind == Probe::Kind::call ? echo(none.probe.on, step.link, false, out)
                                                       : ping(step.link);
    out.push_back(ask_step(step, std::move(asking), std::move(never)));
  }

  void add_violation(ExpectViolation const& violation, Step const& step, Json& out) {
    auto json = step_head("expect_violation", step);
    json["asks"] = Json::array();
    for (auto const reaction : violation.asks)
      json["asks"].push_back(reaction_word(reaction));
    auto const honoured = violation.honoured.value_or(normal_answers());
    json["honoured"] = expected(honoured, step.link, out);
    json["honoured_is_said"] = violation.honoured.has_value();
    Asking asking;
    auto const& stage = stages_[step.link];
    if (stage.is_established() && !stage.is_finished) {
      auto const by_call = case_->subject.mode == SubjectStart::Mode::serve && last_item_ &&
                           last_item_->name() == "request_call" && !is_first_of_alternative_;
      asking = by_call ? echo(root_connection(), step.link, false, out) : ping(step.link);
    }
    json["frames"] = std::move(asking.frames);
    json["until"] = std::move(asking.until);
    out.push_back(std::move(json));
  }

  // What would be a normal answer to the item that was sent last.
  [[nodiscard]] std::vector<Pattern> normal_answers() const {
    if (!last_item_) return {};
    auto const& item = last_item_->message();
    auto const answer = [&](std::string_view kind, std::string_view echoed) {
      Pattern pattern;
      pattern.kind = find_frame_kind(kind, case_->dialect);
      if (kind != "pong" && kind != "hello_yourself") pattern.on = item.on;
      auto const* const field = item.field(echoed);
      if (field != nullptr) pattern.fields.emplace_back(std::string{echoed}, *field);
      return pattern;
    };
    if (item.name() == "connection_open") {
      return {answer("connection_accept", ""), answer("connection_reject", "")};
    }
    if (item.name() == "request_call") return {answer("request_response", "id")};
    if (item.name() == "ping") return {answer("pong", "nonce")};
    if (item.name() == "hello") return {answer("hello_yourself", "")};
    return {};
  }

  void add_expect(Expect const& expect, Step const& step, Json& out) {
    auto json = step_head("expect", step);
    json["frames"] = Json::array();
    for (auto const& frame : expect.frames) {
      json["frames"].push_back(expected(frame, step.link, out));
      ids_.note(known_part(frame), false);
      stages_[step.link].note(frame, case_->conduit);
    }
    json["order"] = expect.ahead ? "ahead" : expect.any_order ? "any" : "given";
    json["passing"] = expect.passing;
    out.push_back(std::move(json));
  }

  void add_repeat(Repeat const& repeat, Step const& step, Json& out) {
    Json rounds = Json::array();
    for (auto const& round : repeat.rounds) {
      Json inner = Json::array();
      for (auto const& each : round)
        add(each, repeat.times ? inner : out);
      rounds.push_back(std::move(inner));
    }
    if (!repeat.times) return;
    auto json = step_head("rounds", step);
    json["times"] = condition(fill_known(*repeat.times, FieldType::typed, known_, ids_),
                              FieldType::typed, ids_.ours());
    json["rounds"] = std::move(rounds);
    out.push_back(std::move(json));
  }

  void add_one_of(OneOf const& one_of, Step const& step, Json& out) {
    auto json = step_head("one_of", step);
    auto& alternatives = json["alternatives"] = Json::array();
    auto const before = *this;
    std::optional<Expander> after;  // the way that a subject goes which does as is asked
    auto announced = announced_;
    for (auto const& each : one_of.alternatives) {
      Json inner = Json::array();
      for (auto const& part : each.steps) {
        is_first_of_alternative_ = &part == &each.steps.front();
        add(part, inner);
      }
      alternatives.push_back({{"steps", std::move(inner)},
                              {"verdict", worth_word(each.worth)},
                              {"reason", each.reason}});
      announced.insert(announced_.begin(), announced_.end());
      if (!after && each.worth == Alternative::Worth::pass) after = *this;
      // What one alternative asked, another one does not ask again.
      auto next = before;
      next.pings_ = pings_;
      next.calls_ = calls_;
      *this = std::move(next);
    }
    auto const pings = pings_;
    auto const calls = calls_;
    if (after) *this = *std::move(after);
    pings_ = pings;
    calls_ = calls;
    // What only some of them announced is announced again where it is needed, unless it was.
    for (auto const& [key, frame] : announced) {
      if (!before.announced_.contains(key)) perhaps_.insert(key);
    }
    announced_ = std::move(announced);
    last_link_ = step.link;
    is_first_of_alternative_ = false;
    out.push_back(std::move(json));
  }

  void add_let(Let const& let, Step const& step, Json& out) {
    if (auto value = fill(let.value, FieldType::typed, known_, ids_.ours())) {
      known_[let.name] = *std::move(value);
      return;
    }
    known_.erase(let.name);
    auto json = step_head("let", step);
    json["name"] = let.name;
    json["be"] = condition(fill_known(let.value, FieldType::typed, known_, ids_), FieldType::typed,
                           ids_.ours());
    out.push_back(std::move(json));
  }

  void add_other(Step const& step, Json& out) {
    auto whole = step;
    if (std::holds_alternative<NextLink>(step.body)) {
      ledgers_.erase(step.link);
      std::erase_if(announced_,
                    [&](auto const& one) { return one.first.starts_with(step.link + " "); });
      auto& stage = stages_[step.link];
      stage = {};
    } else if (std::holds_alternative<HalfClose>(step.body) ||
               std::holds_alternative<Drop>(step.body) ||
               std::holds_alternative<StopReading>(step.body)) {
      stages_[step.link].is_finished = true;
    } else if (auto* const credit = std::get_if<AwaitCredit>(&whole.body)) {
      FrameTerm place{.on = credit->on};
      credit->channel = named_id(credit->channel, place, out);
      credit->on = fill_known(credit->on, FieldType::id, known_, ids_);
      credit->channel = fill_known(credit->channel, FieldType::id, known_, ids_);
    } else if (auto* const saw = std::get_if<Saw>(&whole.body)) {
      saw->pattern = fill_known(saw->pattern, FieldType::typed, known_, ids_);
    }
    out.push_back(plain_step(whole, ids_.ours()));
  }

  // The frame with a name in place of each id that is counted by a parity which shows only when the
  // case runs: that of a connection which the subject opens.
  FrameTerm named(FrameTerm frame, Json& out) {
    for (auto& inside : frame.inside)
      inside = named(std::move(inside), out);
    for (auto& [name, term] : frame.fields)
      term = named_id(std::move(term), frame, out);
    return frame;
  }
  Term named_id(Term term, FrameTerm const& frame, Json& out) {
    auto const* const connection = frame.on ? frame.on->get<Variable>() : nullptr;
    auto const* const id = term.get<IdOf>();
    if (id == nullptr || connection == nullptr || known_.contains(connection->name)) return term;
    std::string const side = id->ours ? "ours" : "theirs";
    auto name = connection->name + "." + side + "." + std::to_string(id->n);
    if (lets_.insert(name).second) {
      auto json = step_head("let", Step{});
      json["name"] = name;
      json["be"] = {{"nth", id->n}, {"of", side}, {"on", connection->name}};
      out.push_back(std::move(json));
    }
    return Term{Variable{std::move(name)}};
  }

  // The fields of a frame that are settled.
  [[nodiscard]] Frame known_part(FrameTerm const& term) {
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

  SchemaLedger& ledger(std::string const& link) {
    return ledgers_.try_emplace(link, case_->dialect).first->second;
  }

  Case const* case_;
  IdSpace ids_;
  Bindings known_;
  FrameParts parts_;
  std::map<std::string, SchemaLedger> ledgers_;  // by link
  std::map<std::string, LinkStage> stages_;      // by link
  std::map<std::string, Json> announced_;        // frames by link, connection and half of a method
  std::set<std::string> perhaps_;                // those of them that may not have been sent
  std::string last_link_;
  // Links that may come to have a session, in whichever alternative.
  std::shared_ptr<std::set<std::string>> established_ = std::make_shared<std::set<std::string>>();
  std::optional<FrameTerm> last_item_;
  std::set<std::string> lets_;
  bool is_first_of_alternative_ = false;
  std::uint64_t pings_ = 0;
  std::uint64_t calls_ = 0;
};

}  // namespace

Json expanded_steps(Case const& trace) {
  Expander expander{trace};
  auto steps = expander.steps(trace.steps);
  expander.add_last(steps);
  return steps;
}

}  // namespace voxspec
