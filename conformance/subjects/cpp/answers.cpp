#include "conformance/subjects/cpp/answers.hpp"

#include "spec/limits.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <string_view>
#include <variant>

namespace voxspec::subject {

namespace {

// The length of a side, in 64 bits, so that no pair of corners overflows.
double side(std::int32_t from, std::int32_t to) {
  return static_cast<double>(std::abs(std::int64_t{to} - std::int64_t{from}));
}

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// Twice the number, around the end of its range as 0.4.0 counts.
std::int64_t doubled(std::int64_t number) {
  return static_cast<std::int64_t>(2 * static_cast<std::uint64_t>(number));
}

}  // namespace

std::string reverse(std::string const& message) {
  std::string reversed;
  reversed.reserve(message.size());
  for (auto end = message.size(); end > 0;) {
    auto begin = end - 1;
    while (begin > 0 && continues_character(message[begin]))
      --begin;
    reversed.append(message, begin, end - begin);
    end = begin;
  }
  return reversed;
}

std::expected<std::int64_t, testbed::MathError> divide(std::int64_t dividend,
                                                       std::int64_t divisor) {
  if (divisor == 0) return std::unexpected(testbed::MathError::division_by_zero);
  if (dividend == std::numeric_limits<std::int64_t>::min() && divisor == -1) {
    return std::unexpected(testbed::MathError::overflow);
  }
  return dividend / divisor;
}

std::expected<testbed::Person, testbed::LookupError> lookup(std::uint32_t id) {
  switch (id) {
    case 1:
      return testbed::Person{.name = "Alice", .age = 30, .email = "alice@example.com"};
    case 2:
      return testbed::Person{.name = "Bob", .age = 25, .email = std::nullopt};
    case 3:
      return testbed::Person{.name = "Charlie", .age = 35, .email = "charlie@example.com"};
    default:
      return std::unexpected(id >= 100 && id < 200 ? testbed::LookupError::access_denied
                                                   : testbed::LookupError::not_found);
  }
}

double rectangle_area(testbed::Rectangle const& rectangle) {
  auto const& [top_left, bottom_right, label] = rectangle;
  return side(top_left.x, bottom_right.x) * side(top_left.y, bottom_right.y);
}

std::optional<testbed::Color> parse_color(std::string name) {
  std::ranges::transform(name, name.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
  });
  constexpr std::array<std::string_view, 3> names{"red", "green", "blue"};
  auto const* const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<testbed::Color>(found - names.begin());
}

double shape_area(testbed::Shape const& shape) {
  struct Area {
    double operator()(testbed::shapes::Circle const& circle) const {
      return std::numbers::pi * circle.radius * circle.radius;
    }
    double operator()(testbed::shapes::Rectangle const& rectangle) const {
      return rectangle.width * rectangle.height;
    }
    double operator()(testbed::shapes::Point const&) const { return 0; }
  };
  return std::visit(Area{}, static_cast<testbed::Shape::variant const&>(shape));
}

testbed::Message process_message(testbed::Message const& message) {
  struct Process {
    testbed::Message operator()(testbed::Text const& text) const {
      return testbed::Text{.text = "processed: " + text.text};
    }
    testbed::Message operator()(testbed::Number const& number) const {
      return testbed::Number{.number = doubled(number.number)};
    }
    testbed::Message operator()(testbed::Data const& data) const {
      return testbed::Data{.data = {data.data.rbegin(), data.data.rend()}};
    }
  };
  return std::visit(Process{}, static_cast<testbed::Message::variant const&>(message));
}

std::vector<testbed::Point> get_points(std::uint32_t count) {
  // A point takes two bytes at least, so that more of them than this find room in no answer.
  constexpr auto answerable_max = vox::Limits{}.frame_bytes_max / 2;
  count = static_cast<std::uint32_t>(std::min<std::size_t>(count, answerable_max));
  std::vector<testbed::Point> points;
  points.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    points.push_back({.x = static_cast<std::int32_t>(i), .y = static_cast<std::int32_t>(2 * i)});
  }
  return points;
}

}  // namespace voxspec::subject
