#pragma once
#include "impl/wire/shape.hpp"

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The second versions of the Testbed types that evolve. Each says what became of the first.
namespace voxspec::testbed::v2 {

// Gains an optional field that a first version cannot supply, since it has no default.
struct Profile {
  static constexpr std::string_view rust_name = "Profile";
  std::string name;
  std::string bio;
  std::optional<std::string> avatar;
  bool operator==(Profile const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Profile, (), (name, bio, avatar))

// The same fields in another order.
struct Record {
  static constexpr std::string_view rust_name = "Record";
  double gamma = 0;
  std::int32_t alpha = 0;
  std::string beta;
  bool operator==(Record const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Record, (), (gamma, alpha, beta))

// Gains a variant.
enum class Status : std::uint8_t { active, inactive, suspended };
BOOST_DESCRIBE_ENUM(Status, active, inactive, suspended)

// Loses a field.
struct Tag {
  static constexpr std::string_view rust_name = "Tag";
  std::string label;
  std::uint32_t priority = 0;
  bool operator==(Tag const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tag, (), (label, priority))

// A field changes its type: incompatible.
struct Measurement {
  static constexpr std::string_view rust_name = "Measurement";
  std::string unit;
  std::string value;
  bool operator==(Measurement const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Measurement, (), (unit, value))

// Gains a required field: incompatible from the first version.
struct Config {
  static constexpr std::string_view rust_name = "Config";
  std::string key;
  std::string value;
  std::string owner;
  bool operator==(Config const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Config, (), (key, value, owner))

}  // namespace voxspec::testbed::v2

namespace vox::shape {

template <>
struct Declared<voxspec::testbed::v2::Status> {
  static constexpr std::string_view rust_name = "Status";
};

}  // namespace vox::shape
