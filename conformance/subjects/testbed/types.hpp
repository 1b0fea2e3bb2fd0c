#pragma once
#include "impl/wire/shape.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The types of the Testbed service, which subjects in every language serve. Fields and variants
// stand in wire order. Of the types that evolve, these are the first versions; types_v2.hpp has the
// second ones.
namespace voxspec::testbed {

struct Point {
  static constexpr std::string_view rust_name = "Point";
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool operator==(Point const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, y))

struct TaggedPoint {
  static constexpr std::string_view rust_name = "TaggedPoint";
  std::string label;
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool active = false;
  bool operator==(TaggedPoint const&) const = default;
};
BOOST_DESCRIBE_STRUCT(TaggedPoint, (), (label, x, y, active))

struct Person {
  static constexpr std::string_view rust_name = "Person";
  std::string name;
  std::uint8_t age = 0;
  std::optional<std::string> email;
  bool operator==(Person const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Person, (), (name, age, email))

struct Rectangle {
  static constexpr std::string_view rust_name = "Rectangle";
  Point top_left;
  Point bottom_right;
  std::optional<std::string> label;
  bool operator==(Rectangle const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Rectangle, (), (top_left, bottom_right, label))

enum class Color : std::uint8_t { red, green, blue };
BOOST_DESCRIBE_ENUM(Color, red, green, blue)

// The alternatives of Shape; a rectangle here has no corners.
namespace shapes {
struct Circle {
  static constexpr std::string_view name = "Circle";
  double radius = 0;
  bool operator==(Circle const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Circle, (), (radius))
struct Rectangle {
  static constexpr std::string_view name = "Rectangle";
  double width = 0;
  double height = 0;
  bool operator==(Rectangle const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Rectangle, (), (width, height))
struct Point {
  static constexpr std::string_view name = "Point";
  bool operator==(Point const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Point, (), ())
}  // namespace shapes

struct Shape : std::variant<shapes::Circle, shapes::Rectangle, shapes::Point> {
  using variant::variant;
  static constexpr std::string_view rust_name = "Shape";
};

struct Canvas {
  static constexpr std::string_view rust_name = "Canvas";
  std::string name;
  std::vector<Shape> shapes;
  Color background = Color::red;
  bool operator==(Canvas const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Canvas, (), (name, shapes, background))

struct GnarlyAttr {
  static constexpr std::string_view rust_name = "GnarlyAttr";
  std::string key;
  std::string value;
  bool operator==(GnarlyAttr const&) const = default;
};
BOOST_DESCRIBE_STRUCT(GnarlyAttr, (), (key, value))

// The alternatives of GnarlyKind.
struct File {
  static constexpr std::string_view name = "File";
  std::string mime;
  std::vector<std::string> tags;
  bool operator==(File const&) const = default;
};
BOOST_DESCRIBE_STRUCT(File, (), (mime, tags))
struct Directory {
  static constexpr std::string_view name = "Directory";
  std::uint32_t child_count = 0;
  std::vector<std::string> children;
  bool operator==(Directory const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Directory, (), (child_count, children))
struct Symlink {
  static constexpr std::string_view name = "Symlink";
  std::string target;
  std::vector<std::uint32_t> hops;
  bool operator==(Symlink const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Symlink, (), (target, hops))

struct GnarlyKind : std::variant<File, Directory, Symlink> {
  using variant::variant;
  static constexpr std::string_view rust_name = "GnarlyKind";
};

struct GnarlyEntry {
  static constexpr std::string_view rust_name = "GnarlyEntry";
  std::uint64_t id = 0;
  std::optional<std::uint64_t> parent;
  std::string name;
  std::string path;
  std::vector<GnarlyAttr> attrs;
  std::vector<std::vector<std::byte>> chunks;
  GnarlyKind kind;
  bool operator==(GnarlyEntry const&) const = default;
};
BOOST_DESCRIBE_STRUCT(GnarlyEntry, (), (id, parent, name, path, attrs, chunks, kind))

struct GnarlyPayload {
  static constexpr std::string_view rust_name = "GnarlyPayload";
  std::uint64_t revision = 0;
  std::string mount;
  std::vector<GnarlyEntry> entries;
  std::optional<std::string> footer;
  std::vector<std::byte> digest;
  bool operator==(GnarlyPayload const&) const = default;
};
BOOST_DESCRIBE_STRUCT(GnarlyPayload, (), (revision, mount, entries, footer, digest))

// The alternatives of Message.
struct Text {
  static constexpr std::string_view name = "Text";
  using newtype = void;
  std::string text;
  bool operator==(Text const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Text, (), (text))
struct Number {
  static constexpr std::string_view name = "Number";
  using newtype = void;
  std::int64_t number = 0;
  bool operator==(Number const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Number, (), (number))
struct Data {
  static constexpr std::string_view name = "Data";
  using newtype = void;
  std::vector<std::byte> data;
  bool operator==(Data const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Data, (), (data))

struct Message : std::variant<Text, Number, Data> {
  using variant::variant;
  static constexpr std::string_view rust_name = "Message";
};

enum class MathError : std::uint8_t { division_by_zero, overflow };
BOOST_DESCRIBE_ENUM(MathError, division_by_zero, overflow)

enum class LookupError : std::uint8_t { not_found, access_denied };
BOOST_DESCRIBE_ENUM(LookupError, not_found, access_denied)

struct Profile {
  static constexpr std::string_view rust_name = "Profile";
  std::string name;
  std::string bio;
  bool operator==(Profile const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Profile, (), (name, bio))

struct Record {
  static constexpr std::string_view rust_name = "Record";
  std::int32_t alpha = 0;
  std::string beta;
  double gamma = 0;
  bool operator==(Record const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Record, (), (alpha, beta, gamma))

enum class Status : std::uint8_t { active, inactive };
BOOST_DESCRIBE_ENUM(Status, active, inactive)

struct Tag {
  static constexpr std::string_view rust_name = "Tag";
  std::string label;
  std::uint32_t priority = 0;
  std::string note;
  bool operator==(Tag const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tag, (), (label, priority, note))

struct Measurement {
  static constexpr std::string_view rust_name = "Measurement";
  std::string unit;
  double value = 0;
  bool operator==(Measurement const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Measurement, (), (unit, value))

struct Config {
  static constexpr std::string_view rust_name = "Config";
  std::string key;
  std::string value;
  bool operator==(Config const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Config, (), (key, value))

}  // namespace voxspec::testbed

namespace vox::shape {

template <>
struct Declared<voxspec::testbed::Color> {
  static constexpr std::string_view rust_name = "Color";
};
template <>
struct Declared<voxspec::testbed::MathError> {
  static constexpr std::string_view rust_name = "MathError";
};
template <>
struct Declared<voxspec::testbed::LookupError> {
  static constexpr std::string_view rust_name = "LookupError";
};
template <>
struct Declared<voxspec::testbed::Status> {
  static constexpr std::string_view rust_name = "Status";
};

}  // namespace vox::shape
