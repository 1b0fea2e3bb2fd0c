// A stable conduit in steady state allocates nothing, and its memory is bounded whatever the peer
// acknowledges: counted by the program's own operator new.
#include "impl/conduit/stable_conduit.hpp"
#include "impl/wire/message.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <optional>

namespace {

std::size_t allocation_count = 0;
std::size_t largest_allocation_bytes = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocation_count;
  largest_allocation_bytes = std::max(largest_allocation_bytes, size);
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
using namespace vox::conduit;

namespace {

// One end says something, and the other hears it.
bool passes(StableConduit& from, StableConduit& to, wire::Buffer& link) {
  if (!from.can_send()) return false;
  wire::encode_message(from.begin(), {0, wire::Ping{.nonce = 7}});
  if (!from.commit(1)) return false;
  link.clear();
  if (!from.poll_transmit(link)) return false;
  auto const heard = to.receive(link.view());
  return heard && heard->has_value();
}

struct Pair {
  explicit Pair(StableOptions const& options) : one{options}, other{options} {
    REQUIRE(one.attach(1, std::nullopt));
    REQUIRE(other.attach(1, std::nullopt));
  }
  StableConduit one;
  StableConduit other;
  wire::Buffer link;
};

}  // namespace

TEST_SUITE_BEGIN("stable");

TEST_CASE("a message on a warm stable conduit costs no allocation, acknowledged or not") {
  bool is_answered = false;
  SUBCASE("acknowledged by answers") {
    is_answered = true;
  }
  SUBCASE("never acknowledged") {
    is_answered = false;
  }
  Pair pair{{.replay_frames_max = 100}};
  auto const talk = [&] {
    bool passed = true;
    for (int i = 0; i < 1000; ++i) {
      passed = passes(pair.one, pair.other, pair.link) && passed;
      if (is_answered) passed = passes(pair.other, pair.one, pair.link) && passed;
    }
    return passed;
  };
  REQUIRE(talk());
  auto const before = allocation_count;
  bool const passed = talk();
  CHECK(allocation_count == before);
  CHECK(passed);
}

TEST_CASE("a peer that acknowledges nothing costs a bounded amount of memory") {
  constexpr std::size_t replay_bytes_max = 1uz << 20;
  Pair pair{{.replay_bytes_max = replay_bytes_max}};
  Bytes const message(1000);
  largest_allocation_bytes = 0;
  for (std::size_t bytes = 0; bytes < 100 * replay_bytes_max; bytes += message.size()) {
    REQUIRE(pair.one.send(message, 1));
    pair.link.clear();
    REQUIRE(pair.one.poll_transmit(pair.link));
  }
  CHECK(largest_allocation_bytes <= 4 * replay_bytes_max + 4096);
}

TEST_SUITE_END();
