#include "conformance/runner/dial.hpp"

#include "conformance/runner/machine.hpp"
#include "impl/link/listener.hpp"

#include <chrono>
#include <utility>

namespace voxspec {
namespace link = vox::link;

NoLink why_no_link(std::string detail) {
  auto const cause = tells_of_want(detail) ? NoLink::Cause::machine : NoLink::Cause::subject;
  return {.cause = cause, .detail = std::move(detail)};
}

boost::asio::awaitable<std::expected<std::unique_ptr<link::Link>, NoLink>> dial(
    link::Address address, link::LinkOptions options) {
  constexpr std::chrono::hours no_limit{1};
  auto made = co_await link::connect(address, {.link = options, .timeout = no_limit});
  if (!made) co_return std::unexpected(why_no_link(std::move(made.error())));
  co_return *std::move(made);
}

}  // namespace voxspec
