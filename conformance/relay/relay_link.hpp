#pragma once
#include "conformance/relay/relay.hpp"
#include "impl/link/link.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace voxspec::relay {

// The judge's end of a link with a relay in it: what the judge writes goes through the relay to the
// link of the subject, and what it reads comes from there or from the relay. Writes in several
// pieces keep their pieces; of a frame that is written so nothing is changed. The conversation
// outlives the link.
class RelayLink final : public vox::link::Link {
 public:
  RelayLink(std::unique_ptr<vox::link::Link> subject, Conversation& conversation,
            boost::asio::any_io_executor const& executor);
  ~RelayLink() override;

  boost::asio::awaitable<vox::link::Received> receive() override;
  void limit_received(std::size_t payload_bytes_max) override;
  vox::link::WriteBuffer& write_buffer() override { return buffer_; }
  boost::asio::awaitable<vox::link::Sent> flush() override;
  boost::asio::awaitable<vox::link::Sent> send_raw(vox::ByteView bytes) override;
  boost::asio::awaitable<void> finish() override;
  void close() override;
  void abort() override;
  [[nodiscard]] std::uint64_t bytes_moved() const override;
  [[nodiscard]] std::string describe() const override;

 private:
  struct State;
  static boost::asio::awaitable<void> pump(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
  vox::link::WriteBuffer buffer_;
};

}  // namespace voxspec::relay
