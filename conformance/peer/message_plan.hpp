#pragma once
#include "conformance/peer/frame.hpp"
#include "conformance/peer/value.hpp"
#include "impl/schema/plan.hpp"
#include "spec/dialect.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace voxspec {

using vox::Dialect;

// A field that our messages do not have and a reader of ours may ask for: it is written as zero.
inline constexpr std::string_view later_field_name = "later_field";

// How to write messages for a reader who goes by these schemas. The error is a sentence.
[[nodiscard]] std::expected<vox::schema::Plan, std::string> plan_to(
    Value const& announced, Dialect dialect = Dialect::vox_0_4);

// How whoever said this hello writes messages that we would write in ours. A list of schemas that
// is none, or that our messages cannot be written by, is for the handshake to judge: they stay
// ours.
[[nodiscard]] vox::schema::Plan plan_of_hello(Frame const& hello, Dialect dialect);

}  // namespace voxspec
