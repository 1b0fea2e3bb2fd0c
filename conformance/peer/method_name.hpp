#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace voxspec {

// The name with its service: a bare name is one of Testbed's.
[[nodiscard]] std::string full_method_name(std::string_view name);

// The id by which calls name the method.
[[nodiscard]] std::uint64_t method_id(std::string_view name);

}  // namespace voxspec
