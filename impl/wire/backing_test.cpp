#include "impl/wire/backing.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace vox {
namespace {

Bytes filled(std::size_t size, int value) {
  Bytes bytes(size, static_cast<std::byte>(value));
  return bytes;
}

TEST_SUITE_BEGIN("zerocopy");

TEST_CASE("r[zerocopy.backing] views stay valid while one copy of the backing lives") {
  auto first = Backing{filled(3, 7)};
  auto const view = first.view();
  auto second = first;
  first = {};
  CHECK(equal(view, filled(3, 7)));
  CHECK(second.view().data() == view.data());
  auto const part = second.part(view.subspan(1, 1));
  second = {};
  CHECK(equal(part.view(), filled(1, 7)));
}

TEST_CASE("r[zerocopy.backing] a pool never hands out memory that somebody still looks at") {
  BackingPool pool;
  std::vector<Backing> kept;
  for (int i = 0; i < 200; ++i)
    kept.push_back(pool.copy(filled(100, i)));
  for (int i = 0; i < 200; ++i)
    CHECK(equal(kept[static_cast<std::size_t>(i)].view(), filled(100, i)));
}

TEST_CASE("r[zerocopy.backing] a pool uses memory again once it was dropped, on whatever thread") {
  BackingPool pool;
  std::set<std::byte const*> places;
  for (int i = 0; i < 100; ++i) {
    auto payload = pool.copy(filled(100, i));
    places.insert(payload.view().data());
    std::thread{[dropped = std::move(payload)] {}}.join();
  }
  CHECK(places.size() == 1);
}

TEST_CASE("r[zerocopy.backing] payloads outlive their pool") {
  Backing payload;
  {
    BackingPool pool;
    payload = pool.copy(filled(5, 5));
  }
  CHECK(equal(payload.view(), filled(5, 5)));
}

TEST_CASE("r[zerocopy.backing] a payload of any size is built in pieces, known in advance or not") {
  BackingPool pool;
  BackingBuilder builder;
  for (auto const size : {0uz, 1uz, 255uz, 256uz, 257uz, 70'000uz, 300'000uz, 1uz << 20}) {
    for (auto const likely : {0uz, 10uz, size}) {
      CAPTURE(size);
      CAPTURE(likely);
      builder.begin(pool, size, likely);
      for (std::size_t put = 0; put < size;) {
        auto const count = std::min(size - put, 9'999uz);
        builder.put(filled(count, 3));
        put += count;
      }
      CHECK(builder.room().empty());
      CHECK(equal(builder.finish().view(), filled(size, 3)));
    }
  }
}

TEST_CASE("r[zerocopy.backing] a payload that stays far below its largest size gives memory back") {
  BackingPool pool;
  BackingBuilder builder;
  builder.begin(pool, 64uz << 20, 64uz << 20);
  builder.put(filled(10, 1));
  CHECK(builder.room().size() < 256uz << 10);
  CHECK(equal(builder.finish().view(), filled(10, 1)));
  CHECK(builder.size() == 0);
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox
