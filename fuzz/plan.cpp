#include "impl/schema/plan.hpp"

#include "conformance/subjects/testbed/types.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/channels.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/translate.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

using namespace vox;

// A length in two bytes, a schema payload of that length, and a value: walking over the value
// copies it, and planning towards one of our types neither crashes nor writes more than it should.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 2) return 0;
  auto const input = std::as_bytes(std::span{data, size}).subspan(2);
  auto const length = std::min<std::size_t>(data[0] + 256U * data[1], input.size());
  auto const value = input.subspan(length);
  auto const remote = schema::decode_payload(input.first(length), wire::Strictness::vox_0_4);
  if (!remote) return 0;

  schema::Registry const registry{remote->schemas};
  if (auto const walk = schema::build_walk(registry, remote->root)) {
    wire::Buffer out;
    if (schema::translate(*walk, value, out)) VOX_ASSERT(equal(out.view(), value));
  }
  if (auto const channels = schema::ChannelWalk::of(registry, remote->root)) {
    wire::Buffer out;
    auto const same = [](schema::ValueChannel channel) { return channel.id; };
    if (channels->rewrite(value, out, same)) VOX_ASSERT(equal(out.view(), value));
    wire::Buffer without;
    if (channels->strip(value, without)) VOX_ASSERT(without.size() <= value.size());
  }
  auto const& ours = schema::local_type<voxspec::testbed::GnarlyPayload>();
  if (auto const plan = schema::build_plan(registry, remote->root, ours)) {
    wire::Buffer out;
    if (schema::translate(*plan, value, out)) VOX_ASSERT(out.size() <= value.size());
  }
  return 0;
}
