#include "conformance/peer/testbed.hpp"

#include "conformance/peer/method_name.hpp"

#include <algorithm>
#include <array>

namespace voxspec {
namespace {

constexpr std::array<std::string_view, 20> declarations{
    "struct TaggedPoint { label: String, x: i32, y: i32, active: bool }",
    "struct Point { x: i32, y: i32 }",
    "struct Person { name: String, age: u8, email: Option<String> }",
    "struct Rectangle { top_left: Point, bottom_right: Point, label: Option<String> }",
    "enum Color { Red, Green, Blue }",
    "enum Shape { Circle { radius: f64 }, Rectangle { width: f64, height: f64 }, Point }",
    "struct Canvas { name: String, shapes: Vec<Shape>, background: Color }",
    "struct GnarlyAttr { key: String, value: String }",
    "enum GnarlyKind { File { mime: String, tags: Vec<String> }, "
    "Directory { child_count: u32, children: Vec<String> }, "
    "Symlink { target: String, hops: Vec<u32> } }",
    "struct GnarlyEntry { id: u64, parent: Option<u64>, name: String, path: String, "
    "attrs: Vec<GnarlyAttr>, chunks: Vec<Vec<u8>>, kind: GnarlyKind }",
    "struct GnarlyPayload { revision: u64, mount: String, entries: Vec<GnarlyEntry>, "
    "footer: Option<String>, digest: Vec<u8> }",
    "enum Message { Text(String), Number(i64), Data(Vec<u8>) }",
    "enum MathError { DivisionByZero, Overflow }",
    "enum LookupError { NotFound, AccessDenied }",
    "struct Profile { name: String, bio: String }",
    "struct Record { alpha: i32, beta: String, gamma: f64 }",
    "enum Status { Active, Inactive }",
    "struct Tag { label: String, priority: u32, note: String }",
    "struct Measurement { unit: String, value: f64 }",
    "struct Config { key: String, value: String }",
};

constexpr std::array<MethodTypes, 36> methods{{
    {"echo", "(String)", "String", "never"},
    {"reverse", "(String)", "String", "never"},
    {"divide", "(i64, i64)", "i64", "MathError"},
    {"lookup", "(u32)", "Person", "LookupError"},
    {"sum", "(Rx<i32>)", "i64", "never"},
    {"generate", "(u32, Tx<i32>)", "()", "never"},
    {"generate_retry_non_idem", "(u32, Tx<i32>)", "()", "never"},
    {"generate_retry_idem", "(u32, Tx<i32>)", "()", "never"},
    {"transform", "(Rx<String>, Tx<String>)", "()", "never"},
    {"echo_point", "(Point)", "Point", "never"},
    {"create_person", "(String, u8, Option<String>)", "Person", "never"},
    {"rectangle_area", "(Rectangle)", "f64", "never"},
    {"parse_color", "(String)", "Option<Color>", "never"},
    {"shape_area", "(Shape)", "f64", "never"},
    {"create_canvas", "(String, Vec<Shape>, Color)", "Canvas", "never"},
    {"echo_gnarly", "(GnarlyPayload)", "GnarlyPayload", "never"},
    {"process_message", "(Message)", "Message", "never"},
    {"get_points", "(u32)", "Vec<Point>", "never"},
    {"swap_pair", "((i32, String))", "(String, i32)", "never"},
    {"echo_bytes", "(Vec<u8>)", "Vec<u8>", "never"},
    {"echo_bool", "(bool)", "bool", "never"},
    {"echo_u64", "(u64)", "u64", "never"},
    {"echo_option_string", "(Option<String>)", "Option<String>", "never"},
    {"sum_large", "(Rx<i32>)", "i64", "never"},
    {"generate_large", "(u32, Tx<i32>)", "()", "never"},
    {"all_colors", "()", "Vec<Color>", "never"},
    {"describe_point", "(String, i32, i32, bool)", "TaggedPoint", "never"},
    {"echo_shape", "(Shape)", "Shape", "never"},
    {"echo_status_v1", "(Status)", "Status", "never"},
    {"echo_tag_v1", "(Tag)", "Tag", "never"},
    {"echo_profile", "(Profile)", "Profile", "never"},
    {"echo_record", "(Record)", "Record", "never"},
    {"echo_status", "(Status)", "Status", "never"},
    {"echo_tag", "(Tag)", "Tag", "never"},
    {"echo_measurement", "(Measurement)", "Measurement", "never"},
    {"echo_config", "(Config)", "Config", "never"},
}};

}  // namespace

std::string MethodTypes::outcome() const {
  return "Result<" + std::string{returns} + ", VoxError<" + std::string{error} + ">>";
}

std::span<MethodTypes const> testbed_methods() {
  return methods;
}

MethodTypes const* find_method(std::string_view name) {
  auto const full = full_method_name(name);
  static constexpr std::string_view service = "Testbed.";
  if (!full.starts_with(service)) return nullptr;
  auto const* const found =
      std::ranges::find(methods, std::string_view{full}.substr(service.size()), &MethodTypes::name);
  return found == methods.end() ? nullptr : &*found;
}

RustTypes& testbed_types() {
  static RustTypes types{declarations};
  return types;
}

}  // namespace voxspec
