#pragma once
#include "impl/net/typed/rx.hpp"
#include "impl/net/typed/tx.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

// What Testbed does with channels. Each of these ends with its input, or when nobody receives its
// output any more; its own ends of the channels are closed then.
namespace voxspec::subject {

[[nodiscard]] boost::asio::awaitable<std::int64_t> sum(vox::net::Rx<std::int32_t> numbers);
// Sends the numbers from 0 up.
[[nodiscard]] boost::asio::awaitable<void> generate(std::uint32_t count,
                                                    vox::net::Tx<std::int32_t> output);
[[nodiscard]] boost::asio::awaitable<void> transform(vox::net::Rx<std::string> input,
                                                     vox::net::Tx<std::string> output);

}  // namespace voxspec::subject
