#include "impl/net/message_conduit.hpp"

#include <utility>

namespace vox::net {

namespace {

class BareConduit final : public MessageConduit {
 public:
  explicit BareConduit(std::unique_ptr<Link> link) : link_{std::move(link)} {}

  boost::asio::awaitable<Received> receive() override { return link_->receive(); }
  boost::asio::awaitable<Sent> send(ByteView message) override { return link_->send(message); }
  void close() override { link_->close(); }
  void abort() override { link_->abort(); }

 private:
  std::unique_ptr<Link> link_;
};

}  // namespace

std::shared_ptr<MessageConduit> make_bare_conduit(std::unique_ptr<Link> link) {
  return std::make_shared<BareConduit>(std::move(link));
}

}  // namespace vox::net
