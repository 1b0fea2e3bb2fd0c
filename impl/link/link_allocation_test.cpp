// A link in steady state allocates nothing. All memory is counted: operator new of this program
// goes through malloc, and the linker puts our own malloc, realloc and aligned_alloc before the
// real ones.
#include "impl/link/link_test.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <new>

namespace {

std::size_t allocation_count = 0;
std::size_t largest_allocation = 0;

void count(std::size_t size) {
  ++allocation_count;
  largest_allocation = std::max(largest_allocation, size);
}

}  // namespace

extern "C" {
// The linker's --wrap gives the names.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
void* __real_malloc(std::size_t size);
void* __real_realloc(void* room, std::size_t size);
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
void* __wrap_malloc(std::size_t size) {
  count(size);
  return __real_malloc(size);
}
void* __wrap_realloc(void* room, std::size_t size) {
  count(size);
  return __real_realloc(room, size);
}
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  count(size);
  return __real_aligned_alloc(alignment, size);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}

void* operator new(std::size_t size) {
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

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::link;
using test::run;
using test::spell;

asio::awaitable<void> echo(Link& link) {
  for (;;) {
    auto const received = co_await link.receive();
    if (!received) co_return;
    static_cast<void>(co_await link.send(received->view()));
  }
}

// How many allocations the rounds after the first hundred take.
asio::awaitable<void> count_warm(Link& link, ByteView payload, std::size_t& allocations) {
  constexpr int rounds_cold = 100;
  for (int i = 0; i < 4 * rounds_cold; ++i) {
    if (i == rounds_cold) allocations = allocation_count;
    if (!co_await link.send(payload)) co_return;
    auto const received = co_await link.receive();
    if (!received || !equal(received->view(), payload)) co_return;
  }
  allocations = allocation_count - allocations;
}

}  // namespace

TEST_SUITE("net") {
  TEST_CASE("r[zerocopy.recv] a payload there and back costs no allocation once links are warm") {
    for (auto const& kind : test::all_kinds) {
      for (auto const size : {10uz, 100uz, 64uz << 10}) {
        CAPTURE(kind.name);
        CAPTURE(size);
        asio::io_context context;
        auto const links = kind.make(context, {});
        auto const payload = test::pattern(size);
        asio::co_spawn(context, echo(*links.far), [](std::exception_ptr const&) {});
        auto allocations = static_cast<std::size_t>(-1);
        auto measure = [&]() -> asio::awaitable<void> {
          co_await count_warm(*links.near, payload, allocations);
          context.stop();
        };
        asio::co_spawn(context, measure(), [](std::exception_ptr const&) {});
        // Asio keeps freed memory for the next operation as long as run() goes on; run_for() gives
        // it back after each handler.
        asio::steady_timer guard{context, test::hang_guard};
        guard.async_wait([&](boost::system::error_code) { context.stop(); });
        context.restart();
        context.run();
        CHECK(allocations == 0);
      }
    }
  }

  TEST_CASE("r[link.message] a length prefix of 64 MiB allocates little before the bytes come") {
    for (auto const& kind : test::stream_kinds) {
      CAPTURE(kind.name);
      asio::io_context context;
      auto const links = kind.make(context, {});
      run(context, [&]() -> asio::awaitable<void> {
        auto const sent = co_await links.near->send_raw(from_hex("00000004 0102").value());
        CHECK(spell(sent) == "sent");
        co_await links.near->finish();
        largest_allocation = 0;
        auto const received = co_await links.far->receive();
        CHECK(spell(received) == "truncated");
        CHECK(largest_allocation < 256uz << 10);
      });
    }
  }
}
