#include "impl/wire/cbor_definite.hpp"

#include "impl/wire/bytes.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace vox::wire {
namespace {

TEST_SUITE_BEGIN("wire");

std::string rewritten(std::string_view hex, std::size_t depth_max = 16) {
  auto const bytes = definite_cbor(*from_hex(hex), depth_max);
  return bytes ? to_hex(*bytes) : "nothing";
}

TEST_CASE("r[session.handshake.cbor] indefinite lengths become definite ones") {
  CHECK(rewritten("9fff") == "80");
  CHECK(rewritten("bfff") == "a0");
  CHECK(rewritten("9f0102ff") == "820102");
  CHECK(rewritten("bf6161019f") == "nothing");
  CHECK(rewritten("bf616101ff") == "a1616101");
  CHECK(rewritten("5f42010243030405ff") == "450102030405");
  CHECK(rewritten("7f657374726561646d696e67ff") == "6973747265616d696e67");
  CHECK(rewritten("7f61616162ff") == "626162");
  CHECK(rewritten("a161619f9f00ff820001ff") ==
        "a1616182810082"
        "0001");
  CHECK(rewritten("c19f01ff") == "c18101");
  CHECK(rewritten("9f01ff00") == "810100");  // What follows is for the reader to judge.
}

TEST_CASE("what has no indefinite length, or is not well-formed, is left alone") {
  for (std::string_view const hex : {"80", "8101", "ff", "9f", "9f01", "1f", "bf01ff", "5f6161ff",
                                     "5f5f4101ffff", "7f4101ff", "9f1cff", "9b0000000000000001"})
    CHECK(rewritten(hex) == "nothing");
  CHECK(rewritten("9f9f9fffffff", 2) == "818180");
  CHECK(rewritten("9f9f9fffffff", 1) == "nothing");
}

TEST_CASE("the rewritten item means the same to another reader") {
  for (std::string_view const hex :
       {"bf6346756ef563416d7421ff", "9f018202039f0405ffff", "83018202039f0405ff",
        "bf61610161629f0203ffff", "826161bf61626163ff", "5f42010243030405ff"}) {
    auto const bytes = *from_hex(hex);
    auto const definite = definite_cbor(bytes, 16);
    REQUIRE(definite);
    CHECK(nlohmann::json::from_cbor(bytes) == nlohmann::json::from_cbor(*definite));
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
