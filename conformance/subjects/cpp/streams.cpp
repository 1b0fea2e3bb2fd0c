#include "conformance/subjects/cpp/streams.hpp"

namespace voxspec::subject {

namespace asio = boost::asio;

asio::awaitable<std::int64_t> sum(vox::net::Rx<std::int32_t> numbers) {
  std::int64_t total = 0;
  while (auto const number = co_await numbers.next())
    total += *number;
  co_return total;
}

asio::awaitable<void> generate(std::uint32_t count, vox::net::Tx<std::int32_t> output) {
  for (std::uint32_t number = 0; number < count; ++number) {
    auto const sent = co_await output.send(static_cast<std::int32_t>(number));
    if (!sent) break;
  }
}

asio::awaitable<void> transform(vox::net::Rx<std::string> input, vox::net::Tx<std::string> output) {
  while (auto const item = co_await input.next()) {
    auto const sent = co_await output.send(*item);
    if (!sent) break;
  }
}

}  // namespace voxspec::subject
