#pragma once
#include "conformance/peer/process_state.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>
#include <string>

namespace vox::link {
class Link;
}

namespace voxspec {

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

  // A fresh link to the subject, before anything was said on it: dials the subject, or waits for it
  // to dial us. The error is a sentence ("connection refused by 127.0.0.1:4711").
  [[nodiscard]] virtual boost::asio::awaitable<
      std::expected<std::unique_ptr<vox::link::Link>, std::string>>
  next_link() = 0;

  // How the process stands now. Never waits.
  [[nodiscard]] virtual ProcessState process() = 0;

  // Waits for the process to end. For a subject that has no process of ours it returns `unknown` at
  // once. The time for it is limited by whoever calls.
  [[nodiscard]] virtual boost::asio::awaitable<ProcessState> wait_exit() = 0;

  // Which link this is: "tcp", "local", "stdio", "websocket", "memory".
  [[nodiscard]] virtual std::string transport() const = 0;

  // Whether the subject serves Testbed on this run: a server does, a client scenario does not. Only
  // then are echo calls used beside Pings to see that it still works.
  [[nodiscard]] virtual bool serves_testbed() const = 0;

  // True if the subject dials us. A link that it lost may then be followed by another dial, which
  // waits unseen until a case asks for it.
  [[nodiscard]] virtual bool subject_dials() const = 0;
};

}  // namespace voxspec
