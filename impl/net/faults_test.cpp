// One story, told again and again, in which the n-th thing that can go wrong does.
#include "impl/link/deadline.hpp"
#include "impl/link/link_test.hpp"
#include "impl/net/session_test.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <new>
#include <string>
#include <utility>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using namespace std::chrono_literals;
using net::test::echo;

// Everything that may fail asks here, in its turn.
struct Faults {
  std::size_t fails_at = 0;
  std::size_t asked = 0;
  std::string_view stage;  // how far the story has come
  std::string struck;      // what failed

  [[nodiscard]] bool strikes(std::string_view what) {
    if (++asked != fails_at) return false;
    struck = what;
    return true;
  }
};

// A link whose receive or flush may fail, which ends it.
class FaultyLink final : public link::test::PassingLink {
 public:
  FaultyLink(std::unique_ptr<link::Link> link, std::shared_ptr<Faults> faults)
      : PassingLink{std::move(link)}, faults_{std::move(faults)} {}

  asio::awaitable<link::Received> receive() override {
    if (faults_->strikes("receive")) abort();
    co_return co_await PassingLink::receive();
  }
  asio::awaitable<link::Sent> flush() override {
    if (faults_->strikes("flush")) abort();
    co_return co_await PassingLink::flush();
  }

 private:
  std::shared_ptr<Faults> faults_;
};

// Dials an acceptor of its own; the dial may fail.
class FaultySource final : public LinkSource {
 public:
  FaultySource(AcceptorBuilder acceptor, std::shared_ptr<Faults> faults)
      : acceptor_{std::move(acceptor)}, faults_{std::move(faults)} {}

  asio::awaitable<Next> next() override {
    auto const executor = co_await asio::this_coro::executor;
    if (faults_->strikes("dial")) co_return std::unexpected(session::io_error("no route"));
    auto links = link::make_memory_links(executor);
    auto far = std::make_unique<FaultyLink>(std::move(links.second), faults_);
    asio::co_spawn(executor, accept(acceptor_, std::move(far)), asio::detached);
    co_return std::make_unique<FaultyLink>(std::move(links.first), faults_);
  }

 private:
  static asio::awaitable<void> accept(AcceptorBuilder acceptor, std::unique_ptr<link::Link> link) {
    auto const result = co_await acceptor.establish_or_resume(std::move(link));
    if (!result) CHECK_FALSE(result.error().text().empty());
    // The root is kept as long as the session lives.
    auto const* const begun = result ? std::get_if<Established>(&*result) : nullptr;
    if (begun != nullptr) static_cast<void>(co_await begun->session.ended());
  }

  AcceptorBuilder acceptor_;
  std::shared_ptr<Faults> faults_;
};

// Echoes, unless the memory for its coroutine, or its work, fails.
class FaultyEcho final : public Handler {
 public:
  explicit FaultyEcho(std::shared_ptr<Faults> faults) : faults_{std::move(faults)} {}

  [[nodiscard]] rpc::Service const& service() const override { return echo_.service(); }
  asio::awaitable<Response> handle(IncomingCall call) override {
    if (faults_->strikes("handler")) throw std::bad_alloc{};
    return work(std::move(call));
  }

 private:
  asio::awaitable<Response> work(IncomingCall call) {
    if (faults_->strikes("work")) throw std::bad_alloc{};
    co_return co_await echo_.handle(std::move(call));
  }
  std::shared_ptr<Faults> faults_;
  net::test::EchoHandler echo_;
};

struct Variant {
  ConduitMode mode;
  Rulebook rulebook;
};

class Story {
 public:
  Story(Variant const& variant, std::shared_ptr<Faults> faults)
      : variant_{variant},
        faults_{std::move(faults)},
        registry_{std::make_shared<SessionRegistry>(variant.rulebook)} {}

  asio::awaitable<void> run() {
    auto const executor = co_await asio::this_coro::executor;
    auto const source = std::make_shared<FaultySource>(acceptor(), faults_);
    InitiatorBuilder initiator;
    initiator.rulebook(variant_.rulebook)
        .service("Echo")
        .on_connection(std::make_shared<FaultyEcho>(faults_))
        .recovery_timeout(50ms)
        .connect_timeout(50ms)
        .limits(limits())
        .pause([this](Duration) { return pause(); });
    faults_->stage = "establish";
    auto us = co_await initiator.establish_from(source, variant_.mode);
    if (!us) {
      CHECK_FALSE(us.error().text().empty());
    } else {
      auto const session = us->session;
      faults_->stage = "use";
      // In 0.4.0 a call whose link is lost waits as long as its connection does.
      auto const used = co_await link::within(500ms, use(*us));
      CHECK((used || variant_.rulebook == Rulebook::vox_0_4));
      us = std::unexpected(session::protocol_error("let go"));
      faults_->stage = "end";
      session.shutdown();
      static_cast<void>(co_await session.ended());
    }
    faults_->stage = "acceptor";
    // Sessions of the acceptor end with their link, or when nobody comes back in time.
    asio::steady_timer timer{executor};
    while (registry_->size() > 0 || registry_->known().half_open_links() > 0) {
      timer.expires_after(1ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

 private:
  static Limits limits() {
    Limits limits;
    limits.establishment_time = 50ms;
    limits.resume_window = 50ms;
    return limits;
  }
  asio::awaitable<void> pause() {
    if (faults_->strikes("pause")) throw std::bad_alloc{};
    co_return;
  }
  AcceptorBuilder acceptor() {
    AcceptorBuilder acceptor;
    acceptor.rulebook(variant_.rulebook)
        .service("Echo")
        .on_connection(std::make_shared<FaultyEcho>(faults_))
        .registry(registry_)
        .limits(limits());
    return acceptor;
  }
  // In 0.4.0 an answer that was ready when the link was lost goes out on the next one without its
  // schemas.
  static bool is_named(Established const& us, std::string const& answer,
                       std::string const& wanted) {
    bool const is_shipped = us.root.rulebook() == Rulebook::vox_0_4;
    return answer == wanted || answer == "Cancelled" || answer == "Indeterminate" ||
           answer == "indeterminate" || answer == "connection_closed" ||
           answer == "session_shutdown" || answer == "send_failed" ||
           (is_shipped && answer == "invalid_response");
  }
  // Calls on the root and beside it.
  static asio::awaitable<bool> use(Established us) {
    auto const one = co_await echo(us.root, "one");
    CHECK_MESSAGE(is_named(us, one, "one"), one);
    ConnectionSettings const settings{};
    std::string const service = "Echo";
    wire::Metadata const none;
    auto opened = co_await us.session.open(settings, service, none);
    if (!opened) {
      CHECK_FALSE(opened.error().text().empty());
      co_return true;
    }
    auto const two = co_await echo(*opened, "two");
    CHECK_MESSAGE(is_named(us, two, "two"), two);
    static_cast<void>(opened->close());
    co_await opened->closed();
    co_return true;
  }

  Variant variant_;
  std::shared_ptr<Faults> faults_;
  std::shared_ptr<SessionRegistry> registry_;
};

TEST_SUITE_BEGIN("net");

TEST_CASE("whatever fails, each run ends with a named outcome, and nothing is left of it") {
  for (auto const mode : {ConduitMode::bare, ConduitMode::stable}) {
    for (auto const rulebook : {Rulebook::spec, Rulebook::vox_0_4}) {
      CAPTURE(mode);
      CAPTURE(rulebook);
      auto const faults = std::make_shared<Faults>();
      do {
        ++faults->fails_at;
        faults->asked = 0;
        CAPTURE(faults->fails_at);
        CAPTURE(faults->struck);
        CAPTURE(faults->stage);
        asio::io_context context;
        link::test::run(context, [&]() -> asio::awaitable<void> {
          Story story{{.mode = mode, .rulebook = rulebook}, faults};
          co_await story.run();
        });
      } while (faults->asked >= faults->fails_at);
      CHECK(faults->fails_at > 20);
    }
  }
}

TEST_SUITE_END();

}  // namespace
