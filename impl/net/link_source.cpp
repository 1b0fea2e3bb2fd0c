#include "impl/net/link_source.hpp"

#include <utility>

namespace vox::net {

namespace {

class DialSource final : public LinkSource {
 public:
  DialSource(link::Address address, link::ConnectOptions options)
      : address_{std::move(address)}, options_{options} {}

  boost::asio::awaitable<Next> next() override {
    auto link = co_await link::connect(address_, options_);
    if (!link) co_return std::unexpected(session::io_error(link.error()));
    co_return std::move(*link);
  }

 private:
  link::Address address_;
  link::ConnectOptions options_;
};

}  // namespace

std::shared_ptr<LinkSource> dial_source(link::Address address, link::ConnectOptions options) {
  return std::make_shared<DialSource>(std::move(address), options);
}

}  // namespace vox::net
