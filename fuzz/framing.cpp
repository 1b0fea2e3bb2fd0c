#include "impl/wire/stream_framing.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

using namespace vox;
using namespace vox::wire;

namespace {

constexpr std::size_t limit = 1024;

struct Outcome {
  std::vector<Bytes> payloads;
  bool violated = false;
  StreamEnd end = StreamEnd::between_frames;
  bool operator==(Outcome const&) const = default;
};

// Feeds the stream in pieces of at most `piece` bytes.
Outcome decode(ByteView stream, std::size_t piece) {
  Outcome outcome;
  FrameDecoder decoder{limit};
  for (;;) {
    auto const payload = decoder.next();
    outcome.violated = !payload.has_value();
    if (outcome.violated) break;
    if (*payload) {
      VOX_ASSERT((*payload)->view().size() <= limit);
      outcome.payloads.push_back(to_bytes((*payload)->view()));
      continue;
    }
    if (stream.empty()) break;
    auto left = stream.first(std::min(piece, stream.size()));
    std::size_t count = 0;
    for (auto const room : decoder.room()) {
      auto const part = left.first(std::min(room.size(), left.size()));
      std::ranges::copy(part, room.begin());
      left = left.subspan(part.size());
      count += part.size();
    }
    decoder.advance(count);
    stream = stream.subspan(count);
  }
  outcome.end = decoder.end();
  return outcome;
}

}  // namespace

// However a stream is cut into pieces, the same payloads come out of it. The first byte of the
// input says how to cut.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  auto const stream = std::as_bytes(std::span{data, size}).subspan(1);
  auto const whole = decode(stream, size);
  auto const cut = decode(stream, data[0] % 16U + 1);
  VOX_ASSERT(whole.payloads == cut.payloads && whole.violated == cut.violated);
  if (!whole.violated) VOX_ASSERT(whole.end == cut.end);
  Buffer framed;
  for (auto const& payload : whole.payloads)
    put_frame(framed, payload);
  VOX_ASSERT(equal(framed.view(), stream.first(framed.size())));
  return 0;
}
