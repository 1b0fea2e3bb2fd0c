#pragma once
#include "conformance/peer/case_result.hpp"
#include "conformance/peer/control.hpp"
#include "conformance/peer/executor.hpp"
#include "conformance/peer/failure.hpp"
#include "conformance/peer/frame_log.hpp"
#include "conformance/peer/link_driver.hpp"
#include "conformance/peer/match.hpp"
#include "conformance/peer/question.hpp"
#include "conformance/peer/schedule.hpp"
#include "conformance/trace/trace.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace voxspec {

// The link that a case begins on has no name in records; a step that names no link means it.
inline constexpr std::string_view first_link_name;

// Thrown where a subject has sent more than one case takes, and caught where the case is run: no
// step could go on. The text is a sentence.
struct Overrun {
  std::string what;
};

// Everything that the steps of one case act on: its links, names and frames, and what was seen so
// far. It belongs to one run and refers to the case and the port, which outlive it.
class CaseRun {
 public:
  using Clock = LinkDriver::Clock;

  CaseRun(Case const& of, SubjectPort& to, RunOptions const& with, boost::asio::any_io_executor on);
  CaseRun(CaseRun const&) = delete;
  CaseRun& operator=(CaseRun const&) = delete;
  ~CaseRun() = default;

  // For a subject from which nothing is awaited but its end, or its next dial.
  void close_links_at_their_ends();
  // Asks the port for a link that takes this name.
  [[nodiscard]] boost::asio::awaitable<Outcome> open_link(std::string name);
  // The link that a step is about; null if it does not stand yet.
  [[nodiscard]] LinkDriver* link_of(Step const& step);
  // The link that the last step was about.
  [[nodiscard]] LinkDriver* last_link();

  // The next frame for a step: first what earlier steps left, then what is new.
  [[nodiscard]] boost::asio::awaitable<Event> next(LinkDriver& link, Clock::time_point deadline);
  // The next new frame. What the judge itself answers for is dealt with here and never seen by a
  // step: late answers to its own questions, and, unless the case speaks of Pings itself, the
  // subject's Pings, which get their Pongs.
  [[nodiscard]] boost::asio::awaitable<Event> look(LinkDriver& link, Clock::time_point deadline);

  // Fills the templates and sends them. Only an author's error, one of ours, or a subject that
  // does not read fails here.
  [[nodiscard]] boost::asio::awaitable<Outcome> send(LinkDriver& link, Send step);
  // The judge's own items, one after the other.
  [[nodiscard]] boost::asio::awaitable<Outcome> send(LinkDriver& link, std::vector<Frame> frames);
  [[nodiscard]] std::expected<std::uint64_t, Failure> connection(LinkDriver const& link,
                                                                 Term const& id) const;

  // Gives those who try alternatives the numbers of the frame that they look at.
  void give_numbers(Bindings& to) const;

  // How the process stands after a link ended: the operating system gets a moment to say so, once
  // for each link.
  [[nodiscard]] boost::asio::awaitable<ProcessState> settled();
  // The process's end, within the guard; nothing if it still runs then.
  [[nodiscard]] boost::asio::awaitable<std::optional<ProcessState>> exit_in_time();

  [[nodiscard]] Clock::time_point guard() const { return Clock::now() + options.guard_timeout; }
  // How long silence has to last on a link until it means that the subject says nothing more: the
  // guard, unless the link has answered something, which shows how quick the subject and the
  // machine are now.
  [[nodiscard]] std::chrono::milliseconds patience(LinkDriver const& link) const;
  // What the subject has granted on a channel, of all that was looked at.
  [[nodiscard]] std::uint64_t granted(std::uint64_t connection, std::uint64_t channel) const;
  // A number that no case uses: the same ones for the same seed.
  [[nodiscard]] std::uint64_t fresh_nonce();
  [[nodiscard]] std::uint64_t fresh_request() { return next_request_++; }
  [[nodiscard]] bool asked_with(std::uint64_t nonce) const { return nonces_.contains(nonce); }

  Case const& trace;
  SubjectPort& port;
  RunOptions const options;
  boost::asio::any_io_executor const executor;
  FrameLog log;
  Bindings bindings;
  Observations observations;
  Control control;
  std::map<std::string, std::unique_ptr<LinkDriver>, std::less<>> links;
  // Links that a later one of the same name replaced; their frames stay in the log.
  std::vector<std::unique_ptr<LinkDriver>> replaced;
  std::string last_link_name;
  // A question that is already asked for the step that comes next.
  std::optional<Question> asked;
  // Patterns of answers that nobody waits for any more.
  std::vector<Pattern> late_answers;
  // Of an alternative that is worth less than a pass, and no failure.
  struct Blemish {
    Verdict verdict = Verdict::non_strict;
    std::string reason;
  };
  std::optional<Blemish> blemish;
  Frame last_item;              // what the case sent last, before it was encoded; empty if nothing
  bool crash_accepted = false;  // a step asked for the signal that ended the process
  bool session_over = false;    // ended, or being ended, as the case wanted it
  std::chrono::microseconds start_time{};  // how long the subject took to come up

 private:
  [[nodiscard]] boost::asio::awaitable<Outcome> send(LinkDriver& link, LinkDriver::Batch batch);
  [[nodiscard]] bool is_late_answer(LinkDriver const& link, Arrival const& arrival);
  void count(Arrival const& arrival);
  // Gives the names of the numbers of a stable conduit their values.
  void note_numbers(LinkDriver const& link, std::uint64_t their_next);
  void note_our_numbers(LinkDriver const& link);
  [[nodiscard]] std::chrono::milliseconds settling_time() const;

  bool pings_are_scripted_;
  bool exceeds_limits_;
  bool is_settled_ = false;
  std::size_t frames_ = 0;  // that came
  std::size_t frame_bytes_ = 0;
  std::size_t uncounted_from_ = 0;  // an index in the log
  std::uint64_t random_;
  std::optional<Schedule> schedule_;
  std::uint64_t next_request_ = 0;
  std::set<std::uint64_t> nonces_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> granted_;  // by connection, id
};

// True if the frame fits the pattern. Names keep the values they have here; none is bound.
[[nodiscard]] bool fits(FrameTerm const& pattern, Arrival const& arrival, LinkDriver const& link,
                        Bindings bindings = {});

}  // namespace voxspec
