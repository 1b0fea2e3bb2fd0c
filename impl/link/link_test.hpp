#pragma once
// Helpers for the tests of links: pairs of every kind, and coroutines run to their end.
#include "impl/link/link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace vox::link::test {

// Guards against a hang and nothing else; no test passes or fails by how long it takes.
inline constexpr std::chrono::seconds hang_guard{20};

// Runs the coroutine that `body` makes on the context; fails the test if it throws or hangs.
template <class Body>
void run(boost::asio::io_context& context, Body body) {
  bool finished = false;
  std::exception_ptr thrown;
  boost::asio::co_spawn(context, body(), [&](std::exception_ptr error) {
    finished = true;
    thrown = std::move(error);
    context.stop();
  });
  context.restart();
  context.run_for(hang_guard);
  if (thrown) std::rethrow_exception(thrown);
  REQUIRE(finished);
}

// A link over another one, which it only passes on to. Tests override what they want otherwise.
class PassingLink : public Link {
 public:
  explicit PassingLink(std::unique_ptr<Link> link) : link_{std::move(link)} {}

  boost::asio::awaitable<Received> receive() override { return link_->receive(); }
  void limit_received(std::size_t payload_bytes_max) override {
    link_->limit_received(payload_bytes_max);
  }
  WriteBuffer& write_buffer() override { return link_->write_buffer(); }
  boost::asio::awaitable<Sent> flush() override { return link_->flush(); }
  boost::asio::awaitable<Sent> send_raw(ByteView bytes) override { return link_->send_raw(bytes); }
  boost::asio::awaitable<void> finish() override { return link_->finish(); }
  void close() override { link_->close(); }
  void abort() override { link_->abort(); }
  [[nodiscard]] std::uint64_t bytes_moved() const override { return link_->bytes_moved(); }
  [[nodiscard]] std::string describe() const override { return link_->describe(); }

 private:
  std::unique_ptr<Link> link_;
};

struct LinkPair {
  std::unique_ptr<Link> near;
  std::unique_ptr<Link> far;
};

[[nodiscard]] LinkPair tcp_pair(boost::asio::io_context& context, LinkOptions options = {});
[[nodiscard]] LinkPair local_pair(boost::asio::io_context& context, LinkOptions options = {});
// The same with a count of file descriptors behind each length.
[[nodiscard]] LinkPair counting_pair(boost::asio::io_context& context, LinkOptions options = {});
[[nodiscard]] LinkPair pipe_pair(boost::asio::io_context& context, LinkOptions options = {});
[[nodiscard]] LinkPair memory_pair(boost::asio::io_context& context, LinkOptions options = {});
[[nodiscard]] LinkPair websocket_pair(boost::asio::io_context& context, LinkOptions options = {});

// What a transport can, and how the peer sees its ends.
struct PairKind {
  std::string_view name;
  LinkPair (*make)(boost::asio::io_context&, LinkOptions);
  std::string_view end_after_finish;
  bool half_close;  // the peer's rest can be read after finish()
  bool reset;       // abort() shows as a reset
};
inline constexpr PairKind all_kinds[] = {
    {"tcp", tcp_pair, "eof", true, true},
    {"local", local_pair, "eof", true, false},
    {"pipes", pipe_pair, "eof", true, false},
    {"memory", memory_pair, "eof", true, true},
    {"websocket", websocket_pair, "closed", false, true},
    {"local with counts", counting_pair, "eof", true, false},
};
inline constexpr auto stream_kinds = std::span{all_kinds}.first(3);

// What an operation gave, for comparing: "payload hello", "sent", "eof".
[[nodiscard]] std::string spell(Received const& received);
[[nodiscard]] std::string spell(Sent const& sent);

// A payload that differs in every place, so that a lost or doubled piece shows.
[[nodiscard]] Bytes pattern(std::size_t size);

}  // namespace vox::link::test
