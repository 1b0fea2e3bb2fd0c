#pragma once
#include "impl/link/link.hpp"
#include "impl/wire/bytes.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace vox::net {

using namespace link;

// What carries a session's encoded messages, over one link or several. What is said of the
// operations of Link holds here, too; `refused` says that this message cannot go out.
// r[impl conduit]
class MessageConduit {
 public:
  MessageConduit() = default;
  MessageConduit(MessageConduit const&) = delete;
  MessageConduit(MessageConduit&&) = delete;
  MessageConduit& operator=(MessageConduit const&) = delete;
  MessageConduit& operator=(MessageConduit&&) = delete;
  virtual ~MessageConduit() = default;

  virtual boost::asio::awaitable<Received> receive() = 0;
  virtual boost::asio::awaitable<Sent> send(ByteView message) = 0;
  virtual void close() = 0;
  virtual void abort() = 0;
};

// Every payload of the link is a message.
// r[impl conduit.bare]
[[nodiscard]] std::shared_ptr<MessageConduit> make_bare_conduit(std::unique_ptr<Link> link);

}  // namespace vox::net
