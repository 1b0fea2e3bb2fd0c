#include "impl/net/link_source.hpp"

#include <utility>

namespace vox::net {

namespace {

class DialSource final : public LinkSource {
 public:
  DialSource(Address address, ConnectOptions options)
      : address_{std::move(address)}, options_{options} {}

  boost::asio::awaitable<std::expected<std::unique_ptr<Link>, session::SessionError>> next()
      override {
    auto link = co_await connect(address_, options_);
    if (!link) co_return std::unexpected(session::io_error(link.error()));
    co_return std::move(*link);
  }

 private:
  Address address_;
  ConnectOptions options_;
};

}  // namespace

std::shared_ptr<LinkSource> dial_source(Address address, ConnectOptions options) {
  return std::make_shared<DialSource>(std::move(address), options);
}

}  // namespace vox::net
