#include "conformance/differential/reference.hpp"

#include "conformance/differential/frames.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/message.hpp"

#include <doctest/doctest.h>

#include <string>
#include <variant>
#include <vector>

namespace voxspec::differential {
namespace {

namespace wire = vox::wire;

vox::Bytes message(std::uint64_t connection, wire::MessagePayload const& payload) {
  return wire::encode_message({.connection_id = connection, .payload = payload});
}
vox::Bytes open(std::uint64_t connection) {
  wire::Metadata const service{
      {.key = "vox-service", .value = std::string_view{"Testbed"}, .flags = 0}};
  return message(connection, wire::ConnectionOpen{.connection_settings = {}, .metadata = service});
}
vox::Bytes const undecodable{std::byte{0}, std::byte{99}};

// A new link of a session that we talk to as its initiator, and what it said in the handshake.
struct Opened {
  std::size_t link;
  std::vector<Heard> said;
};
Opened greet(Reference& session, Greeting const& greeting,
             std::optional<vox::ResumeKey> const& key = std::nullopt) {
  auto const link = session.begin_link();
  session.receive(link, first_payload(greeting, vox::Role::initiator, key));
  session.receive(link, last_payload(greeting));
  return {.link = link, .said = session.take_said()};
}

// What it says to one payload, each as its kind.
std::vector<std::size_t> kinds(Reference& session, std::size_t link, vox::Bytes const& payload) {
  session.receive(link, payload);
  std::vector<std::size_t> all;
  for (auto const& heard : session.take_said()) {
    auto const said = read_message(heard.payload);
    REQUIRE(said);
    all.push_back(said->payload.index());
  }
  return all;
}
template <class Message>
std::size_t kind_of() {
  return wire::MessagePayload{Message{}}.index();
}

TEST_CASE("a virtual connection is accepted or refused as the manner says") {
  Reference accepting{vox::Role::acceptor, Manner::accepts};
  CHECK(kinds(accepting, greet(accepting, {}).link, open(1)) ==
        std::vector{kind_of<wire::ConnectionAccept>()});
  Reference refusing{vox::Role::acceptor, Manner::refuses};
  CHECK(kinds(refusing, greet(refusing, {}).link, open(1)) ==
        std::vector{kind_of<wire::ConnectionReject>()});
}

TEST_CASE("a call of echo is answered behind an announcement, once its arguments are announced") {
  Reference session{vox::Role::acceptor, Manner::accepts};
  auto const link = greet(session, {}).link;
  auto const& echo = *testbed::find_method("echo");
  auto const cbor = vox::schema::encode(echo.args->payload);
  wire::SchemaMessage const announcement{
      .method_id = echo.id, .direction = wire::BindingDirection::args, .schemas = cbor};
  CHECK(kinds(session, link, message(0, announcement)).empty());
  wire::Call const call{
      .method_id = echo.id, .metadata = {}, .args = vox::as_bytes("\2hi"), .schemas = {}};
  session.receive(link, message(0, wire::RequestMessage{.id = 1, .body = call}));
  auto const said = session.take_said();
  REQUIRE(said.size() == 2);
  auto const answer = read_message(said[1].payload);
  REQUIRE(answer);
  auto const response = response_in(*answer);
  REQUIRE(response);
  CHECK(vox::to_hex(response->response.ret) == "00026869");
}

TEST_CASE("what cannot be decoded mutes a link, and the first key brings the session back") {
  Reference session{vox::Role::acceptor, Manner::accepts};
  auto const first = greet(session, {});
  auto const key = key_in(first.said.at(0).payload);
  REQUIRE(key);
  CHECK(kinds(session, first.link, open(1)).size() == 1);
  CHECK(kinds(session, first.link, undecodable).empty());
  CHECK(session.fate(first.link) == LinkFate::mute);
  CHECK(session.take_losses().conduit);

  auto const second = greet(session, {}, key);
  CHECK(session.fate(first.link) == LinkFate::closed);
  CHECK(session.fate(second.link) == LinkFate::open);
  // The connection is still there, so that its id is taken.
  CHECK(kinds(session, second.link, open(1)) == std::vector{kind_of<wire::ConnectionReject>()});
}

TEST_CASE("a key that nobody gave out begins a session of its own beside the mute one") {
  Reference session{vox::Role::acceptor, Manner::accepts};
  auto const first = greet(session, {});
  CHECK(kinds(session, first.link, open(1)).size() == 1);
  session.lose(first.link);
  auto const second = greet(session, {}, unknown_key());
  CHECK(session.fate(first.link) == LinkFate::mute);
  CHECK(kinds(session, second.link, open(1)) == std::vector{kind_of<wire::ConnectionAccept>()});
}

TEST_CASE("a resume with other settings is refused and its link closed") {
  Reference session{vox::Role::acceptor, Manner::accepts};
  auto const first = greet(session, {});
  session.lose(first.link);
  Greeting changed;
  changed.settings.max_concurrent_requests = 1;
  auto const second = greet(session, changed, key_in(first.said.at(0).payload));
  CHECK(session.fate(second.link) == LinkFate::closed);
  CHECK(session.fate(first.link) == LinkFate::mute);
}

TEST_CASE("an initiator that lost its link wants another") {
  Reference session{vox::Role::initiator, Manner::accepts};
  auto const link = session.begin_link();
  session.receive(link, first_payload({}, vox::Role::acceptor, issued_key(1)));
  CHECK_FALSE(session.wants_link());
  session.receive(link, undecodable);
  CHECK(session.wants_link());
  static_cast<void>(session.take_said());
  auto const second = session.begin_link();
  auto const said = session.take_said();
  REQUIRE(said.size() == 1);
  auto const hello = wire::decode_handshake(said[0].payload);
  REQUIRE(hello);
  CHECK(std::get<wire::Hello>(*hello).resume_key == issued_key(1));
  session.receive(second, first_payload({}, vox::Role::acceptor, issued_key(2)));
  CHECK(session.fate(link) == LinkFate::closed);
  CHECK(session.fate(second) == LinkFate::open);
}

TEST_CASE("a session that opens calls echo on what is accepted, and then opens the next") {
  Reference session{vox::Role::acceptor, Manner::opens};
  auto const opened = greet(session, {});
  REQUIRE(opened.said.size() == 2);
  auto const first = read_message(opened.said[1].payload);
  REQUIRE(first);
  CHECK(first->connection_id == 2);
  CHECK(kinds(session, opened.link, message(2, wire::ConnectionAccept{})) ==
        std::vector{kind_of<wire::SchemaMessage>(), kind_of<wire::RequestMessage>()});
  wire::RequestMessage const answer{.id = 1, .body = wire::Response{}};
  SUBCASE("when the call is answered") {
    auto right = answer;
    right.id = 2;
    CHECK(kinds(session, opened.link, message(2, right)) ==
          std::vector{kind_of<wire::ConnectionClose>(), kind_of<wire::ConnectionOpen>()});
  }
  SUBCASE("not when another is") {
    CHECK(kinds(session, opened.link, message(2, answer)).empty());
  }
  SUBCASE("when the peer closes the connection") {
    CHECK(kinds(session, opened.link, message(2, wire::ConnectionClose{})) ==
          std::vector{kind_of<wire::ConnectionOpen>()});
  }
  SUBCASE("when a second accept makes 0.4.0 believe that it was closed") {
    CHECK(kinds(session, opened.link, message(2, wire::ConnectionAccept{})) ==
          std::vector{kind_of<wire::ConnectionClose>(), kind_of<wire::ConnectionOpen>()});
  }
}

}  // namespace
}  // namespace voxspec::differential
