#include "conformance/relay/script.hpp"

#include "conformance/relay/first_credits.hpp"
#include "conformance/relay/script_hellos.hpp"
#include "conformance/relay/script_names.hpp"
#include "conformance/relay/tape_reader.hpp"
#include "spec/clause.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace voxspec::relay {
namespace {

// What a peer says when it likes.
constexpr std::array<std::string_view, 4> free_kinds{"schema", "channel_grant_credit", "ping",
                                                     "pong"};
bool is_free(Frame const& frame) {
  return std::ranges::find(free_kinds, frame.name()) != free_kinds.end();
}

// What every play of a conversation with such frames judges.
struct Cited {
  std::string_view kind;
  std::string_view clause;
};
constexpr std::array cited{
    Cited{"hello", "session.handshake/1"},
    Cited{"connection_open", "connection.open/3"},
    Cited{"request_response", "rpc.response/1"},
    Cited{"channel_item", "rpc.channel/1"},
};

class ScriptWriter {
 public:
  ScriptWriter(vox::Role ours, Dialect dialect)
      : ours_{ours},
        reader_{dialect},
        names_{ours == vox::Role::initiator ? vox::Parity::odd : vox::Parity::even} {
    out_.trace.role = ours;
    out_.trace.dialect = dialect;
    out_.trace.id = "recording";
  }

  Script write(Tape const& tape) {
    for (auto const& event : tape.events) {
      if (event.kind == TapeEvent::Kind::link) reader_.begin_link();
      if (event.kind != TapeEvent::Kind::frame) {
        heard_.emplace_back();
        continue;
      }
      heard_.push_back(reader_.read(event.by, event.link, event.bytes, event.raw));
      if (event.by == ours_ && heard_.back().problem.empty()) {
        hellos_.note_presented(heard_.back().frame);
      }
    }
    for (std::size_t i = 0; i < tape.events.size(); ++i)
      add(tape.events[i], heard_[i]);
    for (auto const& [link, hellos] : opening_)
      put_hellos(link, hellos);
    finish();
    return std::move(out_);
  }

 private:
  void add(TapeEvent const& event, HeardFrame const& heard) {
    switch (event.kind) {
      case TapeEvent::Kind::link:
        return begin_link(event.link);
      case TapeEvent::Kind::frame:
        return add_frame(event, heard);
      case TapeEvent::Kind::end:
      case TapeEvent::Kind::reset:
        return end_link(event);
    }
  }

  // A link that follows one which is over takes its place; one beside it has a name.
  void begin_link(std::size_t link) {
    opening_[link] = {};
    if (link == 0) {
      link_names_.emplace_back();
      return;
    }
    auto const is_free_name = ended_.contains(link - 1);
    link_names_.push_back(is_free_name ? link_names_[link - 1] : "link" + std::to_string(link + 1));
    put(NextLink{}, link);
    auto const dials = ours_ == vox::Role::initiator;
    need(dials ? "many-links" : "reconnects");
  }

  void end_link(TapeEvent const& event) {
    if (auto const left = opening_.extract(event.link)) put_hellos(event.link, left.mapped());
    if (!ended_.insert(event.link).second) return;
    if (event.by == ours_) {
      put(voxspec::Drop{.reset = event.kind == TapeEvent::Kind::reset}, event.link);
      return;
    }
    ExpectEnd end;
    end.causes = {LinkEnding::closed, LinkEnding::reset};
    put(std::move(end), event.link);
  }

  void add_frame(TapeEvent const& event, HeardFrame const& heard) {
    auto const sent = event.by == ours_;
    if (!sent) first_credits_.note(heard.frame);
    record(event, heard);
    if (ended_.contains(event.link)) return;
    auto const is_message = heard.layer == Layer::message || heard.layer == Layer::stable;
    if (auto const found = opening_.find(event.link); found != opening_.end()) {
      if (!is_message) {
        found->second.push_back({.heard = heard, .sent = sent});
        return;
      }
      auto const hellos = std::move(found->second);
      opening_.erase(found);
      auto const last = std::move(loose_.back());
      loose_.pop_back();
      put_hellos(event.link, hellos);
      loose_.push_back(last);
    }
    cite(heard.frame);
    if (!heard.is_repeat) add_message(event, heard, sent);
    names_.note(heard.frame, sent);
  }

  void add_message(TapeEvent const& event, HeardFrame const& heard, bool sent) {
    auto const& message = heard.frame.message();
    if (!heard.problem.empty()) return sent ? send_bytes(event, heard.frame) : void();
    if (message.kind == nullptr || message.kind->layer != Layer::message) return;
    if (sent) return send(event.link, message);
    if (message.is("request_call") && out_.scenario_of.empty()) {
      out_.scenario_of = ScriptNames::method_name(message);
    }
    if (message.is("connection_open")) need("outbound-connections");
    if (is_free(message)) return;
    auto& expect = body<Expect>(event.link);
    expect.ahead = true;
    expect.passing = {"schema", "channel_grant_credit"};
    expect.frames.push_back(names_.awaited(message));
    settle();
  }

  void send(std::size_t link, Frame const& message) {
    if (message.is("pong")) return;  // whoever plays this answers pings by itself
    if (message.is("ping")) {
      put(Alive{.on = names_.connection(message.on), .echo = false}, link);
      return;
    }
    if (message.is("connection_open")) need("inbound-connections");
    if (message.is("channel_item")) await_credit(link, message);
    body<Send>(link).items.push_back(names_.sent(message));
    settle();
  }

  void send_bytes(TapeEvent const& event, Frame const& frame) {
    Template item;
    item.form = frame.raw ? FrameTerm::Form::raw : FrameTerm::Form::payload;
    item.content = Term{Value{frame.bytes}};
    body<Send>(event.link).items.push_back(std::move(item));
    settle();
  }

  void await_credit(std::size_t link, Frame const& item) {
    auto const id = item.number("id").value_or(0);
    auto const count = ++items_[{item.on, id}];
    auto const first = first_credits_.on(item.on);
    if (count <= first) return;
    put(AwaitCredit{.on = names_.connection(item.on),
                    .channel = names_.channel(item.on, id),
                    .items = count - first},
        link);
  }

  void put_hellos(std::size_t link, std::vector<HeardHello> const& hellos) {
    if (hellos.empty()) return;
    if (hellos.back().heard.is_stable) out_.trace.conduit = Conduit::stable;
    for (auto const& hello : hellos)
      cite(hello.heard.frame);
    for (auto& each : hellos_.steps(hellos, names_, ours_, out_.trace.dialect))
      put(std::move(each), link);
  }

  // The last step, if it is of that kind and on that link; else a new one.
  template <class Body>
  Body& body(std::size_t link) {
    auto const& name = link_names_.at(link);
    auto& steps = out_.trace.steps;
    auto const goes_on = !steps.empty() && steps.back().link == name &&
                         std::holds_alternative<Body>(steps.back().body);
    if (!goes_on) put(Body{}, link);
    return std::get<Body>(steps.back().body);
  }

  void put(StepBody step, std::size_t link) {
    auto& steps = out_.trace.steps;
    Step whole;
    whole.pointer = "/steps/" + std::to_string(steps.size());
    whole.link = link_names_.at(link);
    whole.body = std::move(step);
    steps.push_back(std::move(whole));
    settle();
  }

  void record(TapeEvent const& event, HeardFrame const& heard) {
    FrameRecord out;
    out.at_us = event.at_us;
    out.direction = event.by == ours_ ? Direction::sent : Direction::received;
    out.link = link_names_.at(event.link);
    out.bytes = event.bytes;
    out.raw = event.raw;
    if (heard.problem.empty()) out.decoded = frame_json(heard.frame);
    out.problem = heard.problem;
    loose_.push_back(std::move(out));
  }
  // What went by and is of no step yet goes with the last one.
  void settle() {
    for (auto& frame : loose_) {
      frame.step = out_.trace.steps.back().pointer;
      out_.frames.push_back(std::move(frame));
    }
    loose_.clear();
  }

  void cite(Frame const& frame) {
    for (auto const& [kind, clause] : cited) {
      if (frame.is(kind)) clauses_.insert(clause);
    }
  }
  void need(std::string const& ability) {
    auto& needs = out_.trace.needs;
    if (std::ranges::find(needs, ability) == needs.end()) needs.push_back(ability);
  }

  void finish() {
    if (!out_.trace.steps.empty()) settle();
    out_.trace.about = "What a peer says in a conversation that was recorded";
    if (clauses_.empty()) clauses_.insert(cited.front().clause);
    for (auto const id : clauses_)
      out_.trace.clauses.push_back(*vox::Clause::find(id));
  }

  vox::Role ours_;
  Script out_;
  TapeReader reader_;
  ScriptNames names_;
  ScriptHellos hellos_;
  FirstCredits first_credits_;  // of the other side
  std::vector<HeardFrame> heard_;
  std::vector<std::string> link_names_;
  std::map<std::size_t, std::vector<HeardHello>> opening_;  // by link, until its messages begin
  std::set<std::size_t> ended_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> items_;  // sent, by channel
  std::vector<FrameRecord> loose_;
  std::set<std::string_view> clauses_;
};

}  // namespace

Script script_of(Tape const& tape, vox::Role ours) {
  return ScriptWriter{ours, tape.dialect}.write(tape);
}

Json recording_of(Tape const& tape, vox::Role ours, Json const& result) {
  auto const script = script_of(tape, ours);
  return recording(script.trace, script.frames, result);
}

}  // namespace voxspec::relay
