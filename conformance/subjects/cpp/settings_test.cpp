#include "conformance/subjects/cpp/settings.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace voxspec::subject;
using Variables = std::map<std::string, std::string>;

std::expected<Settings, std::string> read(Variables const& variables) {
  return read_settings([&](std::string const& name) -> std::optional<std::string> {
    auto const found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  });
}

TEST_SUITE_BEGIN("subject");

TEST_CASE("the defaults are those of the contract") {
  auto const settings = read({{"PEER_ADDR", "h:1"}});
  REQUIRE(settings);
  CHECK(settings->mode == Mode::server);
  CHECK(settings->address.transport == vox::link::Transport::tcp);
  CHECK(settings->conduit == vox::ConduitMode::bare);
  CHECK(settings->accepts_connections);
  CHECK_FALSE(settings->keepalive);
  CHECK_FALSE(settings->connect_wait);
  CHECK(settings->open_connections == 0);
}

TEST_CASE("a client plays the scenario that is named, or echo") {
  CHECK(read({{"SUBJECT_MODE", "client"}, {"PEER_ADDR", "h:1"}})->scenario == "echo");
  auto const named =
      read({{"SUBJECT_MODE", "client"}, {"PEER_ADDR", "h:1"}, {"CLIENT_SCENARIO", "pipelining"}});
  CHECK(named->scenario == "pipelining");
}

TEST_CASE("a listener has an address of its own") {
  auto const tcp = read({{"SUBJECT_MODE", "server-listen"}, {"LISTEN_PORT", "7"}});
  REQUIRE(tcp);
  CHECK(tcp->address.host == "127.0.0.1");
  CHECK(tcp->address.port == 7);
  auto const local = read({{"SUBJECT_MODE", "server-listen"},
                           {"LISTEN_TRANSPORT", "local"},
                           {"LISTEN_PATH", "/run/a.sock"}});
  REQUIRE(local);
  CHECK(local->address.path == "/run/a.sock");
}

TEST_CASE("keepalive is an interval and a timeout in milliseconds") {
  auto const settings = read({{"PEER_ADDR", "h:1"}, {"KEEPALIVE_MS", "50,200"}});
  REQUIRE(settings);
  REQUIRE(settings->keepalive);
  CHECK(settings->keepalive->interval == std::chrono::milliseconds{50});
  CHECK(settings->keepalive->timeout == std::chrono::milliseconds{200});
}

TEST_CASE("the wait for the first session is in milliseconds") {
  auto const settings = read({{"PEER_ADDR", "h:1"}, {"CONNECT_WAIT_MS", "500"}});
  REQUIRE(settings);
  CHECK(settings->connect_wait == std::chrono::milliseconds{500});
}

TEST_CASE("a bad value is named with its variable") {
  std::vector<std::pair<std::string, std::string>> const bad{
      {"SUBJECT_MODE", "x"},      {"SPEC_CONDUIT", "x"},      {"ACCEPT_CONNECTIONS", "2"},
      {"KEEPALIVE_MS", "5"},      {"KEEPALIVE_MS", "5,"},     {"KEEPALIVE_MS", "0,5"},
      {"KEEPALIVE_MS", "1,2,3"},  {"KEEPALIVE_MS", ","},      {"OPEN_CONNECTIONS", "-1"},
      {"OPEN_CONNECTIONS", "1x"}, {"VOXSPEC_CONTROL", "yes"}, {"CONNECT_WAIT_MS", "1s"},
      {"PEER_ADDR", "udp://x"}};
  for (auto const& [name, value] : bad) {
    Variables variables{{"PEER_ADDR", "h:1"}};
    variables[name] = value;
    auto const settings = read(variables);
    REQUIRE_FALSE(settings);
    std::string beginning = name;
    beginning.append("=").append(value).append(": ");
    CHECK(settings.error().starts_with(beginning));
  }
  auto const port = read({{"SUBJECT_MODE", "server-listen"}, {"LISTEN_PORT", "65536"}});
  CHECK_FALSE(port);
}

TEST_CASE("what is needed and missing is named") {
  CHECK(read({}).error().starts_with("PEER_ADDR is not set"));
  auto const local = read({{"SUBJECT_MODE", "server-listen"}, {"LISTEN_TRANSPORT", "local"}});
  CHECK(local.error().starts_with("LISTEN_PATH is not set"));
}

TEST_CASE("a rulebook has one of two names") {
  CHECK(find_rulebook("spec") == vox::Rulebook::spec);
  CHECK(find_rulebook("vox_0_4") == vox::Rulebook::vox_0_4);
  CHECK_FALSE(find_rulebook("vox-0.4"));
}

TEST_SUITE_END();

}  // namespace
