#pragma once
// For the tests of the executor: a subject made of nothing but the wire codecs, which keeps the
// protocol or, by switches, does not. It has no state machine that it could share with the judge.
#include "conformance/peer/case_result.hpp"
#include "conformance/peer/executor.hpp"
#include "conformance/peer/subject_port.hpp"
#include "impl/link/condition.hpp"
#include "impl/link/link.hpp"
#include "impl/link/listener.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace voxspec::test {

// What the fake does about a message on a connection that was never opened.
enum class AtViolation : std::uint8_t {
  tells_and_closes,
  only_closes,
  only_tells,
  tells_and_resets_later,  // goes on until then
  tells_behind_an_answer,  // to what comes next, and closes
  tells_elsewhere,         // on connection 7
  ignores,
  honours,  // answers a call as if the connection stood
  mute,     // keeps the link and never answers again
  resets,
  resets_later,  // goes on until then
  ponders,       // reads and says nothing until then
  crashes,
  exits,     // with code 1
  chatters,  // sends Pongs that nobody asked for, without end
};

struct Habits {
  vox::Role role = vox::Role::acceptor;
  AtViolation at_violation = AtViolation::tells_and_closes;
  bool serves = true;  // Testbed
  bool links = true;   // gives a link when asked for one
  std::chrono::milliseconds start_takes{0};
  std::optional<NoLink::Cause> start_fails{};
  std::chrono::milliseconds chatters_every{1};
  std::chrono::milliseconds resets_after{50};
  bool is_busy = false;   // has a processor all the time
  bool over_tcp = false;  // else in memory
  bool answers_hello = true;
  bool refuses_mode = true;  // of an unknown conduit; else it answers nothing
  bool answers_pings = true;
  std::uint64_t nonce_off_by = 0;  // in its Pongs
  bool echoes_rightly = true;
  bool rejects_opens = false;
};

// Calls of these methods make the fake do what no caller could ask for.
struct Trick {
  static constexpr std::uint64_t ping_us = 101;         // Ping 55; the response follows its Pong
  static constexpr std::uint64_t garbage = 102;         // one payload that is no message
  static constexpr std::uint64_t close = 103;           // ends the link in order
  static constexpr std::uint64_t reset = 104;           // tears it down
  static constexpr std::uint64_t crash = 105;           // ends it, killed by a signal
  static constexpr std::uint64_t exit = 106;            // ends it, exited with code 3
  static constexpr std::uint64_t silence = 107;         // nothing at all
  static constexpr std::uint64_t items = 108;           // channel items 1 and 2, then a response
  static constexpr std::uint64_t truncate = 109;        // ends inside a frame
  static constexpr std::uint64_t protocol_error = 110;  // accuses us, and closes
  static constexpr std::uint64_t stray_pong = 111;      // a Pong that nobody asked for
  static constexpr std::uint64_t close_later = 112;     // a response, then ends the link
  static constexpr std::uint64_t exit_alone = 113;      // exits with code 3 and says nothing
};

// Serves one case: each link asked for leads to a fresh conversation with the fake.
class FakePort final : public SubjectPort {
 public:
  FakePort(boost::asio::io_context& context, Habits habits);

  boost::asio::awaitable<std::expected<void, NoLink>> start() override;
  boost::asio::awaitable<std::expected<std::unique_ptr<vox::link::Link>, NoLink>> next_link()
      override;
  ProcessState process() override { return state_; }
  std::optional<std::chrono::nanoseconds> busy_time() override;
  boost::asio::awaitable<ProcessState> wait_exit() override;
  [[nodiscard]] std::string transport() const override {
    return habits_.over_tcp ? "tcp" : "memory";
  }
  [[nodiscard]] bool serves_testbed() const override { return habits_.serves; }
  [[nodiscard]] bool subject_dials() const override { return habits_.role == vox::Role::initiator; }

  void end_process(ProcessState::Kind kind, int code_or_signal);
  // How many links were asked for.
  [[nodiscard]] int links() const { return links_; }

 private:
  boost::asio::io_context& context_;
  Habits habits_;
  ProcessState state_{.kind = ProcessState::Kind::running};
  vox::link::Condition ended_;
  int links_ = 0;
};

// Runs the steps, which are JSON text, against the fake. `peer` is the trace's "peer".
struct Play {
  Habits habits{};
  RunOptions options{};
  std::string peer = R"({"role": "initiator"})";
  std::string clause = "session.message/1";
  bool client = false;  // the subject plays a client scenario
  bool slow = false;
};
[[nodiscard]] CaseResult play(std::string_view steps, Play const& how = {});
// With guards so short that a case which runs into one is over soon.
[[nodiscard]] RunOptions impatient();
// The reason, with "waited 40 ms" where an impatient case waited longer, as it does for a peer that
// was slow before.
[[nodiscard]] std::string with_shortest_wait(std::string reason);

}  // namespace voxspec::test
