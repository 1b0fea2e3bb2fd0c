#include "conformance/peer/wording.hpp"

#include <doctest/doctest.h>

#include <string_view>

using namespace voxspec;

TEST_CASE("the handshake of later versions is recognised by its length") {
  auto const guess = [](Layer layer, std::string_view hex) {
    return guess_at(layer, vox::from_hex(hex).value());
  };
  CHECK(guess(Layer::handshake, "030000000102030405").contains("vox 0.9 or later"));
  CHECK(guess(Layer::handshake, "a1654865").empty());      // CBOR that is cut off
  CHECK(guess(Layer::handshake, "ff0000000102").empty());  // longer than what is there
  CHECK(guess(Layer::handshake, "000000000102").empty());
  CHECK(guess(Layer::handshake, "0300").empty());
  CHECK(guess(Layer::message, "030000000102030405").empty());
}

TEST_CASE("a link that the subject broke is reported with what it did") {
  Ended const end{.cause = EndCause::broken, .detail = "a frame of 9 bytes exceeds the limit of 8"};
  auto const words = in_words(end, ProcessState{});
  CHECK(
      words.starts_with("the link was broken by the subject against the transport's rules "
                        "(a frame of 9 bytes exceeds the limit of 8)"));
}
