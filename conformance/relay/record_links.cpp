#include "conformance/relay/record_links.hpp"

#include "impl/link/link.hpp"
#include "impl/link/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <set>
#include <utility>

namespace voxspec::relay {
namespace asio = boost::asio;
namespace link = vox::link;
namespace {

using Clock = std::chrono::steady_clock;

// How long a peer may still speak to one that has ended its direction before the link is closed:
// many keep a link open that the other side has left.
constexpr std::chrono::seconds linger_time{1};

// Two links that one conversation goes over.
struct Pair {
  explicit Pair(asio::io_context& context) : linger{context} {}

  std::unique_ptr<link::Link> initiator;
  std::unique_ptr<link::Link> acceptor;
  Recorder::Link recorded = 0;
  int open_sides = 2;
  asio::steady_timer linger;

  [[nodiscard]] link::Link& of(vox::Role role) const {
    return role == vox::Role::initiator ? *initiator : *acceptor;
  }
};

class RecordServer {
 public:
  RecordServer(RecordOptions const& options, RecordTalk const& talk)
      : options_{options}, talk_{talk}, recorder_{options.limits, options.dialect} {}

  std::expected<std::size_t, std::string> run(std::stop_token const& stop) {
    auto listening =
        link::listen(context_.get_executor(), options_.listen, options_.listen_options);
    if (!listening) return std::unexpected(std::move(listening.error()));
    listener_ = *std::move(listening);
    talk_.listening(listener_->address());
    asio::co_spawn(context_, accept(), asio::detached);
    std::stop_callback const on_stop{stop,
                                     [this] { asio::post(context_, [this] { stop_all(); }); }};
    context_.run();
    tell(recorder_.take_finished());
    tell(recorder_.take_unfinished());
    return told_.size();
  }

 private:
  [[nodiscard]] std::uint64_t now_us() const {
    auto const since = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began_);
    return static_cast<std::uint64_t>(since.count());
  }

  // Everything that is under way ends; what the links then say of it is none of the peers' doing.
  void stop_all() {
    is_stopping_ = true;
    listener_->close();
    for (auto const& pair : pairs_) {
      pair->linger.cancel();
      pair->initiator->abort();
      pair->acceptor->abort();
    }
  }

  asio::awaitable<void> accept() {
    while (true) {
      auto taken = co_await listener_->accept();
      if (!taken) {
        if (is_stopping_) co_return;
        talk_.trouble("no more links are taken: " + taken.error().detail);
        stop_all();
        co_return;
      }
      auto pair = std::make_shared<Pair>(context_);
      pair->initiator = *std::move(taken);
      asio::co_spawn(context_, dial(std::move(pair)), asio::detached);
    }
  }

  asio::awaitable<void> dial(std::shared_ptr<Pair> pair) {
    auto made = co_await link::connect(options_.to, {.link = options_.to_options});
    if (!made || is_stopping_) {
      if (!made) talk_.trouble(made.error());
      pair->initiator->close();
      co_return;
    }
    pair->acceptor = *std::move(made);
    pairs_.insert(pair);
    pair->recorded = recorder_.begin_link(now_us());
    asio::co_spawn(context_, pass(pair, vox::Role::initiator), asio::detached);
    asio::co_spawn(context_, pass(pair, vox::Role::acceptor), asio::detached);
  }

  // What one side says, to the other one.
  asio::awaitable<void> pass(std::shared_ptr<Pair> pair, vox::Role from) {
    auto const to = opposite(from);
    while (true) {
      auto received = co_await pair->of(from).receive();
      if (!received) {
        if (!is_stopping_) co_await pass_end(*pair, from, to, received.error());
        break;
      }
      recorder_.hear(pair->recorded, from, received->view(), now_us());
      // Whoever does not take it any more says so by the end of its own direction.
      co_await pair->of(to).send(received->view());
    }
    if (--pair->open_sides > 0) {
      // Closed, it is the reader of the other direction that comes here next.
      pair->linger.expires_after(linger_time);
      pair->linger.async_wait([pair, to](boost::system::error_code const& cancelled) {
        if (!cancelled) pair->of(to).close();
      });
      co_return;
    }
    pair->linger.cancel();
    pairs_.erase(pair);
    if (is_stopping_) co_return;
    recorder_.close_link(pair->recorded);
    tell(recorder_.take_finished());
    if (options_.conversations > 0 && recorder_.over() >= options_.conversations) stop_all();
  }

  asio::awaitable<void> pass_end(Pair& pair, vox::Role from, vox::Role to,
                                 link::LinkEnd const& how) {
    auto const is_reset =
        how.kind == link::LinkEndKind::reset || how.kind == link::LinkEndKind::error;
    recorder_.end(pair.recorded, from, is_reset, now_us());
    if (is_reset) {
      pair.of(to).abort();
    } else {
      co_await pair.of(to).finish();
    }
  }

  void tell(std::vector<std::size_t> const& conversations) {
    for (auto const number : conversations) {
      told_.insert(number);
      talk_.conversation(number, recorder_.tape(number), recorder_.cut(number));
    }
  }

  RecordOptions const& options_;
  RecordTalk const& talk_;
  Clock::time_point began_ = Clock::now();
  Recorder recorder_;
  asio::io_context context_;
  std::unique_ptr<link::Listener> listener_;
  std::set<std::shared_ptr<Pair>> pairs_;
  std::set<std::size_t> told_;
  bool is_stopping_ = false;
};

}  // namespace

std::expected<std::size_t, std::string> record_links(RecordOptions const& options,
                                                     RecordTalk const& talk,
                                                     std::stop_token const& stop) {
  RecordServer server{options, talk};
  return server.run(stop);
}

}  // namespace voxspec::relay
