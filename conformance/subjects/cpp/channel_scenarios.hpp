#pragma once
#include "conformance/subjects/cpp/scenario.hpp"

#include <boost/asio/awaitable.hpp>

// The scenarios whose calls carry channels.
namespace voxspec::subject {

[[nodiscard]] boost::asio::awaitable<Played> sum_client_to_server(TestbedClient client);
[[nodiscard]] boost::asio::awaitable<Played> sum_large(TestbedClient client);
[[nodiscard]] boost::asio::awaitable<Played> generate_large(TestbedClient client);
[[nodiscard]] boost::asio::awaitable<Played> transform_bidi(TestbedClient client);

// These wait for somebody to break the link among the items of a stream. A call that may have had
// its effect ends as Indeterminate; one that is idempotent runs again from the first item.
[[nodiscard]] boost::asio::awaitable<Played> channel_retry_non_idem(TestbedClient client);
[[nodiscard]] boost::asio::awaitable<Played> channel_retry_idem(TestbedClient client);

}  // namespace voxspec::subject
