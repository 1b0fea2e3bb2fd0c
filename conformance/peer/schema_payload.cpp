#include "conformance/peer/schema_payload.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "impl/schema/cbor_form.hpp"

namespace voxspec {
namespace {

vox::Bytes written(Value const& field) {
  auto const* const bytes = field.get<vox::Bytes>();
  return bytes == nullptr ? cbor_bytes(field) : *bytes;
}

}  // namespace

vox::Result<vox::schema::SchemaPayload> schema_payload(Value const& field) {
  return vox::schema::decode_payload(written(field));
}

vox::Result<vox::schema::SchemaList> schema_list(Value const& field) {
  return vox::schema::decode_schemas(written(field));
}

}  // namespace voxspec
