#pragma once
#include "impl/link/link_end.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace vox::link {

// What the operating system's error means for a link.
[[nodiscard]] LinkEnd transport_end(boost::system::error_code error);

// What a failed accept means for the listener.
enum class AcceptFailure : std::uint8_t {
  peer,      // that peer is gone; the next may be there already
  shortage,  // of descriptors or memory, which passes
  lasting,   // there will be no more
};
[[nodiscard]] AcceptFailure accept_failure(boost::system::error_code error);

// The end that this side brought about itself.
[[nodiscard]] LinkEnd stopped(std::string detail);

// The end for want of memory for a payload that arrives.
[[nodiscard]] LinkEnd no_memory();

// The refusal to send a payload of so many bytes.
[[nodiscard]] LinkEnd above_limit(std::size_t payload_bytes, std::size_t payload_bytes_max);

}  // namespace vox::link
