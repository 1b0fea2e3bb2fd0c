#include "conformance/differential/generator.hpp"

#include "conformance/differential/frames.hpp"
#include "impl/wire/blake3.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <variant>

namespace voxspec::differential {
namespace {

TEST_CASE("a seed always makes the same script, and another seed another one") {
  std::set<std::string> scripts;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto const bytes = fixed_bytes(generate(seed));
    CHECK(bytes == fixed_bytes(generate(seed)));
    scripts.insert(vox::to_hex(bytes));
  }
  CHECK(scripts.size() == 200);
}

// A finding is named by its seed, which must mean the same to everybody.
TEST_CASE("the scripts of the first seeds are these, with every compiler") {
  vox::Bytes all;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    auto const bytes = fixed_bytes(generate(seed));
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  CHECK(vox::to_hex(vox::wire::blake3(all)) ==
        "ed73fd534e24c15a8948ed765f4093284a1b19fd5ee9e0c50c3b91d3e229e41a");
}

TEST_CASE("scripts are of both roles, and hold what they are meant to hold") {
  std::set<std::size_t> kinds;
  std::set<vox::Role> roles;
  std::size_t undecodable = 0;
  std::size_t bursts = 0;
  std::set<std::size_t> steps;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    auto const script = generate(seed);
    roles.insert(script.role);
    REQUIRE_FALSE(script.steps.empty());
    for (auto const& step : script.steps) {
      steps.insert(step.index());
      auto const* const say = std::get_if<Say>(&step);
      if (say == nullptr) continue;
      if (say->payloads.size() > 1) ++bursts;
      for (auto const& payload : say->payloads) {
        auto const message = read_message(payload);
        if (!message) ++undecodable;
        if (message) kinds.insert(message->payload.index());
      }
    }
  }
  CHECK(roles.size() == 2);
  CHECK(kinds.size() == std::variant_size_v<vox::wire::MessagePayload>);
  CHECK(steps.size() == std::variant_size_v<Step>);
  CHECK(undecodable > 0);
  CHECK(bursts > 0);
}

TEST_CASE("no burst announces anything behind a call on the same connection") {
  namespace wire = vox::wire;
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    for (auto const& step : generate(seed).steps) {
      auto const* const say = std::get_if<Say>(&step);
      if (say == nullptr) continue;
      std::set<std::uint64_t> called;
      for (auto const& payload : say->payloads) {
        auto const message = read_message(payload);
        if (!message) continue;
        auto const id = message->connection_id;
        auto const* const request = std::get_if<wire::RequestMessage>(&message->payload);
        auto const* const call =
            request == nullptr ? nullptr : std::get_if<wire::Call>(&request->body);
        bool const announces = std::holds_alternative<wire::SchemaMessage>(message->payload) ||
                               (call != nullptr && !call->schemas.empty());
        CHECK_FALSE((announces && called.contains(id)));
        if (call != nullptr) called.insert(id);
      }
    }
  }
}

}  // namespace
}  // namespace voxspec::differential
