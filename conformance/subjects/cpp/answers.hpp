#pragma once
#include "conformance/subjects/testbed/types.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What Testbed answers: every method is a plain function of its arguments. Those that return what
// they are given need no function.
namespace voxspec::subject {

// Characters, not bytes, in the opposite order.
[[nodiscard]] std::string reverse(std::string const& message);
[[nodiscard]] std::expected<std::int64_t, testbed::MathError> divide(std::int64_t dividend,
                                                                     std::int64_t divisor);
[[nodiscard]] std::expected<testbed::Person, testbed::LookupError> lookup(std::uint32_t id);
[[nodiscard]] double rectangle_area(testbed::Rectangle const& rectangle);
[[nodiscard]] std::optional<testbed::Color> parse_color(std::string name);
[[nodiscard]] double shape_area(testbed::Shape const& shape);
[[nodiscard]] testbed::Message process_message(testbed::Message const& message);
[[nodiscard]] std::vector<testbed::Point> get_points(std::uint32_t count);

}  // namespace voxspec::subject
