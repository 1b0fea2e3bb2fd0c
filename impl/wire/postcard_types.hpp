#pragma once
#include "impl/wire/shape.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The types of the postcard vectors, and a few of the tests' own; for tests only.
namespace vox::wire::test {

struct Unit0 {
  static constexpr std::string_view rust_name = "Unit0";
};
BOOST_DESCRIBE_STRUCT(Unit0, (), ())

struct Nt {
  static constexpr std::string_view rust_name = "NT";
  using tuple_struct = void;
  std::uint64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(Nt, (), (value))

struct Ntt {
  static constexpr std::string_view rust_name = "NTT";
  using transparent = void;
  std::uint64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(Ntt, (), (value))

struct Blob {
  static constexpr std::string_view rust_name = "Blob";
  using transparent = void;
  std::vector<std::byte> bytes;
};
BOOST_DESCRIBE_STRUCT(Blob, (), (bytes))

struct Ts {
  static constexpr std::string_view rust_name = "TS";
  using tuple_struct = void;
  std::uint64_t number = 0;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Ts, (), (number, text))

struct Point {
  static constexpr std::string_view rust_name = "Point";
  std::int32_t x = 0;
  std::int32_t y = 0;
  bool operator==(Point const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, y))

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
};
BOOST_DESCRIBE_STRUCT(Rectangle, (), (top_left, bottom_right, label))

struct GnarlyAttr {
  static constexpr std::string_view rust_name = "GnarlyAttr";
  std::string key;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(GnarlyAttr, (), (key, value))

struct File {
  static constexpr std::string_view name = "File";
  std::string mime;
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(File, (), (mime, tags))
struct Directory {
  static constexpr std::string_view name = "Directory";
  std::uint32_t child_count = 0;
  std::vector<std::string> children;
};
BOOST_DESCRIBE_STRUCT(Directory, (), (child_count, children))
struct Symlink {
  static constexpr std::string_view name = "Symlink";
  std::string target;
  std::vector<std::uint32_t> hops;
};
BOOST_DESCRIBE_STRUCT(Symlink, (), (target, hops))
using GnarlyKind = std::variant<File, Directory, Symlink>;

struct GnarlyEntry {
  static constexpr std::string_view rust_name = "GnarlyEntry";
  std::uint64_t id = 0;
  std::optional<std::uint64_t> parent;
  std::string name;
  std::string path;
  std::vector<GnarlyAttr> attrs;
  std::vector<std::vector<std::uint8_t>> chunks;
  GnarlyKind kind;
};
BOOST_DESCRIBE_STRUCT(GnarlyEntry, (), (id, parent, name, path, attrs, chunks, kind))

struct GnarlyPayload {
  static constexpr std::string_view rust_name = "GnarlyPayload";
  std::uint64_t revision = 0;
  std::string mount;
  std::vector<GnarlyEntry> entries;
  std::optional<std::string> footer;
  std::vector<std::uint8_t> digest;
};
BOOST_DESCRIBE_STRUCT(GnarlyPayload, (), (revision, mount, entries, footer, digest))

enum class Color : std::uint8_t { red = 7, green = 1, blue = 4 };
BOOST_DESCRIBE_ENUM(Color, red, green, blue)

enum class MathError : std::uint8_t { division_by_zero, overflow };
BOOST_DESCRIBE_ENUM(MathError, division_by_zero, overflow)

struct Circle {
  static constexpr std::string_view name = "Circle";
  double radius = 0;
};
BOOST_DESCRIBE_STRUCT(Circle, (), (radius))
struct Box {
  static constexpr std::string_view name = "Rectangle";
  double width = 0;
  double height = 0;
};
BOOST_DESCRIBE_STRUCT(Box, (), (width, height))
struct Dot {
  static constexpr std::string_view name = "Point";
};
BOOST_DESCRIBE_STRUCT(Dot, (), ())
using Shape = std::variant<Circle, Box, Dot>;

struct Text {
  static constexpr std::string_view name = "Text";
  using newtype = void;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(Text, (), (value))
struct Number {
  static constexpr std::string_view name = "Number";
  using newtype = void;
  std::int64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(Number, (), (value))
struct Data {
  static constexpr std::string_view name = "Data";
  using newtype = void;
  std::vector<std::byte> value;
};
BOOST_DESCRIBE_STRUCT(Data, (), (value))
using Message = std::variant<Text, Number, Data>;

struct DiscA {
  static constexpr std::string_view name = "A";
};
BOOST_DESCRIBE_STRUCT(DiscA, (), ())
struct DiscB {
  static constexpr std::string_view name = "B";
  using newtype = void;
  std::uint32_t value = 0;
};
BOOST_DESCRIBE_STRUCT(DiscB, (), (value))
struct DiscC {
  static constexpr std::string_view name = "C";
  std::uint8_t x = 0;
};
BOOST_DESCRIBE_STRUCT(DiscC, (), (x))
struct DiscD {
  static constexpr std::string_view name = "D";
  using tuple_variant = void;
  std::uint8_t first = 0;
  std::uint16_t second = 0;
};
BOOST_DESCRIBE_STRUCT(DiscD, (), (first, second))
struct Disc : std::variant<DiscA, DiscB, DiscC, DiscD> {
  using variant::variant;
  static constexpr std::string_view rust_name = "Disc";
};

// A list without end, but for the limit.
struct Node {
  static constexpr std::string_view rust_name = "Node";
  std::uint32_t value = 0;
  std::optional<std::unique_ptr<Node>> next;
};
BOOST_DESCRIBE_STRUCT(Node, (), (value, next))

// How a call of the vectors can fail, as the shipped crates declare it.
template <class E>
struct User {
  static constexpr std::string_view name = "User";
  using newtype = void;
  E error;
  BOOST_DESCRIBE_CLASS(User, (), (error), (), ())
};
struct UnknownMethod {
  static constexpr std::string_view name = "UnknownMethod";
};
BOOST_DESCRIBE_STRUCT(UnknownMethod, (), ())
struct InvalidPayload {
  static constexpr std::string_view name = "InvalidPayload";
  using newtype = void;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(InvalidPayload, (), (reason))
struct Cancelled {
  static constexpr std::string_view name = "Cancelled";
};
BOOST_DESCRIBE_STRUCT(Cancelled, (), ())
struct ConnectionClosed {
  static constexpr std::string_view name = "ConnectionClosed";
};
BOOST_DESCRIBE_STRUCT(ConnectionClosed, (), ())
struct SessionShutdown {
  static constexpr std::string_view name = "SessionShutdown";
};
BOOST_DESCRIBE_STRUCT(SessionShutdown, (), ())
struct SendFailed {
  static constexpr std::string_view name = "SendFailed";
};
BOOST_DESCRIBE_STRUCT(SendFailed, (), ())
struct Indeterminate {
  static constexpr std::string_view name = "Indeterminate";
};
BOOST_DESCRIBE_STRUCT(Indeterminate, (), ())
template <class E>
using VoxError = std::variant<User<E>, UnknownMethod, InvalidPayload, Cancelled, ConnectionClosed,
                              SessionShutdown, SendFailed, Indeterminate>;

}  // namespace vox::wire::test
