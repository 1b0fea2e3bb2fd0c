#include "impl/wire/stream_framing.hpp"

#include "conformance/testing/property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace vox::wire {
namespace {

Bytes bytes(std::string_view hex) {
  return from_hex(hex).value();
}

// Puts what fits of the input into the decoder.
void put_some(FrameDecoder& decoder, ByteView& input) {
  std::size_t count = 0;
  for (auto const room : decoder.room()) {
    auto const part = input.first(std::min(room.size(), input.size()));
    std::ranges::copy(part, room.begin());
    input = input.subspan(part.size());
    count += part.size();
  }
  decoder.advance(count);
}

// All payloads that are whole after `input`.
std::vector<Backing> take_backings(FrameDecoder& decoder, ByteView input) {
  std::vector<Backing> payloads;
  while (true) {
    auto const payload = decoder.next();
    REQUIRE(payload.has_value());
    if (payload->has_value()) {
      payloads.push_back(**payload);
    } else if (input.empty()) {
      return payloads;
    } else {
      put_some(decoder, input);
    }
  }
}

// The same in hex.
std::vector<std::string> take_all(FrameDecoder& decoder, ByteView input) {
  std::vector<std::string> payloads;
  for (auto const& payload : take_backings(decoder, input))
    payloads.push_back(to_hex(payload.view()));
  return payloads;
}

TEST_SUITE_BEGIN("transport");

TEST_CASE("a count of file descriptors may follow each length, and none are taken") {
  FrameDecoder decoder{1000, counting_header_bytes};
  auto const stream = bytes(
      "0300000000000000abcdef"
      "0000000000000000"
      "0100000002000000aa");
  CHECK(take_all(decoder, ByteView{stream}.first(19)) == std::vector<std::string>{"abcdef", ""});
  auto rest = ByteView{stream}.subspan(19);
  put_some(decoder, rest);
  for (int again = 0; again < 2; ++again) {
    auto const refused = decoder.next();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail == "a frame comes with 2 file descriptors, and none are taken");
  }
}

TEST_CASE("r[transport.stream] a payload is preceded by its length as 4 little-endian bytes") {
  Buffer out;
  put_frame(out, bytes("abcdef"));
  put_frame(out, {});
  CHECK(to_hex(out.view()) == "03000000abcdef00000000");
  CHECK(to_hex(frame_header(0x01020304)) == "04030201");
}

TEST_CASE("r[link.message] payloads that come together are told apart") {
  FrameDecoder decoder;
  auto const stream = bytes("03000000abcdef 00000000 0100000007");
  CHECK(take_all(decoder, stream) == std::vector<std::string>{"abcdef", "", "07"});
  CHECK(decoder.end() == StreamEnd::between_frames);
}

TEST_CASE("r[link.message.empty] an empty payload is a payload") {
  FrameDecoder decoder;
  CHECK(take_all(decoder, bytes("00000000")) == std::vector<std::string>{""});
}

TEST_CASE("r[zerocopy.recv.stream] the rest of a large payload goes straight to where it stays") {
  FrameDecoder decoder;
  Bytes const payload(40'000, std::byte{7});
  Buffer stream;
  put_frame(stream, payload);
  auto input = stream.view().first(10);
  put_some(decoder, input);
  CHECK_FALSE(decoder.next().value().has_value());
  auto const room = decoder.room()[0];
  CHECK(room.size() == payload.size() - 6);
  input = stream.view().subspan(10);
  put_some(decoder, input);
  auto const whole = decoder.next();
  REQUIRE((whole.has_value() && whole->has_value()));
  CHECK(equal((*whole)->view(), payload));
  CHECK((*whole)->view().data() + 6 == room.data());
}

TEST_CASE(
    "r[link.message] a payload's memory grows with what arrives, not with its length prefix") {
  FrameDecoder decoder;
  Bytes const payload((3uz << 20) + 1, std::byte{9});
  Buffer stream;
  put_frame(stream, payload);
  auto input = stream.view();
  auto taken = decoder.next();
  while (taken.has_value() && !taken->has_value() && !input.empty()) {
    auto const came = stream.size() - input.size();
    CHECK(decoder.room()[0].size() <= std::max(128uz << 10, came));
    put_some(decoder, input);
    taken = decoder.next();
  }
  REQUIRE((taken.has_value() && taken->has_value()));
  CHECK(equal((*taken)->view(), payload));
  CHECK(input.empty());
}

TEST_CASE("r[link.message] payloads do not depend on how the stream is cut") {
  voxspec::test::holds([](std::vector<std::vector<std::uint8_t>> const& payloads,
                          std::vector<std::uint8_t> const& cuts) {
    Buffer stream;
    std::vector<std::string> expected;
    for (auto const& payload : payloads) {
      auto const view = std::as_bytes(std::span{payload});
      put_frame(stream, view);
      expected.push_back(to_hex(view));
    }
    FrameDecoder decoder;
    std::vector<std::string> taken;
    auto rest = stream.view();
    auto const feed = [&](std::size_t count) {
      // A copy of its own: the decoder must not look at a piece again after it was used up.
      auto const piece = to_bytes(rest.first(count));
      rest = rest.subspan(count);
      for (auto& payload : take_all(decoder, piece))
        taken.push_back(std::move(payload));
    };
    for (auto const cut : cuts)
      feed(std::min<std::size_t>(cut % 16, rest.size()));
    feed(rest.size());
    RC_ASSERT(taken == expected);
    RC_ASSERT(decoder.end() == StreamEnd::between_frames);
  });
}

TEST_CASE("r[link.rx.eof] the end inside a header is clean, the end inside a body is not") {
  auto const stream = bytes("02000000aabb");
  constexpr StreamEnd ends[] = {
      StreamEnd::between_frames, StreamEnd::inside_header, StreamEnd::inside_header,
      StreamEnd::inside_header,  StreamEnd::inside_body,   StreamEnd::inside_body,
      StreamEnd::between_frames,
  };
  for (std::size_t length = 0; length <= stream.size(); ++length) {
    CAPTURE(length);
    FrameDecoder decoder;
    take_all(decoder, ByteView{stream}.first(length));
    CHECK(decoder.end() == ends[length]);
    CHECK(is_clean(decoder.end()) == (ends[length] != StreamEnd::inside_body));
  }
}

TEST_CASE("r[link.tx.alloc.limits] a frame above the limit is a violation, and stays one") {
  FrameDecoder decoder{16};
  CHECK(take_all(decoder, bytes("10000000 00112233445566778899aabbccddeeff")).size() == 1);
  auto const stream = bytes("11000000");
  ByteView input{stream};
  put_some(decoder, input);
  auto const payload = decoder.next();
  REQUIRE_FALSE(payload.has_value());
  CHECK(payload.error().detail == "a frame of 17 bytes exceeds the limit of 16");
  FrameDecoder usual{1 << 20};
  auto const big_endian = bytes("00000008");
  input = big_endian;
  put_some(usual, input);
  CHECK(
      usual.next().error().detail ==
      "a frame of 134217728 bytes exceeds the limit of 1048576 (if it was meant as big-endian, 8)");
  auto const later = bytes("0000000000");
  input = later;
  put_some(decoder, input);
  CHECK_FALSE(decoder.next().has_value());
}

TEST_CASE(
    "another limit holds for the frames that were not looked at, and not for one that is cut") {
  FrameDecoder decoder{16};
  CHECK(take_all(decoder, bytes("0400000000112233 0500000000112233")).size() == 1);
  decoder.limit_frames(4);
  auto const rest = bytes("44 0500000000");
  ByteView input{rest};
  while (!input.empty())
    put_some(decoder, input);
  CHECK(decoder.next().value()->view().size() == 5);
  CHECK(decoder.next().error().detail == "a frame of 5 bytes exceeds the limit of 4");
}

TEST_CASE(
    "r[link.rx.error] after a violation nothing more is handed out, however the header came") {
  FrameDecoder decoder{16};
  CHECK(take_all(decoder, bytes("1100")).empty());
  auto const rest = bytes("0000 0100000007");
  ByteView input{rest};
  put_some(decoder, input);
  CHECK_FALSE(decoder.next().has_value());
  CHECK_FALSE(decoder.next().has_value());
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::wire
