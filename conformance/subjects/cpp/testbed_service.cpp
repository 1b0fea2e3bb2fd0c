#include "conformance/subjects/cpp/testbed_service.hpp"

#include "conformance/subjects/cpp/answers.hpp"
#include "conformance/subjects/cpp/streams.hpp"
#include "conformance/subjects/cpp/testbed.hpp"
#include "impl/net/typed/dispatcher.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace voxspec::subject {

namespace {

using namespace vox;
using testbed::Color;
using TestbedDispatcher = net::Dispatcher<Testbed>;

// Methods whose answer is their argument.
void serve_echoes(TestbedDispatcher& testbed) {
  auto const same = [](auto value) { return value; };
  testbed.on<"echo">(same)
      .on<"echo_point">(same)
      .on<"echo_gnarly">(same)
      .on<"echo_bytes">(same)
      .on<"echo_bool">(same)
      .on<"echo_u64">(same)
      .on<"echo_option_string">(same)
      .on<"echo_shape">(same)
      .on<"echo_status_v1">(same)
      .on<"echo_tag_v1">(same)
      .on<"echo_profile">(same)
      .on<"echo_record">(same)
      .on<"echo_status">(same)
      .on<"echo_tag">(same)
      .on<"echo_measurement">(same)
      .on<"echo_config">(same);
}

void serve_values(TestbedDispatcher& testbed) {
  testbed.on<"reverse">(reverse)
      .on<"divide">(divide)
      .on<"lookup">(lookup)
      .on<"rectangle_area">(rectangle_area)
      .on<"parse_color">(parse_color)
      .on<"shape_area">(shape_area)
      .on<"process_message">(process_message)
      .on<"get_points">(get_points);
  testbed.on<"create_person">(
      [](std::string name, std::uint8_t age, std::optional<std::string> email) {
        return testbed::Person{.name = std::move(name), .age = age, .email = std::move(email)};
      });
  testbed.on<"create_canvas">(
      [](std::string name, std::vector<testbed::Shape> shapes, Color background) {
        return testbed::Canvas{
            .name = std::move(name), .shapes = std::move(shapes), .background = background};
      });
  testbed.on<"swap_pair">([](std::tuple<std::int32_t, std::string> pair) {
    return std::tuple{std::get<1>(std::move(pair)), std::get<0>(pair)};
  });
  testbed.on<"all_colors">([] { return std::vector{Color::red, Color::green, Color::blue}; });
  testbed.on<"describe_point">([](std::string label, std::int32_t x, std::int32_t y, bool active) {
    return testbed::TaggedPoint{.label = std::move(label), .x = x, .y = y, .active = active};
  });
}

void serve_streams(TestbedDispatcher& testbed) {
  testbed.on<"sum">(sum)
      .on<"sum_large">(sum)
      .on<"generate">(generate)
      .on<"generate_large">(generate)
      .on<"generate_retry_non_idem">(generate)
      .on<"generate_retry_idem">(generate)
      .on<"transform">(transform);
}

}  // namespace

std::shared_ptr<net::Handler> make_testbed_service() {
  auto testbed = std::make_shared<TestbedDispatcher>();
  serve_echoes(*testbed);
  serve_values(*testbed);
  serve_streams(*testbed);
  return testbed;
}

}  // namespace voxspec::subject
