#include "conformance/differential/comparison.hpp"

#include "conformance/differential/frames.hpp"
#include "conformance/differential/reference.hpp"
#include "conformance/differential/shrink.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/wire/message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace voxspec::differential {
namespace {

namespace wire = vox::wire;

vox::Bytes ping(std::uint64_t nonce) {
  return wire::encode_message({.connection_id = 0, .payload = wire::Ping{.nonce = nonce}});
}
vox::Bytes announcement() {
  auto const& echo = *testbed::find_method("echo");
  auto const cbor = vox::schema::encode(echo.args->payload);
  return wire::encode_message(
      {.connection_id = 0,
       .payload = wire::SchemaMessage{
           .method_id = echo.id, .direction = wire::BindingDirection::args, .schemas = cbor}});
}
vox::Bytes echo(std::uint64_t request) {
  wire::Call const call{.method_id = testbed::find_method("echo")->id,
                        .metadata = {},
                        .args = vox::as_bytes("\2hi"),
                        .schemas = {}};
  return wire::encode_message(
      {.connection_id = 0, .payload = wire::RequestMessage{.id = request, .body = call}});
}

Script script_of(std::vector<Step> steps) {
  return {
      .seed = 1, .role = vox::Role::acceptor, .greetings = {Greeting{}}, .steps = std::move(steps)};
}

// What our session says to the script, without anybody else.
Transcript perform(Script const& script) {
  Reference session{script.role, script.manner};
  auto const link = session.begin_link();
  Transcript transcript;
  std::size_t number = 0;
  auto const keep = [&] {
    for (auto& heard : session.take_said()) {
      heard.step = number;
      transcript.heard.push_back(std::move(heard));
    }
  };
  session.receive(link, first_payload(script.greetings[0], vox::Role::initiator, std::nullopt));
  session.receive(link, last_payload(script.greetings[0]));
  keep();
  for (auto const& step : script.steps) {
    ++number;
    for (auto const& payload : std::get<Say>(step).payloads)
      session.receive(link, payload);
    keep();
  }
  transcript.links = {session.fate(link)};
  return transcript;
}

Conversation with_itself(Script const& script) {
  auto transcript = perform(script);
  return {.ours = transcript, .theirs = transcript, .loose = {}};
}

// The number of the payload of their side that is a response.
std::size_t response_at(Transcript const& transcript) {
  auto const found = std::ranges::find_if(transcript.heard, [](Heard const& heard) {
    auto const message = read_message(heard.payload);
    return !heard.in_handshake && message && response_in(*message);
  });
  REQUIRE(found != transcript.heard.end());
  return static_cast<std::size_t>(found - transcript.heard.begin());
}

vox::Bytes response(std::uint64_t request, std::string_view ret) {
  wire::Response const body{.metadata = {}, .ret = vox::as_bytes(ret), .schemas = {}};
  return wire::encode_message(
      {.connection_id = 0, .payload = wire::RequestMessage{.id = request, .body = body}});
}

TEST_CASE("a session that is compared with itself does not differ") {
  auto const script = script_of({Say{{announcement(), echo(1)}}, Say{{ping(7)}}});
  auto const conversation = with_itself(script);
  CHECK(conversation.ours.heard.size() == 4);
  CHECK_FALSE(compare(script, conversation));
}

TEST_CASE("what one side leaves out, changes or adds is found") {
  auto const script = script_of({Say{{announcement(), echo(1)}}, Say{{ping(7)}}});
  auto const same = with_itself(script);

  auto fewer = same;
  fewer.theirs.heard.pop_back();
  REQUIRE(compare(script, fewer));
  CHECK(compare(script, fewer)->stream == "session on link 0");
  CHECK(compare(script, fewer)->theirs.empty());

  auto changed = same;
  changed.theirs.heard[response_at(changed.theirs)].payload =
      response(1, std::string_view{"\0\2ho", 4});
  REQUIRE(compare(script, changed));
  CHECK(compare(script, changed)->stream == "answers to request 1 on connection 0 in step 1");

  auto more = same;
  more.theirs.heard.push_back(more.theirs.heard.back());
  CHECK(compare(script, more));

  auto closed = same;
  closed.theirs.links[0] = LinkFate::closed;
  REQUIRE(compare(script, closed));
  CHECK(compare(script, closed)->stream == "the end of link 0");

  auto dead = same;
  dead.theirs.death = "killed by signal 6 (SIGABRT)";
  REQUIRE(compare(script, dead));
  CHECK(compare(script, dead)->stream == "the process");
}

TEST_CASE("an announcement that comes behind its data is found") {
  auto const script = script_of({Say{{announcement(), echo(1)}}});
  auto conversation = with_itself(script);
  auto const at = response_at(conversation.theirs);
  std::swap(conversation.theirs.heard[at - 1], conversation.theirs.heard[at]);
  CHECK(compare(script, conversation));
}

TEST_CASE("answers of different requests may come in any order, and beside the session's own") {
  auto const script = script_of({Say{{announcement(), echo(1), echo(3), ping(7)}}});
  auto conversation = with_itself(script);
  auto const at = static_cast<std::ptrdiff_t>(response_at(conversation.theirs));
  auto& heard = conversation.theirs.heard;
  std::swap(heard[static_cast<std::size_t>(at)], heard[static_cast<std::size_t>(at) + 1]);
  std::rotate(heard.begin() + 1, heard.end() - 1, heard.end());
  CHECK_FALSE(compare(script, conversation));
}

TEST_CASE("the texts of errors, resume keys and what races do not count") {
  auto const script = script_of({Say{{echo(1)}}});
  auto conversation = with_itself(script);
  auto const at = response_at(conversation.theirs);
  auto& answer = conversation.theirs.heard[at].payload;
  answer = response(1, "\1\2\5other");
  CHECK_FALSE(compare(script, conversation));

  answer = response(1, "\1\1");
  CHECK(compare(script, conversation));
  conversation.loose.responses.emplace(RequestName{0, 1}, "a race");
  conversation.loose.announcements.emplace(0, 1);
  CHECK_FALSE(compare(script, conversation));

  auto const key = key_in(conversation.theirs.heard[0].payload);
  REQUIRE(key);
  auto& hello = conversation.theirs.heard[0].payload;
  auto const found = std::ranges::search(hello, *key);
  REQUIRE(!found.empty());
  found.front() = std::byte{0x77};
  CHECK_FALSE(compare(script, conversation));
}

TEST_CASE("a made-up difference is found and shrunk to the one message that makes it") {
  std::vector<Step> steps;
  for (std::uint64_t number = 1; number <= 9; ++number)
    steps.emplace_back(Say{{ping(number), echo(2 * number + 1), ping(100 + number)}});
  auto script = script_of(std::move(steps));
  script.greetings[0].settings.max_concurrent_requests = 2;

  // Somebody who does not answer the ping 105.
  auto const differs = [](Script const& candidate) {
    auto conversation = with_itself(candidate);
    std::erase_if(conversation.theirs.heard, [](Heard const& heard) {
      auto const message = read_message(heard.payload);
      if (heard.in_handshake || !message) return false;
      auto const* const pong = std::get_if<wire::Pong>(&message->payload);
      return pong != nullptr && pong->nonce == 105;
    });
    return compare(candidate, conversation).has_value();
  };
  REQUIRE(differs(script));
  boost::asio::io_context context;
  auto const question = [&](Script const& candidate) -> boost::asio::awaitable<bool> {
    co_return differs(candidate);
  };
  auto smallest =
      boost::asio::co_spawn(context, shrink(script, question, 1000), boost::asio::use_future);
  context.run();
  auto const shrunk = smallest.get();
  REQUIRE(shrunk.steps.size() == 1);
  CHECK(std::get<Say>(shrunk.steps[0]).payloads == std::vector<vox::Bytes>{ping(105)});
  CHECK(shrunk.greetings[0].settings.max_concurrent_requests == 64);
}

}  // namespace
}  // namespace voxspec::differential
