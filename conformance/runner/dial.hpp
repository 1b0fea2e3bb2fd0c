#pragma once
#include "conformance/peer/subject_port.hpp"
#include "impl/link/address.hpp"
#include "impl/link/link.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>
#include <string>

namespace voxspec {

// Why a subject gives no link, by the sentence of whoever wanted one: the machine is at fault where
// the sentence speaks of its want.
[[nodiscard]] NoLink why_no_link(std::string detail);

// A link to the address. Whoever asks for one limits the time for it.
[[nodiscard]] boost::asio::awaitable<std::expected<std::unique_ptr<vox::link::Link>, NoLink>> dial(
    vox::link::Address address, vox::link::LinkOptions options = {});

}  // namespace voxspec
