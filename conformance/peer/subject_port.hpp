#pragma once
#include "conformance/peer/control_channel.hpp"
#include "conformance/peer/process_state.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace vox::link {
class Link;
}

namespace voxspec {

// Why there is no link, or no subject.
struct NoLink {
  enum class Cause : std::uint8_t {
    subject,  // it was up, and then refused the link or ended
    start,    // it did not come up: there is no such program, say
    machine,  // the machine lacks something: descriptors, memory, a usable temporary folder
  };
  Cause cause = Cause::subject;
  std::string detail;  // a sentence ("connection refused by 127.0.0.1:4711")
};

// The way to one subject, made by whoever starts subjects. The executor asks it for links and for
// the state of the process, and knows nothing of commands, sockets or environments.
//
// Its coroutines run on the io_context that runs the case (asio::this_coro::executor says which)
// and its links belong to that one too. The port outlives the run. Each coroutine may be cancelled,
// by asio's per-operation cancellation: the executor does so when its guard time is over.
class SubjectPort {
 public:
  SubjectPort() = default;
  SubjectPort(SubjectPort const&) = delete;
  SubjectPort& operator=(SubjectPort const&) = delete;
  virtual ~SubjectPort() = default;

  // Brings the subject up: it is started, and listens or has dialled us once. Asked for once,
  // before the first link, and not limited by the guard: how long a subject takes to start is no
  // matter of the protocol. Nothing is to be done for a subject that runs already and listens.
  [[nodiscard]] virtual boost::asio::awaitable<std::expected<void, NoLink>> start() {
    co_return std::expected<void, NoLink>{};
  }

  // A fresh link to the subject, before anything was said on it: dials the subject, or waits for it
  // to dial us.
  [[nodiscard]] virtual boost::asio::awaitable<
      std::expected<std::unique_ptr<vox::link::Link>, NoLink>>
  next_link() = 0;

  // Has nobody listen where the subject dials, so that its dials are refused, until the next link
  // is asked for. Only who started the subject can.
  [[nodiscard]] virtual boost::asio::awaitable<std::expected<void, NoLink>> refuse_dials() {
    co_return std::unexpected(NoLink{
        .cause = NoLink::Cause::machine,
        .detail = "the subject was not started by voxspec, so that its dials cannot be refused"});
  }

  // Kills the process and starts the subject again as start() did. Links that stood are lost. Only
  // who started the subject can: a step that asks anybody else for it is an error of the case.
  [[nodiscard]] virtual boost::asio::awaitable<std::expected<void, NoLink>> restart() {
    co_return std::unexpected(
        NoLink{.cause = NoLink::Cause::machine,
               .detail = "the subject was not started by voxspec and cannot be started again"});
  }

  // How the process stands now. Never waits.
  [[nodiscard]] virtual ProcessState process() = 0;

  // True if the operating system is ending the process already, though process() may still say
  // that it runs. What a process had open is closed while it ends, and not before.
  [[nodiscard]] virtual bool is_ending() { return false; }

  // The time for which the process had a processor or waited for one since it started, where that
  // can be known. Who is at work on an answer is not silent yet.
  [[nodiscard]] virtual std::optional<std::chrono::nanoseconds> busy_time() { return std::nullopt; }

  // Waits for the process to end. For a subject that has no process of ours it returns `unknown` at
  // once. The time for it is limited by whoever calls.
  [[nodiscard]] virtual boost::asio::awaitable<ProcessState> wait_exit() = 0;

  // What the machine lacked while a link was waited for, if anything: the wait may have been in
  // vain for that. A sentence.
  [[nodiscard]] virtual std::optional<std::string> machine_lacks() const { return std::nullopt; }

  // Which link this is: "tcp", "local", "stdio", "websocket", "memory".
  [[nodiscard]] virtual std::string transport() const = 0;

  // Whether the subject serves Testbed on this run: a server does, a client scenario does not. Only
  // then are echo calls used beside Pings to see that it still works.
  [[nodiscard]] virtual bool serves_testbed() const = 0;

  // The subject's control channel, where the case needs one; else null.
  [[nodiscard]] virtual ControlChannel* control() { return nullptr; }

  // True if the subject dials us. A link that it lost may then be followed by another dial, which
  // waits unseen until a case asks for it.
  [[nodiscard]] virtual bool subject_dials() const = 0;
};

}  // namespace voxspec
