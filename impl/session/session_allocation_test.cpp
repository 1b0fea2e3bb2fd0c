// A session in steady state allocates nothing: counted by the program's own operator new.
#include "impl/schema/cbor_form.hpp"
#include "impl/session/session.hpp"
#include "impl/wire/message.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace {

std::size_t allocation_count = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocation_count;
  auto* const room = std::malloc(size);
  if (room == nullptr) std::abort();
  return room;
}
void operator delete(void* room) noexcept {
  std::free(room);
}
void operator delete(void* room, std::size_t) noexcept {
  std::free(room);
}

using namespace vox;
using namespace vox::session;

namespace {

// A conduit with one buffer, as a link has it.
void drain(Session& session, wire::Buffer& buffer) {
  while (session.poll_event()) {
  }
  Token written = 0;
  buffer.clear();
  while (auto const transmit = session.poll_transmit(buffer))
    written = transmit->token;
  if (written > 0) session.handle(TimePoint{}, input::Written{.through = written});
}

Session established() {
  HandshakeOutcome outcome;
  outcome.our_settings = {.parity = Parity::odd};
  outcome.peer_settings = {.parity = Parity::even};
  SessionOptions options;
  options.has_acceptor = false;
  auto session = Session::establish(TimePoint{}, options, outcome).value();
  wire::Buffer buffer;
  drain(session, buffer);
  return session;
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE("r[core.X1] a call and its response cost no allocation once the session is warm") {
  auto session = established();
  input::Received const call{Backing{wire::encode_message(
      {0, wire::RequestMessage{
              .id = 2,
              .body = wire::Call{
                  .method_id = 7, .metadata = {}, .args = as_bytes("hello"), .schemas = {}}}})}};
  auto const type = std::make_shared<schema::SchemaPayload const>(schema::SchemaPayload{
      .schemas = {{.id = 1, .type_params = {}, .kind = schema::Primitive::u32}},
      .root = schema::TypeRef::concrete(1)});
  wire::Buffer buffer;
  auto const exchange = [&](Bytes result) {
    session.handle(TimePoint{}, call);
    drain(session, buffer);
    auto const answered = session.call(
        TimePoint{},
        command::SendResponse{
            .connection_id = 0, .request_id = 2, .ret = std::move(result), .schemas = type});
    drain(session, buffer);
    return answered.has_value();
  };
  std::vector<Bytes> results(1001, to_bytes(as_bytes("world")));
  REQUIRE(exchange(std::move(results.back())));
  auto const before = allocation_count;
  for (int round = 0; round < 1000; ++round) {
    if (!exchange(std::move(results[static_cast<std::size_t>(round)]))) break;
  }
  CHECK(allocation_count == before);
}

TEST_CASE("r[core.X1] nor do 64 calls in flight whose ids rise") {
  auto session = established();
  wire::Buffer buffer;
  auto const type = std::make_shared<schema::SchemaPayload const>();
  RequestId next = 1;
  auto const one_more = [&] {
    static_cast<void>(session.call(
        TimePoint{}, command::SendCall{.request_id = next, .method_id = 7, .schemas = type}));
    next += 2;
    drain(session, buffer);
  };
  std::vector<Backing> replies;
  for (RequestId id = 1; id < 20'000; id += 2) {
    replies.emplace_back(
        wire::encode_message({0, wire::RequestMessage{.id = id, .body = wire::Response{}}}));
  }
  for (int i = 0; i < 64; ++i)
    one_more();
  auto const round = [&](std::size_t at) {
    session.handle(TimePoint{}, input::Received{replies[at]});
    one_more();
  };
  for (std::size_t at = 0; at < 1000; ++at)
    round(at);
  auto const before = allocation_count;
  for (std::size_t at = 1000; at < 9000; ++at)
    round(at);
  MESSAGE("allocations in 8000 calls: " << allocation_count - before);
  CHECK(session.connection(0)->requests_from_us == 64);
  // The table of requests is made anew now and then, when its groups have overflowed.
  CHECK(allocation_count - before < 80);
}

// What it costs to take announcements and calls in turn, while the application holds all that came,
// where the peer has announced so many types before.
std::size_t allocations_of_announcements(std::uint64_t known) {
  constexpr std::uint64_t rounds = 50;
  std::vector<Backing> messages;
  auto const announce = [&](std::uint64_t method) {
    schema::SchemaPayload payload{
        .schemas = {{.id = method, .type_params = {}, .kind = schema::Primitive::u32}},
        .root = schema::TypeRef::concrete(method)};
    auto const bytes = schema::encode(payload);
    messages.emplace_back(
        wire::encode_message({0, wire::SchemaMessage{.method_id = method,
                                                     .direction = wire::BindingDirection::args,
                                                     .schemas = bytes}}));
  };
  for (std::uint64_t method = 1; method <= known; ++method)
    announce(method);
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    announce(known + round);
    messages.emplace_back(wire::encode_message(
        {0, wire::RequestMessage{
                .id = 2 * round,
                .body = wire::Call{.method_id = 1, .metadata = {}, .args = {}, .schemas = {}}}}));
  }
  auto session = established();
  std::size_t before = 0;
  for (std::size_t at = 0; at < messages.size(); ++at) {
    if (at == known) before = allocation_count;
    session.handle(TimePoint{}, input::Received{messages[at]});
  }
  CHECK(session.connection(0)->requests_from_peer == rounds);
  return allocation_count - before;
}

TEST_CASE("r[schema.tracking.received] a message shares what was announced, however much it is") {
  auto const of_few = allocations_of_announcements(10);
  auto const of_many = allocations_of_announcements(2000);
  MESSAGE("allocations with few types: " << of_few << ", with many: " << of_many);
  CHECK(of_many <= of_few + 20);
}

TEST_SUITE_END();
