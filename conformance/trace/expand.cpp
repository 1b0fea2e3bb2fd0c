#include "conformance/peer/fill.hpp"
#include "conformance/peer/frame.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/trace/describe.hpp"
#include "conformance/trace/step_json.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace voxspec {
namespace {

// Nonces and ids of the steps that an alive stands for: far from those that cases name.
constexpr std::uint64_t alive_nonce_first = 9'000'001;
constexpr std::uint64_t alive_request_first = 4'500'001;

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

 private:
  void add(Step const& step, Json& out) {
    if (auto const* const body = std::get_if<Establish>(&step.body)) {
      add_establish(*body, step, out);
    } else if (auto const* const send = std::get_if<Send>(&step.body)) {
      add_send(*send, step, out);
    } else if (auto const* const announce = std::get_if<Announce>(&step.body)) {
      add_announce(*announce, step, out);
    } else if (auto const* const alive = std::get_if<Alive>(&step.body)) {
      add_alive(*alive, step, out);
    } else if (auto const* const repeat = std::get_if<Repeat>(&step.body)) {
      for (auto const& round : repeat->rounds) {
        for (auto const& inner : round)
          add(inner, out);
      }
    } else if (auto const* const one_of = std::get_if<OneOf>(&step.body)) {
      add_one_of(*one_of, step, out);
    } else {
      add_other(step, out);
    }
  }

  void add_establish(Establish const& body, Step const& step, Json& out) {
    for (auto plain : body.steps) {
      plain.link = step.link;
      plain.pointer = step.pointer;
      // Ids were resolved for an odd initiator; the trace says so where it can be seen.
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
    auto whole = step;
    whole.body = send;
    auto& items = std::get<Send>(whole.body).items;
    std::vector<Json> notes;
    for (auto& item : items)
      notes.push_back(settle(item, step.link));
    auto json = step_json(whole);
    for (std::size_t i = 0; i < items.size(); ++i)
      json["send"][i].update(notes[i]);
    out.push_back(std::move(json));
  }

  void add_announce(Announce const& announce, Step const& step, Json& out) {
    auto const on = fill(announce.on, FieldType::id, known_, ids_.ours());
    if (!on || !on->number()) {  // which connection it is shows only when the case runs
      out.push_back(step_json(settled(step)));
      return;
    }
    auto const item =
        ledger(step.link).announce(*on->number(), announce.method, announce.direction);
    if (!item || !*item) return;
    Json const json = frame_json(**item);
    add_send({.items = {read_template({json, {}}, case_->dialect)}, .together = false, .write = {}},
             sending(step), out);
  }

  // The ping, and where the subject serves Testbed the echo, that an alive consists of.
  void add_alive(Alive const& alive, Step const& step, Json& out) {
    auto const nonce = alive_nonce_first + alives_;
    auto const on = term_json(alive.on, FieldType::id);
    Json const ping{{"on", on}, {"ping", {{"nonce", nonce}}}};
    Json const pong{{"on", on}, {"pong", {{"nonce", nonce}}}};
    exchange(ping, pong, step, out);
    auto const serves = case_->subject.mode == SubjectStart::Mode::serve;
    if (alive.echo && serves) {
      auto announcing = sending(step);
      announcing.body = Announce{.on = alive.on, .method = "Testbed.echo", .direction = "args"};
      add_announce(std::get<Announce>(announcing.body), announcing, out);
      Json const id{{"ours", alive_request_first + alives_}};
      Json const call{{"on", on},
                      {"request_call",
                       {{"id", id},
                        {"method_id", {{"method", "Testbed.echo"}}},
                        {"args", {{"args_of", "echo"}, {"value", Json::array({"alive"})}}}}}};
      Json const answer{
          {"on", on},
          {"request_response",
           {{"id", id}, {"ret", {{"returned_by", "echo"}, {"value", {{"Ok", "alive"}}}}}}}};
      exchange(call, answer, step, out);
    }
    ++alives_;
  }

  void exchange(Json const& item, Json const& answer, Step const& step, Json& out) {
    add_send({.items = {read_template({item, {}}, case_->dialect)}, .together = false, .write = {}},
             sending(step), out);
    Step expect = step;
    expect.note.clear();
    expect.body = Expect{.frames = {read_pattern({answer, {}}, Use::pattern, case_->dialect)},
                         .any_order = false,
                         .passing = {"schema", "ping"}};
    out.push_back(step_json(settled(expect)));
  }

  void add_one_of(OneOf const& one_of, Step const& step, Json& out) {
    auto json = step_json(step);
    for (std::size_t i = 0; i < one_of.alternatives.size(); ++i) {
      auto const before = *this;  // only one of them happens
      json["one_of"][i]["steps"] = steps(one_of.alternatives[i].steps);
      *this = before;
    }
    out.push_back(std::move(json));
  }

  void add_other(Step const& step, Json& out) {
    if (auto const* const let = std::get_if<Let>(&step.body)) {
      auto value = fill(let->value, FieldType::typed, known_, ids_.ours());
      if (value) known_[let->name] = *std::move(value);
    } else if (std::holds_alternative<NextLink>(step.body)) {
      ledgers_.erase(step.link);
    }
    auto const whole = settled(step);
    if (auto const* const expect = std::get_if<Expect>(&whole.body)) {
      for (auto const& frame : expect->frames)
        ids_.note(known_part(frame), false);
    }
    out.push_back(step_json(whole));
  }

  // A step that sends in place of this one.
  static Step sending(Step const& step) {
    Step out = step;
    out.note.clear();
    out.body = Send{};
    return out;
  }

  // With everything put in that is known before the case runs; names that are not stay.
  [[nodiscard]] Step settled(Step step) const {
    if (auto* const expect = std::get_if<Expect>(&step.body)) {
      settle(expect->frames);
    } else if (auto* const none = std::get_if<ExpectNone>(&step.body)) {
      settle(none->frames);
      none->probe.on = fill_known(none->probe.on, FieldType::id, known_, ids_);
    } else if (auto* const violation = std::get_if<ExpectViolation>(&step.body)) {
      if (violation->honoured) settle(*violation->honoured);
    } else if (auto* const announce = std::get_if<Announce>(&step.body)) {
      announce->on = fill_known(announce->on, FieldType::id, known_, ids_);
    } else if (auto* const credit = std::get_if<AwaitCredit>(&step.body)) {
      credit->on = fill_known(credit->on, FieldType::id, known_, ids_);
      // Elsewhere the parity of its connection decides, which the subject may choose.
      if (credit->on == root_connection()) {
        credit->channel = fill_known(credit->channel, FieldType::id, known_, ids_);
      }
    } else if (auto* const let = std::get_if<Let>(&step.body)) {
      let->value = fill_known(let->value, FieldType::typed, known_, ids_);
    }
    return step;
  }
  void settle(std::vector<Pattern>& frames) const {
    for (auto& frame : frames)
      frame = Pattern{fill_known(frame, known_, ids_)};
  }

  // Puts into an item what is known, and gives what stands beside it: its bytes, or the names that
  // they depend on.
  Json settle(Template& item, std::string const& link) {
    item = Template{fill_known(item, known_, ids_)};
    ids_.note(known_part(item), true);
    std::set<std::string> names;
    collect_names(term_json(item), names);
    if (!names.empty()) return {{"depends_on", names}};
    auto const frame = fill(item, known_, ids_);
    if (!frame) return Json::object();
    ledger(link).note_sent(*frame);
    // Raw bytes are their own hex.
    auto const bytes = encode(*frame);
    auto const is_hex = item.form == FrameTerm::Form::payload || item.form == FrameTerm::Form::raw;
    if (!bytes || is_hex) return Json::object();
    return {{"hex", vox::to_hex(*bytes)}};
  }

  // The fields of a frame that are settled.
  [[nodiscard]] Frame known_part(FrameTerm const& term) const {
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

  static void collect_names(Json const& value, std::set<std::string>& names) {
    if (is_name(value)) names.insert(value.get<std::string>());
    if (!value.is_structured()) return;
    for (auto const& inner : value)
      collect_names(inner, names);
  }

  SchemaLedger& ledger(std::string const& link) {
    return ledgers_.try_emplace(link, case_->dialect).first->second;
  }

  Case const* case_;
  IdSpace ids_;
  Bindings known_;
  std::map<std::string, SchemaLedger> ledgers_;  // by link
  std::uint64_t alives_ = 0;
};

}  // namespace

Json expand_case(Case const& trace) {
  auto out = case_head_json(trace);
  out["steps"] = Expander{trace}.steps(trace.steps);
  return out;
}

}  // namespace voxspec
