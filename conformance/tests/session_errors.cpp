// E1–E3: what a session reports, word for word.
#include "conformance/tests/session_script.hpp"
#include "impl/session/error.hpp"

#include <doctest/doctest.h>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

SessionError of_kind(ErrorKind kind, std::string detail = {}) {
  return {.kind = kind, .detail = std::move(detail), .metadata = {}};
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.E1] the texts of the five kinds") {
  CHECK(of_kind(ErrorKind::io, "refused").text() == "io error: refused");
  CHECK(of_kind(ErrorKind::protocol, "odd").text() == "protocol error: odd");
  CHECK(of_kind(ErrorKind::rejected).text() == "connection rejected");
  CHECK(of_kind(ErrorKind::not_resumable).text() == "session is not resumable");
  CHECK(of_kind(ErrorKind::connect_timeout).text() == "connect timeout");
}

TEST_CASE("r[core.E2] io errors, timeouts and a missing resume key may be retried, the rest not") {
  CHECK(of_kind(ErrorKind::io).retryable());
  CHECK(of_kind(ErrorKind::connect_timeout).retryable());
  CHECK(of_kind(ErrorKind::not_resumable).retryable());
  CHECK_FALSE(of_kind(ErrorKind::protocol).retryable());
  CHECK_FALSE(of_kind(ErrorKind::rejected).retryable());
}

TEST_CASE("r[core.E3] every request to a session that has ended fails with `session closed`") {
  SessionScript script;
  script.does(command::Shutdown{});
  Command const requests[] = {
      command::Open{},        command::Close{1, {}},   command::Accept{2},
      command::Reject{2, {}}, command::Abandon{2},     command::DropCaller{1},
      command::DropDriver{1}, command::Shutdown{},     command::Resume{as_initiator()},
      command::SendCall{},    command::SendResponse{}, command::SendCancel{},
      command::SendChannel{}};
  for (auto const& request : requests) {
    CHECK(script.does(request) == Lines{"refused: protocol error: session closed"});
  }
}

TEST_CASE("r[core.E3] an ended session says and hears nothing more") {
  SessionScript script;
  script.does(command::Shutdown{});
  CHECK(script.hears(0, wire::Ping{.nonce = 1}).empty());
  CHECK(script.loses_conduit().empty());
  CHECK(script.at(10'000).empty());
  CHECK(script.happens(input::SendFailed{.error = "no"}).empty());
}

TEST_SUITE_END();
