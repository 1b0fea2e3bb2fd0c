#pragma once
#include "impl/link/deadline.hpp"
#include "impl/session/error.hpp"
#include "spec/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <optional>
#include <utility>

namespace vox::net {

// What the work gave, or a connect timeout if it did not finish in time and was cancelled.
template <class T>
boost::asio::awaitable<std::expected<T, session::SessionError>> in_time(
    std::optional<Duration> timeout,
    boost::asio::awaitable<std::expected<T, session::SessionError>> work) {
  if (!timeout) co_return co_await std::move(work);
  auto outcome = co_await link::within(*timeout, std::move(work));
  if (outcome) co_return std::move(*outcome);
  session::SessionError error{.kind = session::ErrorKind::connect_timeout};
  co_return std::unexpected(std::move(error));
}

}  // namespace vox::net
