#include "conformance/differential/loose_ends.hpp"

#include "impl/wire/message.hpp"

#include <doctest/doctest.h>

#include <variant>

namespace voxspec::differential {
namespace {

namespace wire = vox::wire;

vox::Bytes request(std::uint64_t id, wire::RequestBody const& body) {
  return wire::encode_message(
      {.connection_id = 3, .payload = wire::RequestMessage{.id = id, .body = body}});
}
vox::Bytes close() {
  return wire::encode_message({.connection_id = 3, .payload = wire::ConnectionClose{}});
}

// A call that was answered.
void answered(LooseEnds& loose, std::uint64_t id) {
  loose.after(request(id, wire::Call{}), {Heard{.payload = request(id, wire::Response{})}}, {});
}

TEST_CASE("an answered call alone leaves nothing open") {
  LooseEnds loose;
  Loose all;
  loose.begin_burst();
  answered(loose, 1);
  loose.settle(1, all);
  CHECK(all.responses.empty());
}

TEST_CASE("a close, a loss of the link or a second use behind a call leave its answer open") {
  Loose all;
  LooseEnds loose;
  loose.begin_burst();
  answered(loose, 1);
  SUBCASE("close") {
    loose.after(close(), {}, {.closed = {3}, .conduit = false});
  }
  SUBCASE("loss") {
    loose.after({}, {}, {.closed = {}, .conduit = true});
  }
  SUBCASE("second use") {
    answered(loose, 1);
  }
  SUBCASE("cancel") {
    loose.after(request(1, wire::Cancel{}), {}, {});
  }
  loose.settle(4, all);
  CHECK(all.responses.contains({3, 1}));
  CHECK(all.announcements.at(3) == 4);
}

TEST_CASE("only a cancel reaches back, and only into the burst before") {
  Loose all;
  LooseEnds loose;
  loose.begin_burst();
  answered(loose, 1);
  loose.begin_burst();
  loose.after(close(), {}, {.closed = {3}, .conduit = false});
  loose.settle(2, all);
  CHECK(all.responses.empty());
  loose.after(request(1, wire::Cancel{}), {}, {});
  loose.settle(2, all);
  CHECK(all.responses.contains({3, 1}));

  Loose later;
  loose.begin_burst();
  loose.after(request(1, wire::Cancel{}), {}, {});
  loose.settle(3, later);
  CHECK(later.responses.empty());
}

}  // namespace
}  // namespace voxspec::differential
