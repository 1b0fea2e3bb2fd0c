#pragma once
#include "impl/conduit/stable_conduit.hpp"
#include "impl/net/link.hpp"
#include "impl/wire/backing.hpp"
#include "impl/wire/bytes.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace vox::net {

// A link on which a session has been established, as a carrier of whole encoded messages. It owns
// the link. Bare, a payload of the link is a message; stable, it is a numbered frame with a message
// inside. What is said of the operations of Link holds here, too.
// r[impl conduit] r[impl conduit.bare] r[impl conduit.stable]
class MessageConduit {
 public:
  // Without a stable conduit the link is bare.
  explicit MessageConduit(std::unique_ptr<Link> link,
                          std::shared_ptr<conduit::StableConduit> stable = nullptr);

  // The next message. A frame that is none ends the conduit like an error of its link.
  boost::asio::awaitable<Received> receive();
  // A message of ours. `refused` says that it cannot go out, though the conduit is as before.
  boost::asio::awaitable<Sent> send(ByteView message);
  void close() { link_->close(); }
  void abort() { link_->abort(); }
  [[nodiscard]] Link const& link() const { return *link_; }

 private:
  std::unique_ptr<Link> link_;
  std::shared_ptr<conduit::StableConduit> stable_;
};

}  // namespace vox::net
