#pragma once
#include "impl/rpc/event.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/bytes.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

namespace vox::net {

// How a call went, whatever its types are: with a value, or with the error of that name. `dropped`
// is a handler that ended without an answer.
enum class CallResult : std::uint8_t {
  value,
  user_error,
  unknown_method,
  invalid_payload,
  cancelled,
  connection_closed,
  session_shutdown,
  send_failed,
  indeterminate,
  dropped,
};
BOOST_DESCRIBE_ENUM(CallResult, value, user_error, unknown_method, invalid_payload, cancelled,
                    connection_closed, session_shutdown, send_failed, indeterminate, dropped)

// Of an encoded response; of one that is none, invalid_payload.
[[nodiscard]] CallResult result_of(ByteView response);
[[nodiscard]] CallResult result_of(rpc::CallOutcome const& outcome);
template <class E>
[[nodiscard]] CallResult result_of(schema::VoxError<E> const& error) {
  return static_cast<CallResult>(error.index() + 1);
}

// Whether the same call may go better later. r[impl rpc.fallible.vox-error.retryable]
[[nodiscard]] bool is_retryable(CallResult result);
template <class E>
[[nodiscard]] bool is_retryable(schema::VoxError<E> const& error) {
  return is_retryable(result_of(error));
}

// Why there is no response, in the words that every method's error has.
[[nodiscard]] schema::VoxError<> error_of(rpc::CallError const& error);

// The same error as a VoxError<E>, among those of a method.
template <class Error>
[[nodiscard]] Error widened(schema::VoxError<> error) {
  return std::visit(
      []<class Alternative>(Alternative&& alternative) -> Error {
        if constexpr (std::is_same_v<std::remove_cvref_t<Alternative>,
                                     schema::User<shape::Never>>) {
          std::unreachable();
        } else {
          return std::forward<Alternative>(alternative);
        }
      },
      static_cast<typename schema::VoxError<>::variant&&>(std::move(error)));
}

}  // namespace vox::net
