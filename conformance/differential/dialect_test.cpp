#include "conformance/differential/dialect.hpp"

#include "conformance/differential/dice.hpp"
#include "impl/schema/translate.hpp"
#include "impl/session/message_plan.hpp"
#include "impl/wire/message.hpp"
#include "spec/rulebook.hpp"

#include <doctest/doctest.h>

namespace voxspec::differential {
namespace {

namespace wire = vox::wire;

auto plan_for(Dialect const& dialect) {
  return vox::session::plan_for_peer(dialect.schemas, vox::Rulebook::vox_0_4, {});
}

TEST_CASE("who writes as we do needs no plan, whether it says so or not") {
  for (auto const& dialect : {own_dialect(), silent_dialect()}) {
    auto const plan = plan_for(dialect);
    REQUIRE(plan);
    CHECK(*plan == nullptr);
    CHECK(in_dialect({std::byte{0}, std::byte{8}, std::byte{7}}, dialect) ==
          vox::Bytes{std::byte{0}, std::byte{8}, std::byte{7}});
  }
}

TEST_CASE("a message in another order of kinds is translated to the same message") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Dice dice{seed};
    auto const dialect = shuffled_dialect(dice, true);
    auto const plan = plan_for(dialect);
    REQUIRE(plan);
    for (std::uint64_t connection : {0U, 127U, 300U}) {
      auto const ours =
          wire::encode_message({.connection_id = connection, .payload = wire::Ping{.nonce = 300}});
      auto const theirs = in_dialect(ours, dialect);
      if (*plan == nullptr) {
        CHECK(theirs == ours);
        continue;
      }
      wire::Buffer translated;
      REQUIRE(vox::schema::translate(**plan, theirs, translated));
      CHECK(vox::equal(translated.view(), ours));
    }
  }
}

TEST_CASE("a kind that the peer lacks is one that nobody has") {
  Dialect dialect = own_dialect();
  dialect.positions = {0x7F, 0, 1, 2, 3, 4, 5, 6, 7, 8};
  CHECK(in_dialect({std::byte{3}, std::byte{0}, std::byte{0}}, dialect)[1] == std::byte{0x7F});
  // The number of a kind in two bytes.
  CHECK(in_dialect({std::byte{3}, std::byte{0x81}, std::byte{0}}, dialect) ==
        vox::Bytes{std::byte{3}, std::byte{0x80}, std::byte{0}});
  CHECK(in_dialect({std::byte{0x83}}, dialect) == vox::Bytes{std::byte{0x83}});
  CHECK(in_dialect({}, dialect).empty());
}

TEST_CASE("what is broken has no plan") {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Dice dice{seed};
    refused += plan_for(broken_dialect(dice)) ? 0U : 1U;
  }
  CHECK(refused == 50);
}

}  // namespace
}  // namespace voxspec::differential
