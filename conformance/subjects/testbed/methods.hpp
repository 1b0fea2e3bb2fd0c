#pragma once
#include "conformance/subjects/testbed/types.hpp"
#include "impl/net/typed/declaration.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace voxspec::testbed {

// The Testbed service. Tx and Rx are what stands for the ends of channels: handles for who calls or
// serves its methods, ids for who only looks at values.
template <template <class> class Tx, template <class> class Rx>
struct Declaration {
  template <vox::net::MethodName Name, class Signature, auto... Options>
  using Method = vox::net::Method<Name, Signature, Options...>;

  static constexpr std::string_view service_name = "Testbed";
  using methods = vox::net::Methods<
      Method<"echo", std::string(std::string)>, Method<"reverse", std::string(std::string)>,
      Method<"divide", std::expected<std::int64_t, MathError>(std::int64_t, std::int64_t)>,
      Method<"lookup", std::expected<Person, LookupError>(std::uint32_t)>,
      Method<"sum", std::int64_t(Rx<std::int32_t>)>,
      Method<"generate", void(std::uint32_t, Tx<std::int32_t>)>,
      Method<"generate_retry_non_idem", void(std::uint32_t, Tx<std::int32_t>)>,
      Method<"generate_retry_idem", void(std::uint32_t, Tx<std::int32_t>), vox::net::idempotent>,
      Method<"transform", void(Rx<std::string>, Tx<std::string>)>,
      Method<"echo_point", Point(Point)>,
      Method<"create_person", Person(std::string, std::uint8_t, std::optional<std::string>)>,
      Method<"rectangle_area", double(Rectangle)>,
      Method<"parse_color", std::optional<Color>(std::string)>, Method<"shape_area", double(Shape)>,
      Method<"create_canvas", Canvas(std::string, std::vector<Shape>, Color)>,
      Method<"echo_gnarly", GnarlyPayload(GnarlyPayload)>,
      Method<"process_message", Message(Message)>,
      Method<"get_points", std::vector<Point>(std::uint32_t)>,
      Method<"swap_pair",
             std::tuple<std::string, std::int32_t>(std::tuple<std::int32_t, std::string>)>,
      Method<"echo_bytes", std::vector<std::byte>(std::vector<std::byte>)>,
      Method<"echo_bool", bool(bool)>, Method<"echo_u64", std::uint64_t(std::uint64_t)>,
      Method<"echo_option_string", std::optional<std::string>(std::optional<std::string>)>,
      Method<"sum_large", std::int64_t(Rx<std::int32_t>)>,
      Method<"generate_large", void(std::uint32_t, Tx<std::int32_t>)>,
      Method<"all_colors", std::vector<Color>()>,
      Method<"describe_point", TaggedPoint(std::string, std::int32_t, std::int32_t, bool)>,
      Method<"echo_shape", Shape(Shape)>, Method<"echo_status_v1", Status(Status)>,
      Method<"echo_tag_v1", Tag(Tag)>, Method<"echo_profile", Profile(Profile)>,
      Method<"echo_record", Record(Record)>, Method<"echo_status", Status(Status)>,
      Method<"echo_tag", Tag(Tag)>, Method<"echo_measurement", Measurement(Measurement)>,
      Method<"echo_config", Config(Config)>>;
};

inline constexpr std::string_view service_name = "Testbed";

}  // namespace voxspec::testbed
