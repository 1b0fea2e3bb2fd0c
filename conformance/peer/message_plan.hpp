#pragma once
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

}  // namespace voxspec
