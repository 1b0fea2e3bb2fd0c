// Sessions between our runtime and the Rust crates whose links break.
#include "conformance/interop/our_server.hpp"
#include "conformance/interop/rust_peer.hpp"
#include "conformance/interop/variants.hpp"
#include "conformance/subjects/cpp/testbed.hpp"
#include "conformance/subjects/cpp/testbed_service.hpp"
#include "impl/net/link_source.hpp"
#include "impl/net/session_builder.hpp"
#include "impl/net/typed/dispatcher.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace voxspec;
using namespace voxspec::interop;

using LinkOrError = std::expected<std::unique_ptr<link::Link>, session::SessionError>;

// Dials, and can break the link that it gave last.
class FragileSource final : public net::LinkSource {
 public:
  explicit FragileSource(link::Address address) : dial_{net::dial_source(std::move(address))} {}
  asio::awaitable<LinkOrError> next() override {
    auto link = co_await dial_->next();
    if (link) last_ = link->get();
    co_return link;
  }
  void cut() { last_->abort(); }

 private:
  std::shared_ptr<net::LinkSource> dial_;
  link::Link* last_ = nullptr;
};

// What the peer makes of an echo, or why it makes nothing.
asio::awaitable<std::string> echo(net::Connection connection, std::string text) {
  subject::TestbedClient const client{std::move(connection)};
  auto const answer = co_await client.call<"echo">(std::move(text));
  if (answer) co_return *answer;
  co_return boost::describe::enum_to_string(net::result_of(answer.error()), "?");
}

OurServer serving(asio::any_io_executor const& executor, Variant const& variant) {
  return {executor, variant, subject::make_testbed_service()};
}

// What a stream gives whose link is cut once, behind the first credit.
asio::awaitable<std::vector<std::int32_t>> receive_and_cut(net::Rx<std::int32_t> input,
                                                           FragileSource& source) {
  std::vector<std::int32_t> items;
  while (auto const item = co_await input.next()) {
    items.push_back(*item);
    if (items.size() == 20) source.cut();
  }
  co_return items;
}

std::vector<std::int32_t> counted(std::size_t count) {
  std::vector<std::int32_t> numbers(count);
  // NOLINTNEXTLINE(modernize-use-ranges): libstdc++ 12 has no ranges::iota.
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// How a Rust client whose stream breaks ended.
struct Ran {
  bool is_content = false;
  bool hung = false;
  std::string output;
};
asio::awaitable<Ran> played(OurServer& server, std::string scenario, bool& is_broken) {
  is_broken = false;
  std::map<std::string, std::string> environment{{"CLIENT_SCENARIO", std::move(scenario)}};
  auto const peer = co_await server.dialled(std::move(environment));
  auto const end = co_await peer.process->wait_exit();
  Ran ran{.output = peer.process->output_tail()};
  ran.is_content = end.kind == ProcessState::Kind::exited && end.code_or_signal == 0;
  ran.hung = !ran.is_content && ran.output.contains("did not end within");
  co_return ran;
}

TEST_SUITE_BEGIN("interop");

TEST_CASE("r[core.B1] our initiator goes on with a Rust acceptor after the loss of two links") {
  with_each_variant({ConduitMode::bare}, [](Variant const& variant) -> asio::awaitable<void> {
    FreeAddress const at{variant.transport};
    auto const peer = co_await RustPeer::listening(at);
    auto const source = std::make_shared<FragileSource>(peer.address);
    net::InitiatorBuilder builder;
    builder.rulebook(variant.rulebook).service("Testbed");
    auto const us = co_await builder.establish_from(source);
    REQUIRE(us);
    for (std::uint64_t losses = 0; losses <= 2; ++losses) {
      if (losses > 0) source->cut();
      auto const text = "still here after " + std::to_string(losses);
      CHECK(co_await echo(us->root, text) == text);
      // More often than the link was cut, when we were back before the peer knew of the loss: it
      // then refuses the link that it has just shaken hands on.
      CHECK(us->session.generation() >= losses);
    }
  });
}

TEST_CASE("r[core.B2] our acceptor goes on with a Rust initiator after the loss of two links") {
  with_each_variant({ConduitMode::bare}, [](Variant const& variant) -> asio::awaitable<void> {
    auto server = serving(co_await asio::this_coro::executor, variant);
    auto const peer = co_await server.dialled();
    auto const us = co_await server.next_session();
    for (std::uint64_t losses = 0; losses <= 2; ++losses) {
      if (losses > 0) server.cut();
      if (losses == 2 && variant.rulebook == Rulebook::vox_0_4) {
        // 0.4.0 knows a session by its first key, and so takes the second return for a new session.
        // Nothing is called on it: the peer still has the answers of the old one, by the same ids.
        static_cast<void>(co_await server.next_session());
        co_return;
      }
      auto const text = "still here after " + std::to_string(losses);
      CHECK(co_await echo(us.root, text) == text);
      CHECK(us.session.generation() == losses);
    }
  });
}

TEST_CASE("r[retry.channel.volatile.rebinding] a Rust stream that breaks runs again, or is lost") {
  with_each_variant({ConduitMode::bare}, [](Variant const& variant) -> asio::awaitable<void> {
    using asio::experimental::awaitable_operators::operator&&;
    FreeAddress const at{variant.transport};
    auto const peer = co_await RustPeer::listening(at);
    for (bool const repeats : {true, false}) {
      auto const source = std::make_shared<FragileSource>(peer.address);
      net::InitiatorBuilder builder;
      builder.rulebook(variant.rulebook).service("Testbed");
      auto const us = co_await builder.establish_from(source);
      REQUIRE(us);
      subject::TestbedClient const client{us->root};
      auto [output, input] = net::channel<std::int32_t>();
      auto call = repeats ? client.call<"generate_retry_idem">(40, std::move(output))
                          : client.call<"generate_retry_non_idem">(40, std::move(output));
      auto const [outcome, items] =
          co_await (std::move(call) && receive_and_cut(std::move(input), *source));
      auto const first_run = static_cast<std::size_t>(
          std::ranges::find(items.begin() + 1, items.end(), 0) - items.begin());
      CHECK(std::vector(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(first_run)) ==
            counted(first_run));
      if (repeats) {
        INFO("it ended as ",
             outcome ? std::string{"Ok"}
                     : std::string{boost::describe::enum_to_string(net::result_of(outcome.error()),
                                                                   "?")},
             " after ", items.size(), " items");
        CHECK(outcome);
        CHECK(std::vector(items.begin() + static_cast<std::ptrdiff_t>(first_run), items.end()) ==
              counted(40));
      } else {
        REQUIRE_FALSE(outcome);
        CHECK(net::result_of(outcome.error()) == net::CallResult::indeterminate);
        CHECK(first_run == items.size());
      }
    }
  });
}

TEST_CASE("r[retry.channel.volatile.rebinding] a Rust client is content when our stream breaks") {
  with_each_variant({ConduitMode::bare}, [](Variant const& variant) -> asio::awaitable<void> {
    OurServer* server = nullptr;
    bool is_broken = false;
    auto const generate = [&](std::uint32_t count,
                              net::Tx<std::int32_t> output) -> asio::awaitable<void> {
      for (std::uint32_t number = 0; number < count; ++number) {
        if (number == 20 && !std::exchange(is_broken, true)) {
          server->cut();
          // Until the loss is noticed: what returns before has an outcome on record, by which a
          // repeat is answered.
          while (co_await output.send(static_cast<std::int32_t>(number))) {
          }
          co_return;
        }
        if (!co_await output.send(static_cast<std::int32_t>(number))) co_return;
      }
    };
    auto const service = std::make_shared<net::Dispatcher<subject::Testbed>>();
    service->on<"generate_retry_idem">(generate).on<"generate_retry_non_idem">(generate);
    OurServer ours{co_await asio::this_coro::executor, variant, service};
    server = &ours;
    for (std::string const name : {"channel_retry_idem", "channel_retry_non_idem"}) {
      // What 0.4.0 answers to a stream that was broken comes without its type, so that a client of
      // it may see an unreadable response instead.
      if (variant.rulebook == Rulebook::vox_0_4 && name == "channel_retry_non_idem") continue;
      // After its resume a client of 0.4.0 may make no call any more, or make it again and then
      // give no credit for its items: with a server of 0.4.0 as with ours. It says then that its
      // call did not end.
      auto ran = co_await played(ours, name, is_broken);
      for (int again = 0; again < 8 && ran.hung; ++again)
        ran = co_await played(ours, name, is_broken);
      CHECK_MESSAGE(ran.is_content, name, ": ", ran.output);
      CHECK(is_broken);
    }
  });
}

// The other way round there is nothing to go on with: an acceptor of 0.4.0 knows no stable conduit
// again, and ours is as deaf under its rulebook.
TEST_CASE("r[stable.reconnect] a Rust initiator's stable conduit finds our acceptor again, twice") {
  with_each_variant({ConduitMode::stable}, [](Variant const& variant) -> asio::awaitable<void> {
    if (variant.rulebook == Rulebook::vox_0_4) co_return;
    auto server = serving(co_await asio::this_coro::executor, variant);
    auto const peer = co_await server.dialled();
    auto const us = co_await server.next_session();
    for (int losses = 0; losses <= 2; ++losses) {
      if (losses > 0) server.cut();
      auto const text = "still here after " + std::to_string(losses);
      CHECK(co_await echo(us.root, text) == text);
      CHECK(us.session.generation() == 0);
    }
  });
}

TEST_SUITE_END();

}  // namespace
