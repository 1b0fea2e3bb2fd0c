#pragma once
#include "impl/net/typed/call_result.hpp"
#include "impl/schema/vox_error.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <expected>
#include <string>
#include <variant>

// What a scenario says about an outcome.
namespace voxspec::subject {

// What kind of outcome it is, as words for a failure.
template <class T, class E>
std::string kind_of(vox::schema::Outcome<T, E> const& outcome) {
  if (outcome) return "another value";
  auto const result = vox::net::result_of(outcome.error());
  std::string text = "the error ";
  text += boost::describe::enum_to_string(result, "?");
  if (auto const* const invalid = std::get_if<vox::schema::InvalidPayload>(&outcome.error())) {
    text += ": " + invalid->reason;
  }
  return text;
}

template <class Outcome, class Value>
std::expected<void, std::string> expect_value(Outcome const& outcome, Value const& wanted) {
  if (outcome && *outcome == wanted) return {};
  return std::unexpected("expected a certain value, got " + kind_of(outcome));
}

// The error that the callee itself must answer with.
template <class Outcome, class Error>
std::expected<void, std::string> expect_error(Outcome const& outcome, Error wanted) {
  if (!outcome) {
    auto const* const user = std::get_if<vox::schema::User<Error>>(&outcome.error());
    if (user != nullptr && user->error == wanted) return {};
  }
  return std::unexpected("expected an error of the method, got " + kind_of(outcome));
}

}  // namespace voxspec::subject
