#include "conformance/relay/relay.hpp"

#include "conformance/peer/match.hpp"
#include "conformance/peer/message_plan.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/relay/relay_work.hpp"
#include "impl/schema/translate.hpp"

#include <algorithm>
#include <utility>

namespace voxspec::relay {
namespace {

std::optional<std::uint32_t> count_in(Frame const& frame, std::string_view field) {
  auto const* const value = frame.body.find(field);
  auto const number = value == nullptr ? std::nullopt : value->number();
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

Value ack_value(std::optional<std::uint32_t> ack) {
  return ack ? Value{std::uint64_t{*ack}} : Value{None{}};
}

}  // namespace

Relay::Relay(Conversation& conversation)
    : conversation_{conversation},
      codecs_{LinkCodec{conversation.dialect}, LinkCodec{conversation.dialect}} {
  ++conversation_.links;
  if (!conversation_.codecs) return;
  for (std::size_t side = 0; side < codecs_.size(); ++side)
    codecs_[side].go_on_from((*conversation_.codecs)[side]);
}

void Relay::remember() {
  conversation_.codecs = codecs_;
}

std::vector<FaultRule const*> Relay::fitting(Side from, Occasion occasion, Frame const* frame) {
  FaultState::Moment const moment{.from = from,
                                  .occasion = occasion,
                                  .link = conversation_.links,
                                  .stable = codec(from).is_stable(),
                                  .frame = frame,
                                  .ids = conversation_.ids};
  for (auto& state : conversation_.watched)
    (void)state.fitting(moment);
  if (!conversation_.fault_in_use) return {};
  return conversation_.fault_in_use->fitting(moment);
}

std::vector<Move> Relay::begin() {
  std::vector<Move> moves;
  for (auto const side : {Side::subject, Side::judge}) {
    Work work{.from = side};
    for (auto const* const rule : fitting(side, Occasion::begin, nullptr))
      perform(work, *rule);
    work.is_out = false;
    finish(work);
    std::ranges::move(work.moves, std::back_inserter(moves));
  }
  return moves;
}

std::vector<Move> Relay::take(Side from, vox::ByteView payload) {
  Work work{.from = from};
  auto decoded = codec(from).decode(payload);
  work.frame = decoded ? *std::move(decoded) : bytes_frame(vox::to_bytes(payload), false);
  work.came = vox::to_bytes(payload);
  work.as_it_came = work.frame;
  renumber(work);
  map_ids(work);
  keep_schema_ids(work);
  work.changed |= writer(from).is_translated && is_message(work.frame.message());
  auto const seen = work.frame;  // rules judge what came, not what others made of it
  for (auto const* const rule : fitting(from, Occasion::frame, &seen))
    perform(work, *rule);
  finish(work);
  if (!is_message(work.as_it_came.message())) remember();
  return std::move(work.moves);
}

std::vector<Move> Relay::take_end(Side from, bool reset) {
  Work work{.from = from};
  work.is_out = false;
  auto passes = true;
  for (auto const* const rule : fitting(from, Occasion::end, nullptr)) {
    perform(work, *rule);
    auto const is_drop = [](Action const& action) {
      return std::holds_alternative<Drop>(action.of);
    };
    passes = passes && std::ranges::none_of(rule->actions, is_drop);
  }
  for (auto& held : std::exchange(held_, {})) {
    if (held.from == from) {
      insert(work.moves, from, std::move(held.frame));
    } else {
      held_.push_back(std::move(held));
    }
  }
  finish(work);
  auto const kind = reset ? Move::Kind::reset : Move::Kind::end;
  if (passes) work.moves.push_back({.to = other(from), .kind = kind});
  return std::move(work.moves);
}

void Relay::renumber(Work& work) {
  if (!is_stable_frame(work.frame)) {
    note_hellos(work);
    return;
  }
  auto const seq = count_in(work.frame, "seq").value_or(0);
  auto const ack = count_in(work.frame, "ack");
  auto& own = numbering(work.from);
  own.note(seq);
  auto const out = own.out(seq);
  auto const theirs = ack ? numbering(other(work.from)).in(*ack) : std::nullopt;
  last_acks_[std::to_underlying(work.from)] = theirs;
  if (out == seq && theirs == ack) return;
  work.frame.body["seq"] = std::uint64_t{out};
  work.frame.body["ack"] = ack_value(theirs);
  work.changed = true;
}

void Relay::note_hellos(Work& work) {
  auto& frame = work.frame;
  if (frame.is("client_hello")) {
    auto const* const key = frame.field("resume_key");
    asks_to_resume_ = key != nullptr && !key->is_absent();
  } else if (!frame.is("server_hello")) {
    return;
  }
  // What this side has received are the other side's frames.
  auto const last = count_in(frame, "last_received");
  auto const theirs = last ? numbering(other(work.from)).in(*last) : std::nullopt;
  received_[std::to_underlying(other(work.from))] = theirs;
  if (theirs != last) {
    frame.body["last_received"] = ack_value(theirs);
    work.changed = true;
  }
  if (frame.is("client_hello")) return;
  auto const* const rejected = frame.field("rejected");
  auto const goes_on = asks_to_resume_ && rejected != nullptr && *rejected == Value{false};
  for (auto const side : {Side::subject, Side::judge}) {
    if (goes_on) {
      numbering(side).resume_after(received_[std::to_underlying(side)]);
    } else {
      numbering(side) = {};
    }
  }
}

void Relay::note_sent(Frame const& frame, Side from) {
  codec(other(from)).note_sent(frame);
  conversation_.ids.note(frame, from == Side::judge);
  if (!frame.is("hello") && !frame.is("hello_yourself")) return;
  conversation_.schema_ids[std::to_underlying(from)] = {};
  auto const* const announced = frame.field("message_payload_schema");
  auto& plan = writer(from).from_ours;
  plan = {};
  auto const dialect = conversation_.dialect;
  if (announced == nullptr || *announced == own_message_schemas(dialect)) return;
  // A list that is none is for the handshake to judge.
  if (auto made = plan_to(*announced, dialect)) plan = *std::move(made);
}

std::expected<vox::Bytes, std::string> Relay::written(Frame frame, Side from) {
  auto const& plan = writer(from).from_ours;
  auto const holds_message = is_message(frame.message());
  if (plan.is_identity() || !holds_message) return encode(frame);
  auto const own = encode(frame.message());
  if (!own) return own;
  vox::wire::Buffer out;
  auto const done = vox::schema::translate(plan, *own, out);
  if (!done) return std::unexpected(done.error().detail);
  if (!is_stable_frame(frame)) return out.take();
  frame.inside.clear();
  frame.body["item"] = out.take();
  return encode(frame);
}

void Relay::map_ids(Work& work) const {
  if (conversation_.maps.empty()) return;
  auto& message = work.frame.message();
  if (is_message(message)) work.changed |= conversation_.maps.apply(message, work.from);
}

void Relay::give_up(std::string why) {
  if (conversation_.problem.empty()) conversation_.problem = std::move(why);
}

Frame Relay::in_stable_frame(Side from, Frame message) {
  auto& own = numbering(from);
  Frame out;
  out.kind = find_frame_kind("stable_frame", conversation_.dialect);
  auto const next = own.next_in();
  out.body["seq"] = std::uint64_t{own.out(next)};
  own.shift_from(next, 1);
  out.body["ack"] = ack_value(last_acks_[std::to_underlying(from)]);
  out.writing = message.writing;
  out.inside.push_back(std::move(message));
  return out;
}

void Relay::insert(std::vector<Move>& moves, Side from, Frame frame) {
  auto const to = other(from);
  if (is_message(frame) && codec(to).layer() == Layer::stable) {
    frame = in_stable_frame(from, std::move(frame));
  }
  auto bytes = written(frame, from);
  if (!bytes) {
    give_up("a frame cannot be written: " + bytes.error());
    return;
  }
  auto const kind = frame.raw ? Move::Kind::raw : Move::Kind::send;
  note_sent(frame, from);
  moves.push_back({.to = to, .kind = kind, .payload = *std::move(bytes)});
}

void Relay::send_main(Work& work) {
  auto const to = other(work.from);
  auto bytes = std::move(work.came);
  if (work.changed) {
    if (auto made = written(work.frame, work.from)) {
      bytes = *std::move(made);
    } else {
      give_up("a changed frame cannot be written: " + made.error());
    }
  }
  // Bytes that are no frame any more move the conversation on like the frame they were.
  auto const& noted = work.frame.kind == nullptr ? work.as_it_came : work.frame;
  note_sent(noted, work.from);
  work.moves.push_back(
      {.to = to, .payload = std::move(bytes), .as_it_came = !work.changed, .form = work.form});
}

void Relay::finish(Work& work) {
  auto const stable = is_stable_frame(work.frame);
  auto const seq = stable ? count_in(work.as_it_came, "seq").value_or(0) : 0;
  for (auto& frame : work.before) {
    if (!stable || !is_message(frame)) {
      insert(work.moves, work.from, std::move(frame));
      continue;
    }
    // It takes the number of the frame that came, which takes the next one.
    auto around = in_stable_frame(work.from, std::move(frame));
    around.body["seq"] = *work.frame.body.find("seq");
    work.frame.body["seq"] = std::uint64_t{count_in(work.frame, "seq").value_or(0) + 1U};
    work.changed = true;
    insert(work.moves, work.from, std::move(around));
  }
  auto const copy = work.frame;
  if (work.is_out) {
    send_main(work);
  } else if (stable && !work.leaves_a_gap) {
    numbering(work.from).shift_from(seq + 1, -1);
  }
  for (; work.repeats > 0; --work.repeats)
    insert(work.moves, work.from, work.repeats_frame ? copy : copy.message());
  for (auto& frame : work.after)
    insert(work.moves, work.from, std::move(frame));
  for (auto& frame : work.back)
    insert(work.moves, other(work.from), std::move(frame));
  release(work);
  auto const is_around = work.leaves_a_gap;
  for (auto& hold : work.holds)
    held_.push_back({is_around ? copy : copy.message(), work.from, std::move(hold)});
  for (auto const& end : work.ends) {
    auto const kind = end.reset ? Move::Kind::reset : Move::Kind::end;
    if (end.judge) work.moves.push_back({.to = Side::judge, .kind = kind});
    if (end.subject) work.moves.push_back({.to = Side::subject, .kind = kind});
  }
}

void Relay::release(Work& work) {
  if (work.as_it_came.empty()) return;
  std::vector<Held> due;
  for (auto& held : std::exchange(held_, {})) {
    auto bindings = conversation_.fault_in_use->bindings();
    auto const fits = held.what.from == work.from &&
                      !match(held.what.until, work.as_it_came, bindings, conversation_.ids);
    (fits ? due : held_).push_back(std::move(held));
  }
  for (auto& held : due)
    insert(work.moves, held.from, std::move(held.frame));
}

}  // namespace voxspec::relay
