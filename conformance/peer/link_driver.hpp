#pragma once
#include "conformance/peer/case_result.hpp"
#include "conformance/peer/frame_log.hpp"
#include "conformance/peer/link_codec.hpp"
#include "conformance/peer/match.hpp"
#include "conformance/peer/schedule.hpp"
#include "conformance/peer/schema_ledger.hpp"
#include "conformance/trace/steps.hpp"
#include "impl/link/link.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace voxspec {

// A frame of the subject that a step can look at.
struct Arrival {
  Frame frame;                // its bytes alone, if it could not be decoded
  std::string problem;        // why it could not be decoded: a sentence
  std::size_t log_index = 0;  // in the log
  std::uint64_t due = 0;      // on a stable conduit: the number that was due
};

// The link gives nothing more. It says so again whenever it is asked.
struct Ended {
  EndCause cause = EndCause::none;
  std::string detail;
};
struct TimedOut {};

// What a wait for the subject gave.
using Event = std::variant<Arrival, Ended, TimedOut>;

// One link while a case runs: reads all the time, so that a subject that writes much never blocks
// on us, but decodes and records only what a step looks at. So what we send depends on the steps
// and on what they saw, never on how fast something came.
class LinkDriver {
 public:
  using Clock = std::chrono::steady_clock;

  LinkDriver(std::string name, std::unique_ptr<vox::link::Link> link, FrameLog& log,
             std::size_t unread_bytes_max, Dialect dialect,
             boost::asio::any_io_executor const& executor);
  LinkDriver(LinkDriver const&) = delete;
  LinkDriver& operator=(LinkDriver const&) = delete;
  ~LinkDriver();

  // The link takes the place of an earlier one, of which it goes on knowing what a session and a
  // stable conduit keep.
  void go_on_from(LinkDriver const& earlier) {
    ids = earlier.ids;
    codec_.go_on_from(earlier.codec_);
  }

  // The next frame that nobody has looked at, waiting for it until `deadline`.
  [[nodiscard]] boost::asio::awaitable<Event> look(Clock::time_point deadline);
  // Undoes looks: the next ones give these frames again, in this order.
  void look_again(std::vector<Arrival> arrivals);
  // Frames that a step looked at and left for a later one, oldest first.
  [[nodiscard]] std::deque<Arrival>& held() { return held_; }

  // Frames to send, and in which writes.
  struct Batch {
    std::vector<Frame> frames;
    bool together = false;
    Write write{};
    Schedule* schedule = nullptr;  // where neither of the two says how
  };
  // What the link itself says against it is no verdict: what the subject made
  // of the link shows in what comes next. The error is the author's or ours, and a sentence.
  using Written = std::expected<void, std::string>;
  [[nodiscard]] boost::asio::awaitable<Written> send(Batch batch);

  boost::asio::awaitable<void> finish();
  void close();
  void abort();
  void stop_reading();
  // Closes the link as soon as the subject has ended its side of it, if it has not yet. A program
  // that reads until we end ours, too, neither ends nor dials again before that.
  void close_at_its_end();
  // Closes the link and waits until nothing of it is under way.
  boost::asio::awaitable<void> shut();

  [[nodiscard]] std::string const& name() const { return name_; }
  // As far as is known now, without waiting; frames may still have to be looked at.
  [[nodiscard]] EndCause end() const;
  // The handshake is done: messages can be sent.
  [[nodiscard]] bool established() const;
  // A probe can be sent and its answer be read.
  [[nodiscard]] bool usable() const;
  [[nodiscard]] bool refuses_retry() const { return codec_.refuses_retry(); }
  [[nodiscard]] CallLimits const& calls() const { return codec_.calls(); }
  // Its session is on a stable conduit, whose frames are counted.
  [[nodiscard]] bool counts() const { return codec_.layer() == Layer::stable; }
  [[nodiscard]] std::uint64_t our_next() const { return codec_.next_seq(); }
  [[nodiscard]] std::uint64_t their_next() const { return codec_.next_received(); }
  // Something of ours may be unread. A stream that is closed while bytes are unread is reset by the
  // operating system, so a reset then is no worse than an end of file.
  [[nodiscard]] bool unanswered() const { return unanswered_ > 0; }

  // How long the slowest answer took, of those that every working subject gives: the frames of the
  // handshake and the answers to probes. Nothing if there was none.
  [[nodiscard]] std::optional<Clock::duration> slowest_answer() const { return slowest_answer_; }
  void note_answer(Clock::duration took);

  IdSpace ids;
  SchemaLedger schemas;

 private:
  struct State;
  static boost::asio::awaitable<void> pump(std::shared_ptr<State> state);
  Arrival read();
  struct Outgoing {
    Frame frame;
    std::size_t log_index;  // in the log
  };
  [[nodiscard]] std::expected<Outgoing, std::string> encode(Frame item);
  [[nodiscard]] Written unsent(std::vector<Outgoing> const& items, std::size_t from,
                               vox::link::LinkEnd const& end);
  boost::asio::awaitable<Written> write_each(std::vector<Outgoing> const& items);
  // One stream in pieces. A link that keeps payloads apart has no such thing to offer: there, they
  // go out one by one, if that will do.
  struct Pieces {
    vox::Bytes stream;
    std::vector<Schedule::Piece> pieces;
    bool may_go_apart = false;
  };
  [[nodiscard]] Pieces cut(std::vector<Outgoing> const& items, Write const& write,
                           Schedule* schedule) const;
  boost::asio::awaitable<Written> write_pieces(std::vector<Outgoing> const& items, Pieces cut);

  std::string name_;
  std::shared_ptr<State> state_;
  FrameLog& log_;
  LinkCodec codec_;
  std::deque<Arrival> again_;
  std::deque<Arrival> held_;
  bool finished_ = false;
  std::size_t unanswered_ = 0;                // items sent, less frames that came back
  std::optional<Clock::time_point> sent_at_;  // of the last item of the handshake, until its answer
  std::optional<Clock::duration> slowest_answer_;
};

}  // namespace voxspec
