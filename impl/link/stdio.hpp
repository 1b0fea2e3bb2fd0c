#pragma once
#include "impl/link/link.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <expected>
#include <memory>
#include <string>

namespace vox::link {

// The link over standard input and output. It takes them away from the rest of the process: file
// descriptor 0 becomes /dev/null and 1 becomes standard error, so that a stray print cannot spoil
// the stream and the peer sees its end as soon as the link closes. To be called once.
[[nodiscard]] std::expected<std::unique_ptr<Link>, std::string> take_stdio(
    boost::asio::any_io_executor const& executor, LinkOptions options = {});

}  // namespace vox::link
