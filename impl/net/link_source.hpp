#pragma once
#include "impl/link/address.hpp"
#include "impl/link/link.hpp"
#include "impl/link/listener.hpp"
#include "impl/session/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <expected>
#include <memory>

namespace vox::net {

// Where an initiator gets its links from: the first one, and another whenever one is lost.
class LinkSource {
 public:
  using Next = std::expected<std::unique_ptr<link::Link>, session::SessionError>;

  LinkSource() = default;
  LinkSource(LinkSource const&) = delete;
  LinkSource(LinkSource&&) = delete;
  LinkSource& operator=(LinkSource const&) = delete;
  LinkSource& operator=(LinkSource&&) = delete;
  virtual ~LinkSource() = default;

  // A fresh link. Cancellable; an io error may be tried again.
  virtual boost::asio::awaitable<Next> next() = 0;
};

// Dials one address, each time anew.
[[nodiscard]] std::shared_ptr<LinkSource> dial_source(link::Address address,
                                                      link::ConnectOptions options = {});

}  // namespace vox::net
