#pragma once
#include "conformance/subjects/testbed/types.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/shape.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

// The methods of the Testbed service, as types.
namespace voxspec::testbed {

inline constexpr std::string_view service_name = "Testbed";

// A method's name as a template argument.
template <std::size_t Size>
struct MethodName {
  // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions): a literal is a name.
  consteval MethodName(char const (&text)[Size]) { std::ranges::copy(text, letters.begin()); }
  std::array<char, Size> letters{};
};

// Whether running the method twice does no more than running it once.
enum class Repeat : std::uint8_t { non_idempotent, idempotent };

template <MethodName Name, class ArgsTuple, class ReturnType, class ErrorType = vox::shape::Never,
          Repeat OnRepeat = Repeat::non_idempotent>
struct Method {
  static constexpr std::string_view name{Name.letters.data(), Name.letters.size() - 1};
  static constexpr Repeat repeat = OnRepeat;
  using Args = ArgsTuple;
  using Return = ReturnType;
  using Error = ErrorType;
  using Outcome = vox::schema::Outcome<Return, Error>;
};

using Unit = std::monostate;

// All of them, as Types<Method…>. Tx and Rx are what stands for the ends of channels: ids for who
// moves the items by hand, handles for who serves the method.
template <template <class> class Tx, template <class> class Rx>
using Methods = vox::shape::Types<
    Method<"echo", std::tuple<std::string>, std::string>,
    Method<"reverse", std::tuple<std::string>, std::string>,
    Method<"divide", std::tuple<std::int64_t, std::int64_t>, std::int64_t, MathError>,
    Method<"lookup", std::tuple<std::uint32_t>, Person, LookupError>,
    Method<"sum", std::tuple<Rx<std::int32_t>>, std::int64_t>,
    Method<"generate", std::tuple<std::uint32_t, Tx<std::int32_t>>, Unit>,
    Method<"generate_retry_non_idem", std::tuple<std::uint32_t, Tx<std::int32_t>>, Unit>,
    Method<"generate_retry_idem", std::tuple<std::uint32_t, Tx<std::int32_t>>, Unit,
           vox::shape::Never, Repeat::idempotent>,
    Method<"transform", std::tuple<Rx<std::string>, Tx<std::string>>, Unit>,
    Method<"echo_point", std::tuple<Point>, Point>,
    Method<"create_person", std::tuple<std::string, std::uint8_t, std::optional<std::string>>,
           Person>,
    Method<"rectangle_area", std::tuple<Rectangle>, double>,
    Method<"parse_color", std::tuple<std::string>, std::optional<Color>>,
    Method<"shape_area", std::tuple<Shape>, double>,
    Method<"create_canvas", std::tuple<std::string, std::vector<Shape>, Color>, Canvas>,
    Method<"echo_gnarly", std::tuple<GnarlyPayload>, GnarlyPayload>,
    Method<"process_message", std::tuple<Message>, Message>,
    Method<"get_points", std::tuple<std::uint32_t>, std::vector<Point>>,
    Method<"swap_pair", std::tuple<std::tuple<std::int32_t, std::string>>,
           std::tuple<std::string, std::int32_t>>,
    Method<"echo_bytes", std::tuple<std::vector<std::byte>>, std::vector<std::byte>>,
    Method<"echo_bool", std::tuple<bool>, bool>,
    Method<"echo_u64", std::tuple<std::uint64_t>, std::uint64_t>,
    Method<"echo_option_string", std::tuple<std::optional<std::string>>,
           std::optional<std::string>>,
    Method<"sum_large", std::tuple<Rx<std::int32_t>>, std::int64_t>,
    Method<"generate_large", std::tuple<std::uint32_t, Tx<std::int32_t>>, Unit>,
    Method<"all_colors", std::tuple<>, std::vector<Color>>,
    Method<"describe_point", std::tuple<std::string, std::int32_t, std::int32_t, bool>,
           TaggedPoint>,
    Method<"echo_shape", std::tuple<Shape>, Shape>,
    Method<"echo_status_v1", std::tuple<Status>, Status>,
    Method<"echo_tag_v1", std::tuple<Tag>, Tag>,
    Method<"echo_profile", std::tuple<Profile>, Profile>,
    Method<"echo_record", std::tuple<Record>, Record>,
    Method<"echo_status", std::tuple<Status>, Status>, Method<"echo_tag", std::tuple<Tag>, Tag>,
    Method<"echo_measurement", std::tuple<Measurement>, Measurement>,
    Method<"echo_config", std::tuple<Config>, Config>>;

}  // namespace voxspec::testbed
