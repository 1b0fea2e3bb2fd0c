#include "conformance/peer/link_driver.hpp"

#include "conformance/peer/wording.hpp"
#include "impl/link/condition.hpp"
#include "impl/link/deadline.hpp"
#include "impl/wire/stream_framing.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace link = vox::link;
namespace {

// What a frame that waits costs beside its bytes, so that many small ones are bounded, too.
constexpr std::size_t unread_frame_bytes = 64;

// Long enough for a link that we closed to say so; it does at once.
constexpr std::chrono::seconds closing_guard{2};

EndCause cause_of(link::LinkEndKind kind) {
  switch (kind) {
    case link::LinkEndKind::eof:
      return EndCause::eof;
    case link::LinkEndKind::closed:
      return EndCause::closed;
    case link::LinkEndKind::truncated:
      return EndCause::truncated;
    case link::LinkEndKind::reset:
    case link::LinkEndKind::error:
      return EndCause::reset;
    case link::LinkEndKind::oversize:
    case link::LinkEndKind::protocol:
      return EndCause::broken;
    case link::LinkEndKind::refused:
    case link::LinkEndKind::stopped:
    case link::LinkEndKind::busy:
      return EndCause::ours;
  }
  return EndCause::broken;
}

// The item as it stands on a stream whose headers are so long: the length, and zeros behind it.
void put_framed(vox::Bytes& out, Frame const& frame, std::size_t header_bytes) {
  if (!frame.raw) {
    auto const length = vox::wire::frame_header(frame.bytes.size());
    out.insert(out.end(), length.begin(), length.end());
    out.resize(out.size() + std::max(header_bytes, length.size()) - length.size());
  }
  out.insert(out.end(), frame.bytes.begin(), frame.bytes.end());
}

}  // namespace

// What the coroutine that reads shares with the driver; it keeps the link alive until it is done.
struct LinkDriver::State {
  State(std::unique_ptr<link::Link> of, std::size_t bytes_max,
        asio::any_io_executor const& executor)
      : link{std::move(of)}, unread_bytes_max{bytes_max}, changed{executor} {}

  struct Unread {
    vox::Backing payload;
    FrameLog::Clock::time_point at;
  };

  std::unique_ptr<link::Link> link;
  std::size_t unread_bytes_max;
  std::deque<Unread> unread;
  std::size_t unread_bytes = 0;
  std::optional<Ended> end;
  bool reading = true;
  bool closes_at_end = false;
  asio::cancellation_signal stop;
  link::Condition changed;
};

LinkDriver::LinkDriver(std::string name, std::unique_ptr<link::Link> link, FrameLog& log,
                       std::size_t unread_bytes_max, Dialect dialect,
                       asio::any_io_executor const& executor)
    : schemas{dialect},
      name_{std::move(name)},
      state_{std::make_shared<State>(std::move(link), unread_bytes_max, executor)},
      log_{log},
      codec_{dialect} {
  asio::co_spawn(executor, pump(state_),
                 asio::bind_cancellation_slot(state_->stop.slot(), asio::detached));
}

LinkDriver::~LinkDriver() = default;

asio::awaitable<void> LinkDriver::pump(std::shared_ptr<State> state) {
  try {
    while (!state->end) {
      co_await state->changed.until([&] { return state->unread_bytes <= state->unread_bytes_max; });
      auto received = co_await state->link->receive();
      if (received) {
        state->unread_bytes += received->view().size() + unread_frame_bytes;
        state->unread.push_back({std::move(*received), FrameLog::Clock::now()});
      } else {
        state->end = Ended{cause_of(received.error().kind), received.error().detail};
      }
      state->changed.notify();
    }
  } catch (boost::system::system_error const&) {  // NOLINT(bugprone-empty-catch)
    // Cancelled: from now on nothing is read, and the link stands as it did.
  }
  state->reading = false;
  if (state->end && state->closes_at_end) state->link->close();
  state->changed.notify();
}

asio::awaitable<Event> LinkDriver::look(Clock::time_point deadline) {
  if (!again_.empty()) {
    auto arrival = std::move(again_.front());
    again_.pop_front();
    log_.claim(arrival.log_index);
    co_return Event{std::move(arrival)};
  }
  auto const state = state_;
  auto const ready = [state] { return !state->unread.empty() || state->end.has_value(); };
  if (!ready()) {
    auto wait = [](std::shared_ptr<State> of, auto condition) -> asio::awaitable<bool> {
      co_await of->changed.until(condition);
      co_return true;
    };
    auto const patience = std::max(deadline - Clock::now(), Clock::duration::zero());
    co_await link::within(patience, wait(state, ready));
  }
  if (!state->unread.empty()) co_return Event{read()};
  if (state->end) co_return Event{*state->end};
  co_return Event{TimedOut{}};
}

void LinkDriver::look_again(std::vector<Arrival> arrivals) {
  again_.insert(again_.begin(), std::make_move_iterator(arrivals.begin()),
                std::make_move_iterator(arrivals.end()));
}

Arrival LinkDriver::read() {
  auto const unread = std::move(state_->unread.front());
  state_->unread.pop_front();
  state_->unread_bytes -= unread.payload.view().size() + unread_frame_bytes;
  state_->changed.notify();
  if (sent_at_ && unread.at >= *sent_at_ && !established()) note_answer(unread.at - *sent_at_);
  sent_at_.reset();

  Arrival arrival;
  FrameRecord record;
  record.at_us = log_.microseconds(unread.at);
  record.direction = Direction::received;
  record.link = name_;
  record.bytes = vox::to_bytes(unread.payload.view());
  arrival.due = codec_.next_received();
  auto decoded = codec_.decode(unread.payload.view());
  if (decoded) {
    ids.note(*decoded, false);
    record.decoded = frame_json(*decoded);
    arrival.frame = std::move(*decoded);
  } else {
    arrival.problem = decoded.error().detail + " (" + std::string{decoded.error().rule.id()} +
                      ", at byte " + std::to_string(decoded.error().offset) + ")" +
                      guess_at(codec_.layer(), unread.payload.view());
    record.problem = arrival.problem;
    arrival.frame.bytes = record.bytes;
  }
  // Who says that we broke a rule may well have stopped reading.
  if (unanswered_ > 0 && !arrival.frame.is("protocol_error")) --unanswered_;
  arrival.log_index = log_.add(std::move(record));
  return arrival;
}

std::expected<LinkDriver::Outgoing, std::string> LinkDriver::encode(Frame item) {
  auto encoded = codec_.encode(std::move(item));
  if (!encoded) return std::unexpected(encoded.error());
  ids.note(*encoded, true);
  schemas.note_sent(*encoded);
  FrameRecord record;
  record.at_us = log_.microseconds();
  record.direction = Direction::sent;
  record.link = name_;
  record.bytes = encoded->bytes;
  record.raw = encoded->raw;
  record.decoded = frame_json(*encoded);
  auto const log_index = log_.add(std::move(record));
  return Outgoing{.frame = std::move(*encoded), .log_index = log_index};
}

asio::awaitable<LinkDriver::Written> LinkDriver::send(Batch batch) {
  std::vector<Outgoing> outgoing;
  for (auto& frame : batch.frames) {
    auto one = encode(std::move(frame));
    if (!one) co_return std::unexpected(one.error());
    outgoing.push_back(std::move(*one));
  }
  unanswered_ += outgoing.size() + (batch.together ? 1 : 0);
  auto const is_plain = batch.write.mode == Write::Mode::whole && !batch.together;
  auto* const schedule = is_plain ? batch.schedule : nullptr;
  auto work = is_plain && schedule == nullptr
                  ? write_each(outgoing)
                  : write_pieces(outgoing, cut(outgoing, batch.write, schedule));
  auto written = co_await std::move(work);
  sent_at_ = Clock::now();
  co_return written;
}

void LinkDriver::note_answer(Clock::duration took) {
  slowest_answer_ = std::max(took, slowest_answer_.value_or(took));
}

// The link ended under a write, which is for a later step to see; but it may have refused it.
LinkDriver::Written LinkDriver::unsent(std::vector<Outgoing> const& items, std::size_t from,
                                       link::LinkEnd const& end) {
  for (auto at = from; at < items.size(); ++at)
    log_.mark_unsent(items[at].log_index, end.detail);
  if (end.kind == link::LinkEndKind::refused || end.kind == link::LinkEndKind::stopped) {
    return std::unexpected("the link does not send this: " + end.detail);
  }
  return {};
}

asio::awaitable<LinkDriver::Written> LinkDriver::write_each(std::vector<Outgoing> const& items) {
  for (std::size_t at = 0; at < items.size(); ++at) {
    auto const& item = items[at].frame;
    auto work = item.raw ? state_->link->send_raw(item.bytes) : state_->link->send(item.bytes);
    auto const sent = co_await std::move(work);
    if (!sent) co_return unsent(items, at, sent.error());
  }
  co_return Written{};
}

LinkDriver::Pieces LinkDriver::cut(std::vector<Outgoing> const& items, Write const& write,
                                   Schedule* schedule) const {
  Pieces cut;
  auto const header_bytes = state_->link->write_buffer().header_bytes();
  for (auto const& each : items)
    put_framed(cut.stream, each.frame, header_bytes);
  auto const bytes = cut.stream.size();
  if (schedule != nullptr) {
    cut.pieces = schedule->pieces(bytes);
    cut.may_go_apart = true;
    return cut;
  }
  auto ends = write.split;
  if (write.mode == Write::Mode::bytewise) {
    for (std::size_t at = 1; at < bytes; ++at)
      ends.push_back(at);
  }
  std::erase_if(ends, [&](std::size_t at) { return at >= bytes; });
  // For frames together, back to back is the nearest to one write.
  cut.may_go_apart = ends.empty();
  ends.push_back(bytes);
  for (auto const end : ends)
    cut.pieces.push_back({.end = end, .pause = {}});
  return cut;
}

asio::awaitable<LinkDriver::Written> LinkDriver::write_pieces(std::vector<Outgoing> const& items,
                                                              Pieces cut) {
  std::size_t begin = 0;
  for (auto const& [end, pause] : cut.pieces) {
    if (pause.count() > 0) {
      asio::steady_timer timer{co_await asio::this_coro::executor, pause};
      co_await timer.async_wait(asio::use_awaitable);
    }
    auto const sent =
        co_await state_->link->send_raw(vox::ByteView{cut.stream}.subspan(begin, end - begin));
    if (!sent) {
      auto const refused = sent.error().kind == link::LinkEndKind::refused;
      if (refused && begin == 0 && cut.may_go_apart) co_return co_await write_each(items);
      co_return unsent(items, 0, sent.error());
    }
    begin = end;
  }
  co_return Written{};
}

asio::awaitable<void> LinkDriver::finish() {
  finished_ = true;
  co_await state_->link->finish();
}

void LinkDriver::close() {
  state_->link->close();
}

void LinkDriver::abort() {
  state_->link->abort();
}

void LinkDriver::close_at_its_end() {
  state_->closes_at_end = true;
  if (state_->end) close();
}

void LinkDriver::stop_reading() {
  state_->stop.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> LinkDriver::shut() {
  auto const state = state_;
  state->link->close();
  auto wait = [](std::shared_ptr<State> of) -> asio::awaitable<bool> {
    co_await of->changed.until([&] { return !of->reading; });
    co_return true;
  };
  co_await link::within(closing_guard, wait(state));
}

EndCause LinkDriver::end() const {
  return state_->end ? state_->end->cause : EndCause::open;
}

bool LinkDriver::established() const {
  return codec_.layer() == Layer::message || codec_.layer() == Layer::stable;
}

bool LinkDriver::usable() const {
  return established() && !finished_ && !state_->end && state_->reading;
}

}  // namespace voxspec
