// A session in steady state allocates nothing: counted by the program's own operator new.
#include "impl/session/session.hpp"
#include "impl/wire/message.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

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

void drain(Session& session) {
  while (session.poll()) {
  }
}

Session established() {
  HandshakeOutcome outcome;
  outcome.our_settings = {.parity = Parity::odd};
  outcome.peer_settings = {.parity = Parity::even};
  SessionOptions options;
  options.has_acceptor = false;
  auto session = Session::establish(TimePoint{}, options, outcome).value();
  drain(session);
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
  auto const exchange = [&] {
    session.handle(TimePoint{}, call);
    drain(session);
    auto const answered = session.call(
        TimePoint{},
        command::SendResponse{
            .connection_id = 0, .request_id = 2, .ret = as_bytes("world"), .schemas = type});
    drain(session);
    return answered.has_value();
  };
  REQUIRE(exchange());
  auto const before = allocation_count;
  for (int round = 0; round < 1000; ++round) {
    if (!exchange()) break;
  }
  CHECK(allocation_count == before);
}

TEST_SUITE_END();
