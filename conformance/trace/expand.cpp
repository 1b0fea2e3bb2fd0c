#include "conformance/peer/frame_json.hpp"
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/frame_template.hpp"
#include "conformance/peer/match.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/schema_ledger.hpp"
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
    for (auto plain : establish_steps(body, case_->role, case_->conduit)) {
      plain.link = step.link;
      plain.pointer = step.pointer;
      // Ids were resolved for an odd initiator; the trace says so where it can be seen.
      if (auto* const expect = std::get_if<Expect>(&plain.body)) {
        auto& frame = expect->frames.at(0);
        if (frame.contains("hello") && !frame["hello"].contains("parity")) {
          frame["hello"]["parity"] = "odd";
        }
      }
      add(plain, out);
    }
  }

  void add_send(Send const& send, Step const& step, Json& out) {
    auto whole = step;
    whole.body = send;
    auto& items = std::get<Send>(whole.body).items;
    for (std::size_t i = 0; i < items.size(); ++i)
      items[i] = settled_item(send.items[i], step.link);
    out.push_back(step_json(whole));
  }

  void add_announce(Announce const& announce, Step const& step, Json& out) {
    auto const on = settled(announce.on);
    auto const connection = number_from(on);
    if (!connection) {  // which connection it is shows only when the case runs
      auto whole = step;
      std::get<Announce>(whole.body).on = on;
      out.push_back(step_json(whole));
      return;
    }
    auto const item =
        ledgers_[step.link].announce(*connection, announce.method, announce.direction);
    if (item && *item)
      add_send({.items = {**item}, .together = false, .write = {}}, sending(step), out);
  }

  // The ping, and where the subject serves Testbed the echo, that an alive consists of.
  void add_alive(Alive const& alive, Step const& step, Json& out) {
    auto const nonce = alive_nonce_first + alives_;
    Json const ping{{"on", alive.on}, {"ping", {{"nonce", nonce}}}};
    Json const pong{{"on", alive.on}, {"pong", {{"nonce", nonce}}}};
    exchange(ping, pong, step, out);
    auto const serves = case_->subject.mode == SubjectStart::Mode::serve;
    if (alive.echo && serves) {
      add_announce({.on = alive.on, .method = "Testbed.echo", .direction = "args"}, sending(step),
                   out);
      Json const id{{"ours", alive_request_first + alives_}};
      Json const call{{"on", alive.on},
                      {"request_call",
                       {{"id", id},
                        {"method_id", {{"method", "Testbed.echo"}}},
                        {"args", {{"args_of", "echo"}, {"value", Json::array({"alive"})}}}}}};
      Json const answer{
          {"on", alive.on},
          {"request_response",
           {{"id", id}, {"ret", {{"returned_by", "echo"}, {"value", {{"Ok", "alive"}}}}}}}};
      exchange(call, answer, step, out);
    }
    ++alives_;
  }

  void exchange(Json const& item, Json const& answer, Step const& step, Json& out) {
    auto sent = sending(step);
    add_send({.items = {frame_template({item, {}}, Use::send)}, .together = false, .write = {}},
             sent, out);
    Step expect = step;
    expect.note.clear();
    expect.body = Expect{.frames = {settled(frame_template({answer, {}}, Use::pattern))},
                         .any_order = false,
                         .passing = {"schema", "ping"}};
    out.push_back(step_json(expect));
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
      auto const& name = let->values.begin().key();
      auto const value = settled(let->values.begin().value());
      if (open_names(value).empty()) known_[name] = value;
    } else if (std::holds_alternative<NextLink>(step.body)) {
      ledgers_.erase(step.link);
    }
    auto json = settled(step_json(step));
    if (json.contains("expect")) {
      for (auto const& frame : json["expect"])
        ids_.note(frame, false);
    }
    out.push_back(std::move(json));
  }

  // A step that sends in place of this one.
  static Step sending(Step const& step) {
    Step out = step;
    out.note.clear();
    out.body = Send{};
    return out;
  }

  // With everything put in that is known before the case runs; names that are not stay.
  [[nodiscard]] Json settled(Json const& value) const { return resolve_known(value, known_, ids_); }

  Json settled_item(Json const& item, std::string const& link) {
    auto out = settled(item);
    ids_.note(out, true);
    auto const names = open_names(out);
    if (!names.empty()) {
      out["depends_on"] = Json(names);
      return out;
    }
    ledgers_[link].note_sent(out);
    // Raw bytes are their own hex.
    auto const encoded = encode_item(out);
    if (encoded && !out.contains("frame") && !out.contains("bytes")) {
      out["hex"] = vox::to_hex(encoded->bytes);
    }
    return out;
  }

  static void collect_names(Json const& value, std::set<std::string>& names) {
    if (is_name(value)) names.insert(value.get<std::string>());
    if (!value.is_structured()) return;
    for (auto const& inner : value)
      collect_names(inner, names);
  }
  static std::set<std::string> open_names(Json const& value) {
    std::set<std::string> names;
    collect_names(value, names);
    return names;
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
