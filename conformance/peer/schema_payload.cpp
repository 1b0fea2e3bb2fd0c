#include "conformance/peer/schema_payload.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "impl/schema/cbor_form.hpp"

namespace voxspec {

vox::Result<vox::schema::SchemaPayload> schema_payload(Value const& field) {
  auto const* const bytes = field.get<vox::Bytes>();
  return vox::schema::decode_payload(bytes == nullptr ? cbor_bytes(field) : *bytes);
}

}  // namespace voxspec
