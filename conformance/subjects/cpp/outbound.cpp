#include "conformance/subjects/cpp/outbound.hpp"

#include "conformance/subjects/cpp/scenario_checks.hpp"
#include "conformance/subjects/cpp/testbed.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <iostream>
#include <string>
#include <utility>

namespace voxspec::subject {

namespace asio = boost::asio;
using namespace vox;

namespace {

// The drop of the only handle closes the connection; when it is closed, the close is on its way
// before anything that is opened after it.
asio::awaitable<std::expected<void, std::string>> open_once(net::SessionHandle session,
                                                            Outbound outbound,
                                                            std::uint32_t number) {
  ConnectionSettings const settings{.parity = outbound.parity, .max_concurrent_requests = 64};
  std::string const service{Testbed::service_name};
  auto opened = co_await session.open(settings, service, wire::Metadata{}, outbound.handler);
  if (!opened) co_return std::unexpected(opened.error().text());
  TestbedClient const client{std::move(*opened)};
  auto const sent = "connection " + std::to_string(number);
  auto const got = co_await client.call<"echo">(sent);
  co_return expect_value(got, sent);
}

asio::awaitable<void> open_all(net::Established established, Outbound outbound) {
  for (std::uint32_t number = 1; number <= outbound.count; ++number) {
    auto const done = co_await open_once(established.session, outbound, number);
    if (!done) std::cerr << "opened connection " << number << ": " << done.error() << '\n';
  }
}

}  // namespace

void open_connections(asio::any_io_executor const& executor, net::Established const& established,
                      Outbound const& outbound) {
  if (outbound.count == 0) return;
  asio::co_spawn(executor, open_all(established, outbound), asio::detached);
}

}  // namespace voxspec::subject
