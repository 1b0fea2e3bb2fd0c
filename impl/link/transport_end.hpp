#pragma once
#include "impl/link/link_end.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <string>

namespace vox::link {

// What the operating system's error means for a link.
[[nodiscard]] LinkEnd transport_end(boost::system::error_code error);

// The end that this side brought about itself.
[[nodiscard]] LinkEnd stopped(std::string detail);

// The end for want of memory for a payload that arrives.
[[nodiscard]] LinkEnd no_memory();

// The refusal to send a payload of so many bytes.
[[nodiscard]] LinkEnd above_limit(std::size_t payload_bytes, std::size_t payload_bytes_max);

}  // namespace vox::link
