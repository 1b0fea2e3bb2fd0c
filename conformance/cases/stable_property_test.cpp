// Two ends of a stable conduit over links that break at any point: what was sent arrives, all of
// it, once and in order.
#include "conformance/testing/property.hpp"
#include "impl/conduit/stable_conduit.hpp"
#include "impl/wire/message.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

using namespace vox;
using namespace vox::conduit;
using namespace voxspec::test;

namespace {

// The client is end 0. A link is two queues, each in order; what is in them when it breaks is gone.
class BrokenLinks {
 public:
  explicit BrokenLinks(StableOptions const& options)
      : ends_{End{StableConduit{options}}, End{StableConduit{options}}} {
    connect();
  }

  // A step is a number: what is done, and at which end.
  void step(std::uint32_t number) {
    auto const at = number % 2;
    switch (number / 2 % 6) {
      case 0:
      case 1:
        return send(at);
      case 2:
      case 3:
        return deliver(at);
      case 4:
        return cut();
      default:
        if (!is_connected_) number / 12 % 4 == 0 ? lose_the_answer() : connect();
        return;
    }
  }

  void finish() {
    if (!is_connected_) connect();
    while (!ends_[0].inbox.empty() || !ends_[1].inbox.empty()) {
      deliver(0);
      deliver(1);
    }
  }

  // Whether each end has received exactly what the other has sent.
  [[nodiscard]] bool is_even() const {
    return ends_[0].received == ends_[1].sent && ends_[1].received == ends_[0].sent;
  }
  [[nodiscard]] std::size_t sent() const { return ends_[0].sent.size() + ends_[1].sent.size(); }
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  [[nodiscard]] bool is_within(std::size_t frames_max) const {
    return ends_[0].conduit.replay().size() <= frames_max &&
           ends_[1].conduit.replay().size() <= frames_max;
  }

 private:
  struct End {
    StableConduit conduit;
    std::vector<Bytes> sent{};
    std::vector<Bytes> received{};
    std::deque<Bytes> inbox{};
  };

  void send(std::size_t at) {
    auto message =
        wire::encode_message({.connection_id = 0, .payload = wire::Ping{.nonce = ++messages_}});
    auto const frame = ends_[at].conduit.send(ByteView{message});
    if (!frame) return;  // Too much is unacknowledged.
    ends_[at].sent.push_back(std::move(message));
    if (is_connected_) ends_[1 - at].inbox.push_back(to_bytes(*frame));
  }

  void deliver(std::size_t at) {
    auto& end = ends_[at];
    if (end.inbox.empty()) return;
    auto const payload = std::move(end.inbox.front());
    end.inbox.pop_front();
    auto const message = end.conduit.receive(payload);
    if (!message) {
      has_failed_ = true;
    } else if (*message) {
      end.received.push_back(to_bytes(**message));
    }
  }

  void cut() {
    is_connected_ = false;
    for (auto& end : ends_)
      end.inbox.clear();
  }

  ResumeKey fresh_key() {
    ResumeKey key{};
    key.back() = static_cast<std::byte>(++keys_);
    return key;
  }

  void connect() {
    auto const hello = ends_[0].conduit.client_hello();
    auto const answer = ends_[1].conduit.answer_client_hello(hello, fresh_key());
    if (!ends_[0].conduit.handle_server_hello(answer)) has_failed_ = true;
    is_connected_ = true;
    for (std::size_t at : {0U, 1U}) {
      auto const& replay = ends_[at].conduit.replay();
      for (std::size_t i = 0; i < replay.size(); ++i)
        ends_[1 - at].inbox.push_back(to_bytes(replay.frame(i)));
    }
  }

  // The link breaks after the server's answer went out and before it arrived.
  void lose_the_answer() {
    static_cast<void>(
        ends_[1].conduit.answer_client_hello(ends_[0].conduit.client_hello(), fresh_key()));
  }

  std::array<End, 2> ends_;
  std::uint64_t messages_ = 0;
  unsigned keys_ = 0;
  bool is_connected_ = false;
  bool has_failed_ = false;
};

void arrives_once(StableOptions const& options) {
  holds([options](std::vector<std::uint32_t> const& steps) {
    BrokenLinks links{options};
    for (auto const number : steps) {
      links.step(number);
      RC_ASSERT(links.is_within(options.replay_frames_max));
    }
    links.finish();
    RC_CLASSIFY(links.sent() > 10, "more than ten messages");
    RC_ASSERT(!links.has_failed());
    RC_ASSERT(links.is_even());
  });
}

}  // namespace

TEST_SUITE_BEGIN("stable");

TEST_CASE(
    "r[stable] r[stable.reconnect] r[stable.seq.monotonic] whatever links break, every message "
    "arrives once and in order") {
  for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec})
    arrives_once({.rulebook = rulebook});
}

TEST_CASE("r[stable.seq] the same across the wrap of the numbers, by the specification") {
  arrives_once({.rulebook = Rulebook::spec, .first_seq = 0xfffffffcU});
}

TEST_CASE("r[stable.replay-buffer] the same with little room for what is not acknowledged") {
  for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec})
    arrives_once({.rulebook = rulebook, .replay_frames_max = 3});
}

TEST_SUITE_END();
