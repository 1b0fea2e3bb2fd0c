#pragma once
#include <cstddef>
#include <cstdint>

namespace vox {

// Bounds that keep hostile input from costing more than it weighs. The shipped peer has none of
// them; every one can be raised, and exceeding one is a clear error, never a truncation.
struct Limits {
  std::size_t frame_bytes_max = 64uz << 20;        // one link payload
  std::size_t cbor_depth_max = 64;                 // nested CBOR arrays and maps
  std::size_t metadata_entries_max = 1024;         // entries of one metadata list
  std::size_t schema_count_max = 4096;             // schemas of one payload
  std::size_t schema_depth_max = 64;               // nested type references
  std::size_t schemas_received_max = 1uz << 16;    // schemas, and bindings, of one connection
  std::size_t plan_steps_max = 1uz << 16;          // types that one translation plan tells apart
  std::size_t value_depth_max = 1024;              // values nested in one payload
  std::size_t unit_elements_max = 1uz << 16;       // elements of one list that take no bytes each
  std::size_t connections_max = 1uz << 20;         // slots of one session
  std::size_t closed_connections_max = 1uz << 14;  // closed ids whose past a session remembers
  std::size_t requests_max = 1uz << 16;            // in flight on one connection, each way
  std::size_t outbound_messages_max = 256;         // queued outputs of one session
};

}  // namespace vox
