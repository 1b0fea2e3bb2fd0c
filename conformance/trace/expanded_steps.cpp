#include "conformance/trace/expanded_steps.hpp"

#include "conformance/peer/normal_answers.hpp"
#include "conformance/trace/expanded_frames.hpp"
#include "conformance/trace/plain_step.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {
namespace {

// Goes through the steps of one case as they would run, with what is known of its values before.
class Expander {
 public:
  explicit Expander(Case const& trace) : case_{&trace}, frames_{trace} {}

  Json steps(std::vector<Step> const& steps) {
    Json out = Json::array();
    for (auto const& step : steps)
      add(step, out);
    return out;
  }
  // Whoever is in a session after the last step has to work still.
  void add_last(Json& out) {
    if (!established_.contains(last_link_)) return;
    if (case_->conduit == Conduit::stable) frames_.stage(last_link_).layer = Layer::stable;
    Step step;
    step.link = last_link_;
    auto json = ask_step(step, frames_.ping(step.link));
    json["when"] = "session_stands";
    json["basic"] = true;
    out.push_back(std::move(json));
  }

 private:
  void add(Step const& step, Json& out) {
    auto const before = out.size();
    last_link_ = step.link;
    add_any(step, out);
    if (frames_.stage(step.link).is_established()) established_.insert(step.link);
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
      frames.push_back(frames_.sent(item, step.link, out));
    if (!send.items.empty()) last_item_ = frames_.named(send.items.back(), out);
    auto json = step_head("send", step);
    json["frames"] = std::move(frames);
    json["together"] = send.together;
    json["cut"] =
        send.write.mode == Write::Mode::bytewise ? Json("bytewise") : Json(send.write.split);
    out.push_back(std::move(json));
  }

  void add_announce(Announce const& announce, Step const& step, Json& out) {
    auto frames = frames_.announced(announce, step.link, out);
    if (frames.empty()) return;
    auto json = step_head("send", step);
    json["frames"] = std::move(frames);
    json["together"] = false;
    json["cut"] = Json::array();
    out.push_back(std::move(json));
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
    out.push_back(ask_step(step, frames_.ping(step.link)));
    if (!alive.echo || case_->subject.mode != SubjectStart::Mode::serve) return;
    auto plain = step;
    plain.note.clear();
    auto asking = frames_.echo(alive.on, step.link, true, out);
    out.push_back(ask_step(plain, std::move(asking)));
  }

  void add_expect_none(ExpectNone const& none, Step const& step, Json& out) {
    auto never = frames_.expected(none.frames, step.link, out);
    auto asking = none.probe.kind == Probe::Kind::call
                      ? frames_.echo(none.probe.on, step.link, false, out)
                      : frames_.ping(step.link);
    out.push_back(ask_step(step, std::move(asking), std::move(never)));
  }

  void add_violation(ExpectViolation const& violation, Step const& step, Json& out) {
    auto json = step_head("expect_violation", step);
    json["asks"] = Json::array();
    for (auto const reaction : violation.asks)
      json["asks"].push_back(reaction_word(reaction));
    auto const usual =
        last_item_ ? normal_answers(last_item_->message(), case_->dialect) : std::vector<Pattern>{};
    auto const honoured = violation.honoured.value_or(usual);
    json["honoured"] = frames_.expected(honoured, step.link, out);
    json["honoured_is_said"] = violation.honoured.has_value();
    Asking asking;
    auto const& stage = frames_.stage(step.link);
    if (stage.is_established() && !stage.is_finished) {
      auto const by_call = case_->subject.mode == SubjectStart::Mode::serve && last_item_ &&
                           last_item_->name() == "request_call" && !is_first_of_alternative_;
      asking = by_call ? frames_.echo(root_connection(), step.link, false, out)
                       : frames_.ping(step.link);
    }
    json["frames"] = std::move(asking.frames);
    json["until"] = std::move(asking.until);
    out.push_back(std::move(json));
  }

  void add_expect(Expect const& expect, Step const& step, Json& out) {
    auto json = step_head("expect", step);
    json["frames"] = Json::array();
    for (auto const& frame : expect.frames) {
      json["frames"].push_back(frames_.expected(frame, step.link, out));
      frames_.note_expected(frame, step.link);
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
    json["times"] = frames_.settled_condition(*repeat.times);
    json["rounds"] = std::move(rounds);
    out.push_back(std::move(json));
  }

  void add_one_of(OneOf const& one_of, Step const& step, Json& out) {
    auto json = step_head("one_of", step);
    auto& alternatives = json["alternatives"] = Json::array();
    auto const before = frames_;
    auto const item = last_item_;
    std::vector<ExpandedFrames> gone;
    for (auto const& each : one_of.alternatives) {
      Json inner = Json::array();
      for (auto const& part : each.steps) {
        is_first_of_alternative_ = &part == &each.steps.front();
        add(part, inner);
      }
      alternatives.push_back({{"steps", std::move(inner)},
                              {"verdict", worth_word(each.worth)},
                              {"reason", each.reason}});
      gone.push_back(frames_);
      frames_.go_back_to(before);
      last_item_ = item;
    }
    // On the way of a subject that does what is asked.
    auto const as_asked =
        std::ranges::find(one_of.alternatives, Alternative::Worth::pass, &Alternative::worth) -
        one_of.alternatives.begin();
    auto const way = static_cast<std::size_t>(as_asked);
    if (way < gone.size()) frames_ = gone[way];
    frames_.go_on_after(gone, before);
    last_link_ = step.link;
    is_first_of_alternative_ = false;
    out.push_back(std::move(json));
  }

  void add_let(Let const& let, Step const& step, Json& out) {
    if (frames_.let(let)) return;
    auto json = step_head("let", step);
    json["name"] = let.name;
    json["be"] = frames_.named_later(let);
    out.push_back(std::move(json));
  }

  void add_other(Step const& step, Json& out) {
    auto whole = step;
    if (std::holds_alternative<NextLink>(step.body)) {
      frames_.begin_link(step.link);
    } else if (std::holds_alternative<HalfClose>(step.body) ||
               std::holds_alternative<Drop>(step.body) ||
               std::holds_alternative<StopReading>(step.body)) {
      frames_.stage(step.link).is_finished = true;
    } else if (auto* const credit = std::get_if<AwaitCredit>(&whole.body)) {
      FrameTerm const place{.on = credit->on};
      credit->channel = frames_.named_id(credit->channel, place, out);
      credit->on = frames_.settled(credit->on, FieldType::id);
      credit->channel = frames_.settled(credit->channel, FieldType::id);
    } else if (auto* const saw = std::get_if<Saw>(&whole.body)) {
      saw->pattern = frames_.settled(saw->pattern, FieldType::typed);
    }
    out.push_back(plain_step(whole, frames_.ours()));
  }

  Case const* case_;
  ExpandedFrames frames_;
  std::string last_link_;
  std::set<std::string> established_;  // links that may come to have a session
  std::optional<FrameTerm> last_item_;
  bool is_first_of_alternative_ = false;
};

}  // namespace

Json expanded_steps(Case const& trace) {
  Expander expander{trace};
  auto steps = expander.steps(trace.steps);
  expander.add_last(steps);
  return steps;
}

}  // namespace voxspec
