// Two ends of a stable conduit over links that break at any point: what was sent arrives, all of
// it, once and in order; or the conduit is lost, and only because it let frames go.
#include "conformance/testing/property.hpp"
#include "impl/conduit/stable_conduit.hpp"
#include "impl/wire/message.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
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
      : ends_{End{StableConduit{options}}, End{StableConduit{options}}}, options_{options} {
    connect();
  }

  // A step is a number: what is done, and at which end.
  void step(std::uint32_t number) {
    auto const at = number % 2;
    switch (number / 2 % 8) {
      case 0:
      case 1:
        return send(at);
      case 2:
      case 3:
        return transmit(at);
      case 4:
      case 5:
        return deliver(at);
      case 6:
        return number / 16 % 2 == 0 ? cut() : break_unnoticed_by(at);
      default:
        if (!is_connected_) number / 16 % 4 == 0 ? lose_the_answer() : connect();
        return;
    }
  }

  void finish() {
    if (!is_connected_) connect();
    for (bool moves = true; moves && !is_lost();) {
      moves = false;
      for (std::size_t at : {0U, 1U}) {
        moves = moves || ends_[at].conduit.has_transmit() || !ends_[at].inbox.empty();
        transmit(at);
        deliver(at);
      }
    }
  }

  // Whether each end has received exactly what the other has sent.
  [[nodiscard]] bool is_even() const {
    return ends_[0].received == ends_[1].sent && ends_[1].received == ends_[0].sent;
  }
  // Whether each has received a first part of it.
  [[nodiscard]] bool is_in_order() const {
    return starts_with(ends_[0].sent, ends_[1].received) &&
           starts_with(ends_[1].sent, ends_[0].received);
  }
  [[nodiscard]] std::size_t sent() const { return ends_[0].sent.size() + ends_[1].sent.size(); }
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  [[nodiscard]] bool is_lost() const { return is_lost_; }
  // Whether an end let frames go before the conduit was lost.
  [[nodiscard]] bool has_let_go() const {
    return std::ranges::any_of(ends_,
                               [](End const& end) { return end.conduit.let_go().has_value(); });
  }
  [[nodiscard]] bool is_within_limits() const {
    return std::ranges::all_of(ends_, [this](End const& end) {
      return end.conduit.replay().size() <= options_.replay_frames_max;
    });
  }

 private:
  struct End {
    StableConduit conduit;
    std::vector<Bytes> sent{};
    std::vector<Bytes> received{};
    std::deque<Bytes> inbox{};
  };

  static bool starts_with(std::vector<Bytes> const& all, std::vector<Bytes> const& first) {
    return first.size() <= all.size() && std::equal(first.begin(), first.end(), all.begin());
  }

  void send(std::size_t at) {
    auto& end = ends_[at];
    if (!end.conduit.can_send()) return;
    auto message =
        wire::encode_message({.connection_id = 0, .payload = wire::Ping{.nonce = ++messages_}});
    if (!end.conduit.send(message, messages_)) has_failed_ = true;
    end.sent.push_back(std::move(message));
  }

  void transmit(std::size_t at) {
    wire::Buffer payload;
    if (!ends_[at].conduit.poll_transmit(payload)) return;
    if (is_connected_) ends_[1 - at].inbox.push_back(payload.take());
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
    for (auto& end : ends_)
      end.conduit.detach(link_);
    break_unnoticed_by(0);
  }

  // This end goes on to give the link what nobody gets.
  void break_unnoticed_by(std::size_t at) {
    is_connected_ = false;
    ends_[1 - at].conduit.detach(link_);
    for (auto& end : ends_)
      end.inbox.clear();
  }

  ResumeKey fresh_key() {
    ResumeKey key{};
    key.back() = static_cast<std::byte>(++keys_);
    return key;
  }

  wire::ServerHello answer() {
    auto& server = ends_[1].conduit;
    ++link_;
    if (!server.answer_client_hello(link_, ends_[0].conduit.client_hello(), fresh_key())) {
      is_lost_ = true;
    }
    wire::Buffer hello;
    static_cast<void>(server.poll_transmit(hello));
    return wire::decode_server_hello(hello.view()).value();
  }

  void connect() {
    auto const hello = answer();
    if (!ends_[0].conduit.handle_server_hello(link_, hello)) is_lost_ = true;
    is_connected_ = true;
  }

  // The link breaks after the server's answer went out and before it arrived.
  void lose_the_answer() { static_cast<void>(answer()); }

  std::array<End, 2> ends_;
  StableOptions options_;
  LinkNumber link_ = 0;
  std::uint64_t messages_ = 0;
  unsigned keys_ = 0;
  bool is_connected_ = false;
  bool has_failed_ = false;
  bool is_lost_ = false;
};

void arrives_once(StableOptions const& options) {
  holds([options](std::vector<std::uint32_t> const& steps) {
    BrokenLinks links{options};
    for (auto const number : steps) {
      links.step(number);
      RC_ASSERT(links.is_within_limits());
      RC_ASSERT(links.is_in_order());
      if (links.is_lost()) break;
    }
    links.finish();
    RC_CLASSIFY(links.sent() > 10, "more than ten messages");
    RC_CLASSIFY(links.is_lost(), "lost");
    RC_ASSERT(!links.has_failed());
    RC_ASSERT(links.is_in_order());
    bool const is_right = links.is_lost() ? links.has_let_go() : links.is_even();
    RC_ASSERT(is_right);
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

TEST_CASE(
    "r[stable.replay-buffer] with little room for what is not acknowledged a conduit may be lost, "
    "but no message is passed over") {
  for (auto const rulebook : {Rulebook::vox_0_4, Rulebook::spec})
    arrives_once({.rulebook = rulebook, .replay_frames_max = 3});
}

TEST_SUITE_END();
