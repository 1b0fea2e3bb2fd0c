#include "conformance/runner/eligibility.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace voxspec;
using vox::Role;
using vox::link::Transport;

Subject able() {
  Subject subject;
  subject.name = "able";
  subject.command = {"able"};
  subject.roles = {Role::initiator, Role::acceptor};
  subject.transports = {"tcp", "ws"};
  subject.conduits = {"bare"};
  subject.abilities = {"resumes"};
  return subject;
}

Case trace() {
  Case result;
  result.id = "some/case";
  result.clauses = {vox::Clause{"session.parity/1"}};
  return result;
}

std::string refusal(Case const& each, Subject const& subject) {
  auto const plan = plan_case(each, subject);
  return plan ? "" : plan.error();
}

TEST_SUITE_BEGIN("runner");

TEST_CASE("a case runs in its role, over the first transport that both have") {
  auto each = trace();
  each.role = Role::acceptor;
  each.needs = {"resumes"};
  each.subject.env = {{"KEEPALIVE_MS", "10,20"}};
  auto const plan = plan_case(each, able());
  REQUIRE(plan);
  CHECK(plan->ours == Role::acceptor);
  CHECK(plan->transport == Transport::tcp);
  CHECK(plan->conduit == "bare");
  CHECK_FALSE(plan->scenario);
  CHECK(plan->environment.at("KEEPALIVE_MS") == "10,20");
  each.transports = {"local", "websocket"};
  CHECK(plan_case(each, able())->transport == Transport::websocket);
}

TEST_CASE("without Testbed nothing is called, in no alternative and in no round") {
  Template item;
  item.kind = find_frame_kind("request_call");
  Step call;
  call.body = Send{.items = {item}, .together = false, .write = {}};
  OneOf ways;
  ways.alternatives.emplace_back().steps = {call};
  Step choice;
  choice.body = ways;
  auto silent = able();
  auto each = trace();
  CHECK_FALSE(plan_case(each, silent)->testbed);
  for (auto const& step : {call, choice}) {
    each.steps = {step};
    CHECK(refusal(each, silent) == "needs the ability testbed");
  }
  // Calls of Probe, and those that we answer, are judged all the same.
  each.needs = {"probe"};
  silent.abilities = {"probe", "client-scenarios"};
  CHECK(refusal(each, silent) == "");
  each.needs.clear();
  each.subject = {.mode = SubjectStart::Mode::client, .scenario = "echo", .env = {}};
  CHECK(refusal(each, silent) == "");
  auto serving = able();
  serving.abilities = {"testbed"};
  each.subject = {};
  CHECK(plan_case(each, serving)->testbed);
}

TEST_CASE("a case is about the subject's dialect, and needs what that dialect has") {
  auto each = trace();
  auto newer = able();
  newer.conduits = {"bare", "stable"};
  newer.speak(vox::Dialect::vox_0_5);
  CHECK(newer.conduits == std::vector<std::string>{"bare"});
  CHECK(refusal(each, newer) == "is about the dialect vox_0_4 alone");
  each.dialect = vox::Dialect::vox_0_5;
  CHECK(refusal(each, able()) == "is about the dialect vox_0_5 alone");
  CHECK(plan_case(each, newer)->link_options().counts_descriptors);
  each.conduit = Conduit::stable;
  CHECK(refusal(each, newer) == "the dialect vox_0_5 has no stable conduit");
}

TEST_CASE("what the subject does not claim makes a case unsupported, and is named") {
  auto each = trace();
  each.needs = {"resumes", "flies"};
  CHECK(refusal(each, able()) == "needs the ability flies");
  each = trace();
  each.conduit = Conduit::stable;
  CHECK(refusal(each, able()) == "needs the conduit stable");
  each = trace();
  each.transports = {"local"};
  CHECK(refusal(each, able()) == "needs the transport local");
  each = trace();
  auto one_sided = able();
  one_sided.roles = {Role::initiator};
  CHECK(refusal(each, one_sided) == "needs a subject that is the acceptor");
  each.role = Role::acceptor;
  CHECK(refusal(each, one_sided).empty());
}

TEST_CASE("a client scenario needs a subject that plays them") {
  auto each = trace();
  each.role = Role::acceptor;
  each.subject.mode = SubjectStart::Mode::client;
  each.subject.scenario = "echo";
  CHECK(refusal(each, able()) == "needs the ability client-scenarios");
  auto client = able();
  client.abilities = {"client-scenarios"};
  CHECK(plan_case(each, client)->scenario == "echo");
}

TEST_CASE("a transport that is forced is the only one") {
  CHECK(plan_case(trace(), able(), Transport::websocket)->transport == Transport::websocket);
  CHECK(plan_case(trace(), able(), Transport::local).error() == "needs the transport local");
}

TEST_CASE("a subject that somebody else started has no environment and no process of ours") {
  auto subject = able();
  subject.command.clear();
  CHECK(refusal(trace(), subject).empty());
  auto each = trace();
  each.subject.env = {{"KEEPALIVE_MS", "10,20"}};
  CHECK(refusal(each, subject).starts_with("needs KEEPALIVE_MS in the environment"));
  each = trace();
  Repeat repeat;
  repeat.rounds.emplace_back();
  repeat.rounds.front().emplace_back();
  repeat.rounds.front().front().body = ExpectExit{};
  each.steps.emplace_back();
  each.steps.front().body = repeat;
  CHECK(refusal(each, subject).starts_with("needs to see the process end"));
  CHECK(refusal(each, able()).empty());
  repeat.rounds.front().front().body = Restart{};
  each.steps.front().body = repeat;
  CHECK(refusal(each, subject).starts_with("needs to be started again, and this subject was not"));
  CHECK(refusal(each, able()).empty());
  each = trace();
  each.subject.store = true;
  CHECK(refusal(each, subject).starts_with("needs STORE_PATH in the environment"));
}

TEST_SUITE_END();

}  // namespace
