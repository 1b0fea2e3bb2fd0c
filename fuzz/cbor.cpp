#include "impl/wire/cbor.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/json.hpp"
#include "conformance/peer/value_json.hpp"
#include "spec/assert.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

using namespace vox::wire;

namespace {

constexpr vox::Rule rule{"session.handshake.cbor"};

// Values that both readers make the same JSON of: not bytes, tags, floats and the numbers and maps
// that ours writes in a form of its own.
bool is_plain(voxspec::Json const& value) {
  if (value.is_number_float()) return false;
  if (value.is_object()) {
    constexpr std::string_view own_forms[] = {"hex", "u64", "cbor_map", "cbor_tag", "undefined"};
    if (!value.empty() &&
        std::ranges::find(own_forms, value.begin().key()) != std::end(own_forms)) {
      return false;
    }
  }
  return !value.is_structured() ||
         std::ranges::all_of(value, [](auto const& inner) { return is_plain(inner); });
}

}  // namespace

// Passing over an item and reading it agree on where it ends; our own encoding of it is
// shorter or the same bytes; and another library reads the same values out of it.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto const input = std::as_bytes(std::span{data, size});
  CborReader skipping{input, rule};
  auto const item = skipping.take_encoded();
  CborReader lenient{input, rule, Strictness::vox_0_4};
  VOX_ASSERT(skipping.failed() || lenient.take_encoded().size() == item.size());

  CborReader reading{input, rule};
  auto const value = voxspec::take_cbor(reading);
  if (reading.failed()) return 0;
  VOX_ASSERT(!skipping.failed() && reading.remaining() == skipping.remaining());
  auto const json = voxspec::value_json(value);
  if (is_plain(json)) {
    Buffer out;
    CborWriter writer{out};
    voxspec::put_cbor(writer, value);
    VOX_ASSERT(out.size() < item.size() || vox::equal(out.view(), item));
    auto const* const bytes = reinterpret_cast<std::uint8_t const*>(item.data());
    VOX_ASSERT(voxspec::Json::from_cbor(bytes, bytes + item.size(), true, false) == json);
  }
  return 0;
}
