#include "impl/rpc/refusal_bytes.hpp"

#include "impl/wire/postcard.hpp"

#include <expected>
#include <utility>
#include <variant>

namespace vox::rpc {

// Without a value and without an error of the method's own, the bytes are those of every method's
// response.
Bytes encode_refusal(schema::VoxError<> error) {
  schema::Outcome<std::monostate> const outcome{std::unexpect, std::move(error)};
  return wire::encode_value(outcome);
}

Bytes refusal_bytes(Refuse kind, std::string detail) {
  switch (kind) {
    case Refuse::unknown_method:
      return encode_refusal(schema::UnknownMethod{});
    case Refuse::invalid_payload:
      return encode_refusal(schema::InvalidPayload{std::move(detail)});
    case Refuse::cancelled:
      return encode_refusal(schema::Cancelled{});
    case Refuse::indeterminate:
      return encode_refusal(schema::Indeterminate{});
  }
  std::unreachable();
}

}  // namespace vox::rpc
