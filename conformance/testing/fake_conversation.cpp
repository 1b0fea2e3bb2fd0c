#include "conformance/testing/fake_conversation.hpp"

#include "conformance/peer/method_name.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/prologue.hpp"
#include "impl/wire/stable.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <variant>

namespace voxspec::test {
namespace asio = boost::asio;
namespace link = vox::link;
namespace wire = vox::wire;
namespace {

// One conversation. It ends with its link, which the coroutine owns.
class Conversation {
 public:
  Conversation(FakePort& port, Habits const& habits, std::unique_ptr<link::Link> link)
      : port_{port}, habits_{habits}, link_{std::move(link)} {}

  asio::awaitable<void> hold() {
    auto const established =
        habits_.role == vox::Role::acceptor ? co_await answer() : co_await greet();
    while (established && !over_) {
      auto const payload = co_await receive();
      if (!payload) break;
      co_await take(payload->view());
    }
    if (!torn_) link_->close();
  }

 private:
  asio::awaitable<std::optional<vox::Backing>> receive() {
    auto received = co_await link_->receive();
    if (!received) co_return std::nullopt;
    co_return std::move(*received);
  }
  asio::awaitable<void> send(vox::ByteView payload) { co_await link_->send(payload); }

  asio::awaitable<bool> answer() {
    auto const hello = co_await receive();
    if (!hello) co_return false;
    auto const prologue = wire::decode_prologue(hello->view());
    if (!prologue) co_return false;
    auto const* const wish = std::get_if<wire::TransportHello>(&*prologue);
    if (wish == nullptr) co_return false;
    if (!is_known(wish->mode)) {
      if (habits_.refuses_mode) co_await send(wire::encode_prologue(wire::TransportReject{}));
      co_return false;
    }
    co_await send(wire::encode_prologue(wire::TransportAccept{.mode = wish->mode}));
    auto const greeting = co_await receive();
    if (!greeting) co_return false;
    if (!habits_.answers_hello) {
      co_await receive();
      co_return false;
    }
    wire::HelloYourself ours;
    ours.connection_settings.parity = vox::Parity::even;
    ours.supports_retry = true;
    auto const payload = wire::encode_handshake(ours);
    co_await send(payload);
    auto const consent = co_await receive();
    if (!consent) co_return false;
    if (wish->mode == vox::ConduitMode::stable) {
      co_await receive();
      co_await send(wire::encode_server_hello({}));
      stable_ = true;
    }
    co_return true;
  }

  asio::awaitable<bool> greet() {
    co_await send(wire::encode_prologue(wire::TransportHello{}));
    auto const accept = co_await receive();
    if (!accept) co_return false;
    wire::Hello hello;
    hello.supports_retry = true;
    auto const offer = wire::encode_handshake(hello);
    co_await send(offer);
    auto const answer = co_await receive();
    if (!answer) co_return false;
    auto const consent = wire::encode_handshake(wire::LetsGo{});
    co_await send(consent);
    co_return true;
  }

  asio::awaitable<void> say(wire::Message message) {
    auto const payload = wire::encode_message(message);
    if (!stable_) {
      co_await send(payload);
      co_return;
    }
    wire::Buffer frame;
    wire::encode_stable_frame(frame, {.seq = seq_++, .ack = last_, .item = payload});
    auto const bytes = frame.take();
    co_await send(bytes);
  }

  asio::awaitable<void> take(vox::ByteView payload) {
    auto item = payload;
    if (stable_) {
      auto const frame = wire::decode_stable_frame(payload);
      if (!frame) co_return end();
      last_ = frame->seq;
      item = frame->item;
    }
    auto const message = wire::decode_message(item);
    if (!message) {
      over_ = true;
      co_return;
    }
    if (mute_) co_return;
    on_ = message->connection_id;
    if (on_ != 0 && !open_.contains(on_) &&
        !std::holds_alternative<wire::ConnectionOpen>(message->payload)) {
      co_await react(*message);
      co_return;
    }
    co_await heed(*message);
    if (!tells_late_) co_return;
    co_await say({0, wire::ProtocolError{"no such connection"}});
    end();
  }

  asio::awaitable<void> heed(wire::Message const& message) {
    if (auto const* const ping = std::get_if<wire::Ping>(&message.payload)) {
      if (!habits_.answers_pings) co_return;
      co_await say({on_, wire::Pong{ping->nonce + habits_.nonce_off_by}});
    } else if (auto const* const pong = std::get_if<wire::Pong>(&message.payload)) {
      if (pong->nonce == 55 && waits_) co_await respond(*std::exchange(waits_, std::nullopt), {});
    } else if (auto const* const open = std::get_if<wire::ConnectionOpen>(&message.payload)) {
      if (habits_.rejects_opens) {
        co_await say({on_, wire::ConnectionReject{}});
      } else {
        open_.insert(on_);
        wire::ConnectionAccept accept;
        accept.connection_settings.parity = opposite(open->connection_settings.parity);
        co_await say({on_, accept});
      }
    } else if (std::holds_alternative<wire::ConnectionClose>(message.payload)) {
      open_.erase(on_);
    } else if (auto const* const request = std::get_if<wire::RequestMessage>(&message.payload)) {
      if (auto const* const call = std::get_if<wire::Call>(&request->body)) {
        co_await serve(request->id, *call);
      }
    }
  }

  asio::awaitable<void> respond(std::uint64_t id, vox::ByteView value) {
    vox::Bytes ret(1 + value.size());  // Ok, then the value
    std::ranges::copy(value, ret.begin() + 1);
    wire::Response response;
    response.ret = ret;
    co_await say({on_, wire::RequestMessage{id, response}});
  }

  asio::awaitable<void> serve(std::uint64_t id, wire::Call const& call) {
    if (call.method_id == method_id("Testbed.echo")) {
      co_await respond(id, habits_.echoes_rightly ? call.args : vox::as_bytes("\1x"));
      co_return;
    }
    co_await perform(id, call.method_id);
  }

  asio::awaitable<void> perform(std::uint64_t id, std::uint64_t trick) {
    switch (trick) {
      case Trick::ping_us:
        waits_ = id;
        co_await say({0, wire::Ping{55}});
        break;
      case Trick::garbage: {
        auto const no_message = vox::from_hex("0063");
        co_await send(*no_message);
        break;
      }
      case Trick::close:
        end();
        break;
      case Trick::reset:
        tear();
        break;
      case Trick::crash:
        port_.end_process(ProcessState::Kind::signalled, SIGSEGV);
        end();
        break;
      case Trick::exit:
        port_.end_process(ProcessState::Kind::exited, 3);
        end();
        break;
      case Trick::exit_alone:
        port_.end_process(ProcessState::Kind::exited, 3);
        break;
      case Trick::silence:
        break;
      case Trick::items:
        co_await say({on_, wire::ChannelMessage{1, wire::Item{vox::as_bytes("\x02")}}});
        co_await say({on_, wire::ChannelMessage{1, wire::Item{vox::as_bytes("\x04")}}});
        co_await respond(id, {});
        break;
      case Trick::truncate: {
        auto const half = vox::from_hex("05000000 0008");
        co_await link_->send_raw(*half);
        end();
        break;
      }
      case Trick::protocol_error:
        co_await say({0, wire::ProtocolError{"that was wrong"}});
        end();
        break;
      case Trick::stray_pong:
        co_await say({0, wire::Pong{4711}});
        break;
      case Trick::close_later:
        co_await respond(id, {});
        end();
        break;
      default:
        co_await respond(id, {});
        break;
    }
  }

  asio::awaitable<void> react(wire::Message const& message) {
    switch (habits_.at_violation) {
      case AtViolation::tells_and_closes:
        co_await say({0, wire::ProtocolError{"no such connection"}});
        end();
        break;
      case AtViolation::only_closes:
        end();
        break;
      case AtViolation::only_tells:
        co_await say({0, wire::ProtocolError{"no such connection"}});
        mute_ = true;
        break;
      case AtViolation::tells_elsewhere:
        co_await say({7, wire::ProtocolError{"no such connection"}});
        end();
        break;
      case AtViolation::tells_behind_an_answer:
        tells_late_ = true;
        break;
      case AtViolation::ignores:
        break;
      case AtViolation::honours:
        co_await heed(message);
        break;
      case AtViolation::mute:
        mute_ = true;
        break;
      case AtViolation::resets:
        tear();
        break;
      case AtViolation::ponders:
        co_await ponder();
        break;
      case AtViolation::tells_and_resets_later:
        co_await say({0, wire::ProtocolError{"no such connection"}});
        [[fallthrough]];
      case AtViolation::resets_later:
        end_timer_.emplace(co_await asio::this_coro::executor, habits_.resets_after);
        end_timer_->async_wait([this](boost::system::error_code error) {
          if (!error) tear();
        });
        break;
      case AtViolation::crashes:
        port_.end_process(ProcessState::Kind::signalled, SIGABRT);
        end();
        break;
      case AtViolation::chatters:
        co_await chatter();
        break;
      case AtViolation::exits:
        port_.end_process(ProcessState::Kind::exited, 1);
        end();
        break;
    }
  }

  asio::awaitable<void> ponder() {
    asio::steady_timer timer{co_await asio::this_coro::executor, habits_.resets_after};
    co_await timer.async_wait(asio::use_awaitable);
  }

  asio::awaitable<void> chatter() {
    auto const pong = wire::encode_message({0, wire::Pong{4711}});
    asio::steady_timer timer{co_await asio::this_coro::executor};
    while (!over_) {
      auto const sent = co_await link_->send(pong);
      over_ = !sent;
      timer.expires_after(habits_.chatters_every);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  void end() { over_ = true; }
  void tear() {
    link_->abort();
    over_ = torn_ = true;
  }

  FakePort& port_;
  Habits const& habits_;
  std::unique_ptr<link::Link> link_;
  std::optional<asio::steady_timer> end_timer_;
  bool over_ = false;
  bool torn_ = false;
  bool mute_ = false;
  bool tells_late_ = false;
  bool stable_ = false;
  std::uint32_t seq_ = 0;
  std::optional<std::uint32_t> last_;
  std::uint64_t on_ = 0;
  std::set<std::uint64_t> open_;
  std::optional<std::uint64_t> waits_;  // the call that is answered once our Pong is there
};

}  // namespace

asio::awaitable<void> converse(FakePort& port, Habits const& habits,
                               std::unique_ptr<link::Link> link) {
  Conversation conversation{port, habits, std::move(link)};
  co_await conversation.hold();
}

}  // namespace voxspec::test
