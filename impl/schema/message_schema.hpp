#pragma once
#include "impl/schema/extract.hpp"
#include "impl/wire/bytes.hpp"
#include "spec/dialect.hpp"

namespace vox::schema {

// The schemas of wire::Message that every handshake announces, root last. They are made once, when
// first asked for, and live as long as the program.
[[nodiscard]] LocalType const& message_type(Dialect dialect = Dialect::vox_0_4);
// The same as CBOR, ready to be put into a Hello.
[[nodiscard]] ByteView message_schemas_cbor(Dialect dialect = Dialect::vox_0_4);

}  // namespace vox::schema
