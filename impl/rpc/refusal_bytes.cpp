#include "impl/rpc/refusal_bytes.hpp"

#include "impl/schema/vox_error.hpp"
#include "impl/wire/postcard.hpp"

#include <expected>
#include <utility>
#include <variant>

namespace vox::rpc {

namespace {

// Without a value and without an error of the method's own, the bytes are those of every method's
// response.
Bytes error_bytes(schema::VoxError<> error) {
  schema::Outcome<std::monostate> const outcome{std::unexpect, std::move(error)};
  return wire::encode_value(outcome);
}

}  // namespace

Bytes refusal_bytes(Refuse kind, std::string detail) {
  switch (kind) {
    case Refuse::unknown_method:
      return error_bytes(schema::UnknownMethod{});
    case Refuse::invalid_payload:
      return error_bytes(schema::InvalidPayload{std::move(detail)});
    case Refuse::cancelled:
      return error_bytes(schema::Cancelled{});
    case Refuse::indeterminate:
      return error_bytes(schema::Indeterminate{});
  }
  std::unreachable();
}

}  // namespace vox::rpc
