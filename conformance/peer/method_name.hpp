#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace voxspec {

// The name with its service: a bare name is one of Testbed's.
[[nodiscard]] std::string full_method_name(std::string_view name);

// The name as a case writes it: without the service, if that is Testbed.
[[nodiscard]] std::string_view short_method_name(std::string_view name);

// The id by which calls name the method.
[[nodiscard]] std::uint64_t method_id(std::string_view name);

}  // namespace voxspec
