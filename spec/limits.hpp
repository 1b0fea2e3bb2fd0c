#pragma once
#include "spec/clock.hpp"

#include <chrono>
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
  std::size_t schema_parts_max = 1uz << 18;        // fields, variants, … of one payload
  std::size_t schema_depth_max = 64;               // nested type references
  std::size_t schemas_received_max = 1uz << 16;    // schemas, and bindings, of one connection
  std::size_t plan_steps_max = 1uz << 16;          // types that one translation plan tells apart
  std::size_t value_depth_max = 1024;              // values nested in one payload
  std::size_t unit_elements_max = 1uz << 16;       // elements of one list that take no bytes each
  std::size_t connections_max = 1uz << 20;         // slots of one session
  std::size_t closed_connections_max = 1uz << 14;  // closed ids whose past a session remembers
  std::size_t requests_max = 1uz << 16;            // in flight on one connection, each way

  // What one session holds. What we owe the peer (answers) gates reading, and so does what the
  // application has not taken; what we want to send waits or is refused.
  std::size_t owed_bytes_max = 1uz << 20;
  std::size_t owed_messages_max = 1024;
  std::size_t wanted_bytes_max = 1uz << 20;
  std::size_t wanted_messages_max = 256;
  std::size_t event_bytes_max = 4uz << 20;
  std::size_t events_max = 1024;
  std::size_t session_bytes_max = 64uz << 20;  // all of it together
  std::size_t calls_waiting_max = 1024;        // for room among the peer's requests, a connection
  std::size_t channels_max = 4096;             // ends of channels, a connection
  std::uint32_t channel_window_max = 256;      // items that a sender may be ahead of its reader
  std::size_t early_items_max = 64;            // items before their call, a connection
  std::size_t early_bytes_max = 16uz << 20;    // of them, on all connections together
  std::size_t operations_max = 1uz << 16;      // whose outcome a session remembers
  std::size_t operation_bytes_max = 64uz << 20;
  // Steps of one walk over the types of a peer, or over a value: eight a byte of it are free.
  std::size_t walk_steps_max = 1uz << 20;

  // What a stable conduit keeps of what its peer has not acknowledged.
  std::size_t replay_frames_max = 4096;
  std::size_t replay_bytes_max = 16uz << 20;

  // How long things may last, and how many of them may stand at once.
  Duration stall = std::chrono::seconds{30};               // a link that takes nothing we owe
  Duration establishment_time = std::chrono::seconds{10};  // from a link's first byte to a session
  std::size_t establishment_bytes_max = 1uz << 20;         // one payload before there is a session
  Duration resume_window = std::chrono::minutes{10};       // a session without a link
  std::size_t half_open_links_max = 1024;                  // links without a session yet
  std::size_t sessions_waiting_max = 4096;                 // sessions without a link
  std::size_t sessions_max = 1uz << 14;                    // sessions of one server, all together
};

}  // namespace vox
