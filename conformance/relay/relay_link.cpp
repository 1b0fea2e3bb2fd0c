#include "conformance/relay/relay_link.hpp"

#include "impl/link/condition.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/stream_framing.hpp"
#include "impl/wire/writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

namespace voxspec::relay {
namespace asio = boost::asio;
namespace link = vox::link;

namespace {

// How long a frame waits for the next one. Nothing is judged by it.
constexpr std::chrono::milliseconds joining_time{10};

std::vector<Move> one(Move::Kind kind, vox::Bytes payload) {
  std::vector<Move> moves;
  moves.push_back({.to = Side::subject, .kind = kind, .payload = std::move(payload)});
  return moves;
}

}  // namespace

// What both directions share; whoever works on it keeps it alive.
struct RelayLink::State : std::enable_shared_from_this<State> {
  State(std::unique_ptr<link::Link> of, Conversation& conversation, asio::any_io_executor const& on)
      : subject{std::move(of)},
        header_bytes{
            std::max(subject->write_buffer().header_bytes(), vox::wire::frame_header_bytes)},
        relay{conversation},
        executor{on},
        changed{on} {}

  std::unique_ptr<link::Link> subject;
  std::size_t header_bytes;  // before each payload of a stream
  Relay relay;
  asio::any_io_executor executor;
  link::Condition changed;
  std::deque<vox::Backing> inbox;            // for the judge
  std::optional<link::LinkEnd> judge_end;    // behind what is in the inbox
  std::optional<link::LinkEnd> judge_reset;  // what the judge's writes meet
  bool subject_is_left = false;              // the relay ended its link; the judge may not know
  bool subject_ended = false;
  std::size_t wanted = 0;  // receives of the judge that wait
  bool has_pump = false;
  bool is_writing = false;
  bool has_begun = false;
  vox::Bytes joined;  // frames that wait for the next one, to go out in one write with it
  vox::Bytes stream;  // of a frame that the judge writes in pieces, what went out

  // Puts the moves into effect. Whoever calls it writes alone.
  asio::awaitable<link::Sent> put(std::vector<Move> moves) {
    link::Sent sent;
    for (auto& move : moves) {
      if (move.to == Side::judge) {
        to_judge(move);
      } else if (subject_is_left) {
        continue;
      } else if (auto done = co_await to_subject(move); !done) {
        sent = done;
      }
    }
    if (auto done = co_await flush_subject(); !done) sent = done;
    changed.notify();
    co_return judge_reset ? link::Sent{std::unexpected(*judge_reset)} : sent;
  }

  asio::awaitable<link::Sent> flush_subject() const {
    if (subject->write_buffer().empty()) co_return link::Sent{};
    co_return co_await subject->flush();
  }

  asio::awaitable<link::Sent> to_subject(Move const& move) {
    auto const is_plain = move.form == WriteForm{} && joined.empty();
    if (!is_plain && move.kind == Move::Kind::send) co_return co_await write_formed(move);
    if (!joined.empty()) co_await let_go();
    if (move.kind == Move::Kind::send) {
      auto& buffer = subject->write_buffer();
      vox::wire::Writer{buffer.begin()}.put_bytes(move.payload);
      co_return buffer.commit();
    }
    auto sent = co_await flush_subject();
    if (move.kind == Move::Kind::raw) co_return co_await subject->send_raw(move.payload);
    subject_is_left = true;
    if (move.kind == Move::Kind::end) {
      co_await subject->finish();
    } else {
      subject->abort();
    }
    co_return sent;
  }

  // Writes a frame as its form says, behind those that waited for it.
  asio::awaitable<link::Sent> write_formed(Move const& move) {
    if (auto sent = co_await flush_subject(); !sent) co_return sent;
    auto const before = joined.size();
    put_framed(joined, move.payload);
    if (move.form.joins_next) {
      if (before == 0) asio::co_spawn(executor, let_go_soon(shared_from_this()), asio::detached);
      co_return link::Sent{};
    }
    std::vector<std::size_t> ends;
    for (std::size_t at = 1; move.form.is_bytewise && before + at < joined.size(); ++at)
      ends.push_back(before + at);
    for (auto const offset : move.form.cuts) {
      if (before + offset < joined.size()) ends.push_back(before + offset);
    }
    ends.push_back(joined.size());
    auto const whole = std::exchange(joined, {});
    std::size_t begin = 0;
    for (auto const end : ends) {
      auto const piece = vox::ByteView{whole}.subspan(begin, end - begin);
      if (auto sent = co_await subject->send_raw(piece); !sent) co_return sent;
      begin = end;
    }
    co_return link::Sent{};
  }

  // As it stands on a stream: the length, and zeros where the header is longer.
  void put_framed(vox::Bytes& out, vox::ByteView payload) const {
    link::WriteBuffer framed{header_bytes, payload.size()};
    vox::wire::Writer{framed.begin()}.put_bytes(payload);
    (void)framed.commit();
    out.insert(out.end(), framed.block().begin(), framed.block().end());
  }

  // The first payload of a stream's bytes, which are then those behind it; nothing if it has not
  // come whole, or is announced with file descriptors, which nobody takes.
  [[nodiscard]] std::optional<vox::ByteView> take_whole(vox::ByteView& from) const {
    vox::wire::Reader reader{from, "transport.stream"};
    auto const length = reader.take_u32_le();
    auto const descriptors = reader.take_exactly(header_bytes - vox::wire::frame_header_bytes);
    auto const payload = reader.take_exactly(length);
    auto const is_none = [](std::byte each) { return each == std::byte{}; };
    if (reader.failed() || !std::ranges::all_of(descriptors, is_none)) return std::nullopt;
    from = from.last(reader.remaining());
    return payload;
  }

  asio::awaitable<link::Sent> let_go() {
    auto const whole = std::exchange(joined, {});
    co_return co_await subject->send_raw(whole);
  }
  // A frame that would go out with the next one does not wait for it for ever: there may be none
  // before the subject has answered.
  static asio::awaitable<void> let_go_soon(std::shared_ptr<State> state) {
    try {
      asio::steady_timer timer{state->executor, joining_time};
      co_await timer.async_wait(asio::use_awaitable);
      co_await state->changed.until([&] { return !state->is_writing; });
      if (state->joined.empty()) co_return;
      Turn const turn{*state};
      co_await state->let_go();
    } catch (boost::system::system_error const&) {  // NOLINT(bugprone-empty-catch)
      // Cancelled with the context.
    }
  }
  // What was sent is delivered before the link is closed.
  static asio::awaitable<void> let_go_and_close(std::shared_ptr<State> state) {
    co_await state->let_go();
    state->subject->close();
  }

  void to_judge(Move& move) {
    if (judge_end) return;
    switch (move.kind) {
      case Move::Kind::send:
      case Move::Kind::raw:
        inbox.emplace_back(std::move(move.payload));
        return;
      case Move::Kind::end:
        judge_end = link::LinkEnd{link::LinkEndKind::eof, "the peer ended the link"};
        return;
      case Move::Kind::reset:
        judge_end = link::LinkEnd{link::LinkEndKind::reset, "the peer reset the link"};
        judge_reset = judge_end;
        return;
    }
  }

  struct Turn {
    State& of;
    explicit Turn(State& state) : of{state} { of.is_writing = true; }
    Turn(Turn const&) = delete;
    Turn& operator=(Turn const&) = delete;
    ~Turn() {
      of.is_writing = false;
      of.changed.notify();
    }
  };
  // Waits until nobody else writes, and does.
  asio::awaitable<link::Sent> put_alone(std::vector<Move> moves) {
    co_await changed.until([this] { return !is_writing; });
    Turn const turn{*this};
    co_return co_await put(std::move(moves));
  }

  void take_subject_end(link::LinkEnd const& how) {
    subject_ended = true;
    if (how.kind == link::LinkEndKind::stopped) {
      // We did it ourselves: the judge, who knows, or the relay, which keeps the judge's side.
      if (!subject_is_left && !judge_end) judge_end = how;
      return;
    }
    auto const is_reset =
        how.kind == link::LinkEndKind::reset || how.kind == link::LinkEndKind::error;
    for (auto& move : relay.take_end(Side::subject, is_reset)) {
      if (move.to != Side::judge) continue;
      auto const is_first = !judge_end;
      auto const is_end = move.kind == (is_reset ? Move::Kind::reset : Move::Kind::end);
      to_judge(move);
      if (is_first && is_end) judge_end = how;  // as the link itself says it
    }
    if (judge_end == how) judge_reset.reset();
  }
};

RelayLink::RelayLink(std::unique_ptr<link::Link> subject, Conversation& conversation,
                     asio::any_io_executor const& executor)
    : state_{std::make_shared<State>(std::move(subject), conversation, executor)},
      buffer_{state_->subject->write_buffer().header_bytes(),
              state_->subject->write_buffer().payload_bytes_max()} {}

RelayLink::~RelayLink() = default;

// Reads only what the judge waits for, so that a judge that reads no more holds the subject up as
// it would without the relay.
asio::awaitable<void> RelayLink::pump(std::shared_ptr<State> state) {
  try {
    while (!state->subject_ended) {
      co_await state->changed.until([&] { return state->wanted > 0 && state->inbox.empty(); });
      auto received = co_await state->subject->receive();
      if (!received) {
        state->take_subject_end(received.error());
      } else {
        auto moves = state->relay.take(Side::subject, received->view());
        if (moves.size() == 1 && moves.front().to == Side::judge && moves.front().as_it_came) {
          if (!state->judge_end) state->inbox.push_back(std::move(*received));
        } else {
          co_await state->put_alone(std::move(moves));
        }
      }
      state->changed.notify();
    }
  } catch (boost::system::system_error const&) {  // NOLINT(bugprone-empty-catch)
    // Cancelled with the context.
  }
}

asio::awaitable<link::Received> RelayLink::receive() {
  auto const state = state_;
  if (!state->has_begun) {
    state->has_begun = true;
    auto moves = state->relay.begin();
    if (!moves.empty()) co_await state->put_alone(std::move(moves));
  }
  if (!state->has_pump) {
    state->has_pump = true;
    asio::co_spawn(state->executor, pump(state), asio::detached);
  }
  struct Wish {
    State& of;
    explicit Wish(State& state) : of{state} {
      ++of.wanted;
      of.changed.notify();
    }
    Wish(Wish const&) = delete;
    Wish& operator=(Wish const&) = delete;
    ~Wish() { --of.wanted; }
  };
  if (state->inbox.empty() && !state->judge_end) {
    Wish const wish{*state};
    auto* const own = state.get();
    co_await state->changed.until(
        [own] { return !own->inbox.empty() || own->judge_end.has_value(); });
  }
  if (!state->inbox.empty()) {
    auto payload = std::move(state->inbox.front());
    state->inbox.pop_front();
    state->changed.notify();
    co_return payload;
  }
  co_return std::unexpected(*state->judge_end);
}

asio::awaitable<link::Sent> RelayLink::flush() {
  auto const state = state_;
  std::vector<vox::Bytes> payloads;
  for (std::size_t i = 0; i < buffer_.count(); ++i)
    payloads.push_back(vox::to_bytes(buffer_.payload(i)));
  buffer_.clear();
  link::Sent sent;
  for (auto const& payload : payloads) {
    sent = co_await state->put_alone(state->relay.take(Side::judge, payload));
    if (!sent) break;
  }
  co_return sent;
}

// Frames that stand whole in one write go through the relay. A frame whose beginning went out
// before is told of, and passes.
asio::awaitable<link::Sent> RelayLink::send_raw(vox::ByteView bytes) {
  auto const state = state_;
  // A link that keeps payloads apart refuses this, and is then given the frames one by one.
  if (auto able = co_await state->put_alone(one(Move::Kind::raw, {})); !able) co_return able;
  auto rest = bytes;
  vox::Bytes out;
  std::vector<Move> moves;
  auto const pass = [&](vox::ByteView what) { out.insert(out.end(), what.begin(), what.end()); };
  // Of what is given as it came the bytes stay together, in one write.
  auto const take_moves = [&](std::vector<Move> made) {
    for (auto& move : made) {
      auto const is_joined = moves.empty() ? !state->joined.empty() : moves.back().form.joins_next;
      if (move.form == WriteForm{} && !is_joined && move.to == Side::subject &&
          move.kind == Move::Kind::send) {
        state->put_framed(out, move.payload);
      } else {
        if (!out.empty()) {
          moves.push_back({.to = Side::subject, .kind = Move::Kind::raw, .payload = out});
          out.clear();
        }
        moves.push_back(std::move(move));
      }
    }
  };
  if (!state->stream.empty()) {
    state->stream.insert(state->stream.end(), bytes.begin(), bytes.end());
    vox::ByteView all{state->stream};
    auto const whole = state->take_whole(all);
    if (!whole) {
      rest = {};
      pass(bytes);
    } else {
      (void)state->relay.take(Side::judge, *whole);
      rest = bytes.last(all.size());
      pass(bytes.first(bytes.size() - rest.size()));
      state->stream.clear();
    }
  }
  while (auto const payload = state->take_whole(rest))
    take_moves(state->relay.take(Side::judge, *payload));
  if (!rest.empty()) {
    state->stream = vox::to_bytes(rest);
    pass(rest);
  }
  if (!out.empty()) {
    moves.push_back({.to = Side::subject, .kind = Move::Kind::raw, .payload = std::move(out)});
  }
  co_return co_await state->put_alone(std::move(moves));
}

asio::awaitable<void> RelayLink::finish() {
  auto const state = state_;
  auto moves = state->relay.take_end(Side::judge, false);
  co_await state->put_alone(std::move(moves));
}

void RelayLink::close() {
  if (state_->joined.empty()) {
    state_->subject->close();
  } else {
    asio::co_spawn(state_->executor, State::let_go_and_close(state_), asio::detached);
  }
  if (!state_->judge_end) {
    state_->judge_end = link::LinkEnd{link::LinkEndKind::stopped, "we closed the link"};
  }
  state_->changed.notify();
}

void RelayLink::abort() {
  state_->subject->abort();
  if (!state_->judge_end) {
    state_->judge_end = link::LinkEnd{link::LinkEndKind::stopped, "we aborted the link"};
  }
  state_->changed.notify();
}

void RelayLink::limit_received(std::size_t payload_bytes_max) {
  state_->subject->limit_received(payload_bytes_max);
}

std::uint64_t RelayLink::bytes_moved() const {
  return state_->subject->bytes_moved();
}

std::string RelayLink::describe() const {
  return state_->subject->describe() + " through a relay";
}

}  // namespace voxspec::relay
