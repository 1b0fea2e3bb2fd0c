#pragma once
#include "impl/schema/vox_error.hpp"

#include <expected>
#include <string>
#include <variant>

// What a scenario says about an answer.
namespace voxspec::subject {

// What kind of outcome it is, as words for a failure.
template <class Outcome>
std::string kind_of(Outcome const& outcome) {
  if (outcome) return "another value";
  using Variant = typename Outcome::error_type::variant;
  auto const& error = static_cast<Variant const&>(outcome.error());
  return std::visit(
      [](auto const& alternative) { return "the error " + std::string{alternative.name}; }, error);
}

template <class Answer, class Value>
std::expected<void, std::string> expect_value(Answer const& answer, Value const& wanted) {
  if (!answer) return std::unexpected(answer.error());
  auto const& outcome = *answer;
  if (outcome && *outcome == wanted) return {};
  return std::unexpected("expected a certain value, got " + kind_of(outcome));
}

// The error that the callee itself must answer with.
template <class Answer, class Error>
std::expected<void, std::string> expect_error(Answer const& answer, Error wanted) {
  if (!answer) return std::unexpected(answer.error());
  auto const& outcome = *answer;
  if (!outcome) {
    auto const* const user = std::get_if<vox::schema::User<Error>>(&outcome.error());
    if (user != nullptr && user->error == wanted) return {};
  }
  return std::unexpected("expected an error of the method, got " + kind_of(outcome));
}

}  // namespace voxspec::subject
