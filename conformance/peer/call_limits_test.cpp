#include "conformance/peer/call_limits.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/term_json.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string_view>
#include <vector>

using namespace voxspec;

namespace {

Frame frame(std::string_view item) {
  auto const json = Json::parse(item);
  return fill(read_template({json, {}}), {}, IdSpace{}).value();
}

Frame call(int id, int on = 0) {
  return frame(R"({"on": )" + std::to_string(on) + R"(, "request_call": {"id": )" +
               std::to_string(id) + R"(, "method_id": 1, "args": {"hex": ""}}})");
}

Frame response(int id) {
  return frame(R"({"request_response": {"id": )" + std::to_string(id) +
               R"(, "ret": {"hex": ""}}})");
}

Frame hello(int limit) {
  return frame(R"({"hello_yourself": {"connection_settings": {"max_concurrent_requests": )" +
               std::to_string(limit) + "}}}");
}

std::optional<std::uint64_t> exceeded(CallLimits const& limits, std::vector<Frame> const& frames) {
  return limits.exceeded_by(frames);
}

}  // namespace

TEST_CASE("calls are counted against the limit of their connection") {
  CallLimits limits;
  CHECK(exceeded(limits, {call(1)}) == std::nullopt);  // nothing is known of a limit
  limits.note_received(hello(2));
  limits.note_received(frame(
      R"({"on": 1, "connection_accept": {"connection_settings": {"max_concurrent_requests": 1}}})"));
  CHECK(exceeded(limits, {call(1), call(3)}) == std::nullopt);
  CHECK(exceeded(limits, {call(1), call(3), call(5)}) == 2);
  CHECK(exceeded(limits, {call(1, 1), call(1)}) == std::nullopt);
  limits.note_sent(call(1));
  limits.note_sent(call(3));
  CHECK(exceeded(limits, {call(5)}) == 2);
  CHECK(exceeded(limits, {call(1)}) == std::nullopt);  // the same id is no other attempt
  limits.note_received(response(3));
  CHECK(exceeded(limits, {call(5)}) == std::nullopt);
}

TEST_CASE("attempts over a lost link count no more, and a closed connection has no limit") {
  CallLimits limits;
  limits.note_received(hello(1));
  limits.note_sent(call(1));
  CHECK(exceeded(limits, {call(3)}) == 1);
  CallLimits next;
  next.go_on_from(limits);
  CHECK(exceeded(next, {call(3)}) == std::nullopt);
  CHECK(exceeded(next, {call(3), call(5)}) == 1);
  next.note_received(frame(R"({"connection_close": {}})"));
  CHECK(exceeded(next, {call(3), call(5)}) == std::nullopt);
}
