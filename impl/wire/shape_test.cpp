#include "impl/wire/shape.hpp"

#include <boost/describe/enum.hpp>
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace vox::shape {
namespace {

struct Note {
  static constexpr std::string_view rust_name = "Note";
  static constexpr std::array<std::string_view, 1> defaulted{"class"};
  std::uint64_t id = 0;
  std::string class_;
};
BOOST_DESCRIBE_STRUCT(Note, (), (id, class_))

struct Circle {
  static constexpr std::string_view name = "Circle";
  double radius = 0;
};
BOOST_DESCRIBE_STRUCT(Circle, (), (radius))

struct Text {
  static constexpr std::string_view name = "Text";
  using newtype = void;
  std::string value;
};
BOOST_DESCRIBE_STRUCT(Text, (), (value))

struct Nothing {
  static constexpr std::string_view name = "Nothing";
};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

struct Both {
  static constexpr std::string_view name = "Both";
  using tuple_variant = void;
  int a = 0;
  int b = 0;
};
BOOST_DESCRIBE_STRUCT(Both, (), (a, b))

struct Stamp {
  static constexpr std::string_view name = "Stamped";
  static constexpr std::string_view rust_name = "Stamp";
  std::uint32_t at = 0;
};
BOOST_DESCRIBE_STRUCT(Stamp, (), (at))

using Any = std::variant<Circle, Text, Nothing, Both, Stamp>;
struct Wrapped : std::variant<Circle, Text> {
  using variant::variant;
  static constexpr std::string_view rust_name = "Wrapped";
};

template <class T>
struct Pair {
  static constexpr std::string_view rust_name = "Pair";
  static constexpr std::array<std::string_view, 1> type_params{"T"};
  using type_args = Types<T>;
  T left;
  T right;
  BOOST_DESCRIBE_CLASS(Pair, (), (left, right), (), ())
};
static_assert(kind<Pair<int>> == Kind::structure);

struct Id {
  using transparent = void;
  std::uint64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(Id, (), (value))

enum class Outcome : std::uint8_t { division_by_zero, overflow };
BOOST_DESCRIBE_ENUM(Outcome, division_by_zero, overflow)

struct Handle {
  using channel_element = int;
  static constexpr auto channel_direction = ChannelDirection::tx;
  [[nodiscard]] std::uint64_t channel_id() const { return id; }
  void set_channel_id(std::uint64_t to) { id = to; }
  std::uint64_t id = 0;
};

}  // namespace

template <>
struct Declared<Any> {
  static constexpr std::string_view rust_name = "Any";
};

static_assert(kind<bool> == Kind::primitive && primitive_name<unsigned long long>() == "u64");
static_assert(primitive_name<char>().empty() && primitive_name<char32_t>() == "char");
static_assert(kind<std::vector<std::byte>> == Kind::list && is_byte<std::byte> && !is_byte<bool>);
static_assert(kind<std::tuple<>> == Kind::unit && kind<std::monostate> == Kind::unit);
static_assert(kind<std::tuple<int>> == Kind::tuple && kind<std::pair<int, int>> == Kind::tuple);
static_assert(kind<Note> == Kind::structure && kind<Id> == Kind::transparent);
static_assert(kind<Any> == Kind::sum && kind<Wrapped> == Kind::sum &&
              kind<Outcome> == Kind::choice);
static_assert(kind<Handle> == Kind::channel && kind<Nothing> == Kind::unit);
static_assert(name<Any> == "Any" && name<Wrapped> == "Wrapped" && name<Note> == "Note");
static_assert(std::same_as<alternatives<Wrapped>, Types<Circle, Text>>);
static_assert(variant_kind<Circle>() == VariantKind::structure);
static_assert(variant_kind<Text>() == VariantKind::newtype);
static_assert(variant_kind<Nothing>() == VariantKind::unit);
static_assert(variant_kind<Both>() == VariantKind::tuple);
static_assert(variant_kind<Stamp>() == VariantKind::newtype);
static_assert(std::same_as<newtype_payload<Text>, std::string>);
static_assert(std::same_as<newtype_payload<Stamp>, Stamp>);
static_assert(type_params<Pair<int>>().size() == 1 && type_params<Note>().empty());
static_assert(std::same_as<type_args<Pair<int>>, Types<int>>);
static_assert(std::same_as<type_args<Note>, Types<>>);
static_assert(is_defaulted<Note>("class") && !is_defaulted<Note>("id"));
static_assert(std::same_as<sole_field_type<Id>, std::uint64_t>);

TEST_SUITE_BEGIN("shape");

TEST_CASE("fields are visited in the order they are described, by their Rust names") {
  std::vector<std::string> names;
  Note note{.id = 7, .class_ = "x"};
  for_each_field(note, [&](auto&, std::string_view field) { names.emplace_back(field); });
  CHECK(names == std::vector<std::string>{"id", "class"});
  for_each_field_type<Note>([&](auto, std::string_view field) { names.emplace_back(field); });
  CHECK(names == std::vector<std::string>{"id", "class", "id", "class"});
}

TEST_CASE("enumerators have the names of Rust variants") {
  CHECK(choice_names<Outcome>() == std::vector<std::string>{"DivisionByZero", "Overflow"});
}

TEST_CASE("the variant inside a derived sum can be reached") {
  Wrapped wrapped{Text{"a"}};
  CHECK(as_variant(wrapped).index() == 1);
}

TEST_SUITE_END();

}  // namespace vox::shape
