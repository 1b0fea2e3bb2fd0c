#include "conformance/subjects/cpp/answers.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace {

using namespace voxspec;
using namespace voxspec::testbed;

constexpr auto least = std::numeric_limits<std::int64_t>::min();
constexpr auto most = std::numeric_limits<std::int64_t>::max();

TEST_SUITE_BEGIN("subject");

TEST_CASE("reverse turns characters round, not bytes") {
  CHECK(subject::reverse("").empty());
  CHECK(subject::reverse("abc") == "cba");
  CHECK(subject::reverse("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\x89") ==
        "\xf0\x9f\x8e\x89\xe2\x82\xac\xc3\xa4"
        "a");
}

TEST_CASE("divide reports what cannot be divided") {
  CHECK(subject::divide(10, 3) == 3);
  CHECK(subject::divide(-10, 3) == -3);
  CHECK(subject::divide(10, 0).error() == MathError::division_by_zero);
  CHECK(subject::divide(least, -1).error() == MathError::overflow);
  CHECK(subject::divide(most, -1) == -most);
}

TEST_CASE("lookup knows three people, and a range that is closed to everybody") {
  CHECK(subject::lookup(1)->name == "Alice");
  CHECK_FALSE(subject::lookup(2)->email);
  CHECK(subject::lookup(3)->age == 35);
  CHECK(subject::lookup(99).error() == LookupError::not_found);
  CHECK(subject::lookup(100).error() == LookupError::access_denied);
  CHECK(subject::lookup(199).error() == LookupError::access_denied);
  CHECK(subject::lookup(200).error() == LookupError::not_found);
}

TEST_CASE("areas do not overflow") {
  auto const low = std::numeric_limits<std::int32_t>::min();
  auto const high = std::numeric_limits<std::int32_t>::max();
  Rectangle const widest{
      .top_left = {.x = low, .y = 0}, .bottom_right = {.x = high, .y = 1}, .label = {}};
  CHECK(subject::rectangle_area(widest) == 4294967295.0);
  CHECK(subject::shape_area(shapes::Rectangle{.width = 3, .height = 4}) == 12);
  CHECK(subject::shape_area(shapes::Circle{.radius = 1}) == doctest::Approx(3.14159265));
  CHECK(subject::shape_area(shapes::Point{}) == 0);
}

TEST_CASE("colors are known in any case") {
  CHECK(subject::parse_color("GrEeN") == Color::green);
  CHECK_FALSE(subject::parse_color("purple"));
}

TEST_CASE("a message is processed by its kind, numbers around the end of their range") {
  CHECK(subject::process_message(Text{.text = "hi"}) == Message{Text{.text = "processed: hi"}});
  CHECK(subject::process_message(Number{.number = most}) == Message{Number{.number = -2}});
  CHECK(subject::process_message(Data{.data = {std::byte{1}, std::byte{2}}}) ==
        Message{Data{.data = {std::byte{2}, std::byte{1}}}});
}

TEST_CASE("points lie on a line") {
  CHECK(subject::get_points(0).empty());
  CHECK(subject::get_points(3).back() == Point{.x = 2, .y = 4});
}

TEST_SUITE_END();

}  // namespace
