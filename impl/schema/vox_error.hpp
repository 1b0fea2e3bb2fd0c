#pragma once
#include "impl/wire/shape.hpp"

#include <boost/describe/class.hpp>

#include <array>
#include <expected>
#include <string>
#include <string_view>
#include <variant>

namespace vox::schema {

// How a call can fail. The alternatives stand in wire order; a peer answers with the first four and
// the last, the others say locally why there was no answer.
// r[impl rpc.fallible.vox-error]
template <class E>
struct User {
  static constexpr std::string_view name = "User";
  using newtype = void;
  E error;  // what the method itself reports
  bool operator==(User const&) const = default;
  BOOST_DESCRIBE_CLASS(User, (), (error), (), ())
};
struct UnknownMethod {
  static constexpr std::string_view name = "UnknownMethod";
  bool operator==(UnknownMethod const&) const = default;
};
BOOST_DESCRIBE_STRUCT(UnknownMethod, (), ())
struct InvalidPayload {
  static constexpr std::string_view name = "InvalidPayload";
  using newtype = void;
  std::string reason;
  bool operator==(InvalidPayload const&) const = default;
};
BOOST_DESCRIBE_STRUCT(InvalidPayload, (), (reason))
struct Cancelled {
  static constexpr std::string_view name = "Cancelled";
  bool operator==(Cancelled const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Cancelled, (), ())
struct ConnectionClosed {
  static constexpr std::string_view name = "ConnectionClosed";
  bool operator==(ConnectionClosed const&) const = default;
};
BOOST_DESCRIBE_STRUCT(ConnectionClosed, (), ())
struct SessionShutdown {
  static constexpr std::string_view name = "SessionShutdown";
  bool operator==(SessionShutdown const&) const = default;
};
BOOST_DESCRIBE_STRUCT(SessionShutdown, (), ())
struct SendFailed {
  static constexpr std::string_view name = "SendFailed";
  bool operator==(SendFailed const&) const = default;
};
BOOST_DESCRIBE_STRUCT(SendFailed, (), ())
// The call may or may not have been carried out.
struct Indeterminate {
  static constexpr std::string_view name = "Indeterminate";
  bool operator==(Indeterminate const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Indeterminate, (), ())

template <class E = shape::Never>
struct VoxError : std::variant<User<E>, UnknownMethod, InvalidPayload, Cancelled, ConnectionClosed,
                               SessionShutdown, SendFailed, Indeterminate> {
  using VoxError::variant::variant;
  static constexpr std::string_view rust_name = "VoxError";
  static constexpr std::array<std::string_view, 1> type_params{"E"};
  using type_args = shape::Types<E>;
};

// What every response carries: the method's value, or why there is none. Methods that return
// nothing have std::monostate as T, methods that cannot fail shape::Never as E.
template <class T, class E = shape::Never>
using Outcome = std::expected<T, VoxError<E>>;

}  // namespace vox::schema
