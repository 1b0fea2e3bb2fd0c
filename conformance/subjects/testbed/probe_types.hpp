#pragma once
#include "impl/wire/shape.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The types of the Probe service: what Testbed's types are not. Fields and variants stand in wire
// order.
namespace voxspec::probe {

// Containers that Testbed has none of.
struct Batch {
  static constexpr std::string_view rust_name = "Batch";
  std::array<std::uint32_t, 4> cells{};
  std::map<std::string, std::uint32_t> totals;
  std::set<std::string> labels;
  bool operator==(Batch const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Batch, (), (cells, totals, labels))

// A struct that is an element of a tuple variant and an item of a channel.
struct Place {
  static constexpr std::string_view rust_name = "Place";
  std::int32_t row = 0;
  std::string name;
  bool operator==(Place const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Place, (), (row, name))

// The alternatives of Mark.
struct Blank {
  static constexpr std::string_view name = "Blank";
  bool operator==(Blank const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Blank, (), ())
struct Span {
  static constexpr std::string_view name = "Span";
  using tuple_variant = void;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool operator==(Span const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Span, (), (first, last))
struct At {
  static constexpr std::string_view name = "At";
  using tuple_variant = void;
  Place place;
  std::string note;
  bool operator==(At const&) const = default;
};
BOOST_DESCRIBE_STRUCT(At, (), (place, note))

struct Mark : std::variant<Blank, Span, At> {
  using variant::variant;
  static constexpr std::string_view rust_name = "Mark";
};

// A field that a sender may not have: it is then what the default says.
struct Ticket {
  static constexpr std::string_view rust_name = "Ticket";
  static constexpr std::array<std::string_view, 1> defaulted{"priority"};
  std::string title;
  std::uint32_t priority = 3;
  bool operator==(Ticket const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Ticket, (), (title, priority))

// A type that holds itself.
struct Tree {
  static constexpr std::string_view rust_name = "Tree";
  std::uint32_t value = 0;
  std::vector<Tree> children;
  bool operator==(Tree const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (value, children))

// Two types that hold each other.
struct Link;
struct Chain {
  static constexpr std::string_view rust_name = "Chain";
  std::string name;
  std::vector<Link> links;
  bool operator==(Chain const&) const;
};
BOOST_DESCRIBE_STRUCT(Chain, (), (name, links))
struct Link {
  static constexpr std::string_view rust_name = "Link";
  std::uint32_t weight = 0;
  std::optional<Chain> next;
  bool operator==(Link const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Link, (), (weight, next))
inline bool Chain::operator==(Chain const& other) const {
  return name == other.name && links == other.links;
}

enum class ProbeError : std::uint8_t { first_time };
BOOST_DESCRIBE_ENUM(ProbeError, first_time)

// Channels in the fields of a struct, one of them in an option. Tx and Rx as in Declaration.
template <template <class> class Tx, template <class> class Rx>
struct Tally {
  static constexpr std::string_view rust_name = "Tally";
  std::string label;
  Rx<std::int32_t> numbers;
  std::optional<Tx<std::int32_t>> copies;
  BOOST_DESCRIBE_CLASS(Tally, (), (label, numbers, copies), (), ())
};

// The alternatives of Source.
struct Nothing {
  static constexpr std::string_view name = "Nothing";
};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())
template <template <class> class Rx>
struct Numbers {
  static constexpr std::string_view name = "Numbers";
  using newtype = void;
  Rx<std::int32_t> numbers;
  BOOST_DESCRIBE_CLASS(Numbers, (), (numbers), (), ())
};
template <template <class> class Tx, template <class> class Rx>
struct Copied {
  static constexpr std::string_view name = "Copied";
  Tx<std::int32_t> copies;
  Rx<std::int32_t> numbers;
  BOOST_DESCRIBE_CLASS(Copied, (), (copies, numbers), (), ())
};

// Channels in the variants of an enum: which ones there are depends on the variant.
template <template <class> class Tx, template <class> class Rx>
struct Source : std::variant<Nothing, Numbers<Rx>, Copied<Tx, Rx>> {
  using std::variant<Nothing, Numbers<Rx>, Copied<Tx, Rx>>::variant;
  static constexpr std::string_view rust_name = "Source";
};

}  // namespace voxspec::probe

namespace vox::shape {

template <>
struct Declared<voxspec::probe::ProbeError> {
  static constexpr std::string_view rust_name = "ProbeError";
};

}  // namespace vox::shape
