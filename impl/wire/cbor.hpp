#pragma once
// The whole of our CBOR: enough for handshakes and schemas, and safe on hostile input, which the
// general-purpose decoders are not.
#include "impl/wire/cbor_reader.hpp"
#include "impl/wire/cbor_writer.hpp"
