// The six tests that 0.4.0 has of its own session, under their names.
#include "conformance/tests/session_script.hpp"

#include <doctest/doctest.h>

using namespace vox;
using namespace vox::session;
using namespace voxspec::test;

namespace {

command::Open an_open() {
  return {.settings = {.parity = Parity::odd}, .service = "Echo", .metadata = {}};
}

std::string resume_error(ConnectionSettings HandshakeOutcome::* settings) {
  auto options = in_0_4();
  options.is_registered = true;
  SessionScript script{options};
  script.loses_conduit();
  auto outcome = as_initiator();
  (outcome.*settings).max_concurrent_requests = 65;
  return script.does(command::Resume{.outcome = outcome}).back();
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.U5] duplicate_connection_accept_is_ignored_after_first") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    script.does(an_open());
    CHECK(script.hears(1, accept()) == Lines{"opened 1 odd/64 even/64"});
    CHECK(script.hears(1, accept()).empty());
    CHECK(script.session.connection(1)->state == ConnectionState::active);
  }
}

TEST_CASE("r[core.U5] duplicate_connection_reject_is_ignored_after_first") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    script.does(an_open());
    CHECK(script.hears(1, reject()) == Lines{"open_failed 1 connection rejected"});
    CHECK(script.hears(1, reject()).empty());
    CHECK_FALSE(script.session.connection(1));
  }
}

TEST_CASE("r[core.U5] out_of_order_accept_or_reject_without_pending_is_ignored") {
  SessionScript script{in_0_4()};
  script.hears(0, close());  // An empty table: even the root is gone.
  CHECK(script.hears(99, accept()).empty());
  CHECK(script.hears(99, reject()).empty());
  CHECK(script.session.connection_count() == 0);
}

TEST_CASE("r[core.C3] close_request_clears_pending_outbound_open") {
  for (auto const& options : {in_0_4(), in_spec()}) {
    SessionScript script{options};
    script.does(an_open());
    auto const lines = script.does(command::Close{.connection_id = 1, .metadata = {}});
    CHECK(last_event(lines) == "open_failed 1 protocol error: session closed");
    CHECK_FALSE(script.session.connection(1));
  }
}

TEST_CASE("r[core.M1] resume_rejects_changed_local_root_settings") {
  CHECK(resume_error(&HandshakeOutcome::our_settings) ==
        "refused: protocol error: local root settings changed across session resume");
}

TEST_CASE("r[core.M2] resume_rejects_changed_peer_root_settings") {
  CHECK(resume_error(&HandshakeOutcome::peer_settings) ==
        "refused: protocol error: peer root settings changed across session resume");
}

TEST_SUITE_END();
