// What comes of a subject that does not come up, and of a machine that lacks something. The
// subjects are shells.
#include "conformance/runner/dial.hpp"
#include "conformance/runner/machine.hpp"
#include "conformance/runner/process_port.hpp"
#include "conformance/runner/run_cases.hpp"
#include "conformance/runner/spawn.hpp"
#include "conformance/runner/start_slots.hpp"
#include "conformance/runner/temporary_folder.hpp"
#include "impl/link/link_test.hpp"
#include "impl/link/no_descriptors.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace voxspec;
using namespace std::chrono_literals;
using vox::Role;

Subject shell(std::string script) {
  Subject subject;
  subject.command = {"sh", "-c", std::move(script)};
  subject.roles = {Role::initiator, Role::acceptor};
  subject.transports = {"tcp", "local"};
  subject.conduits = {"bare"};
  return subject;
}

RunOptions quick() {
  RunOptions options;
  options.start_limit = 100ms;
  options.guard_timeout = 20s;
  return options;
}

Case some_case(Role ours = Role::initiator) {
  Case trace;
  trace.id = "some";
  trace.clauses = {vox::Clause{"session.parity/1"}};
  trace.role = ours;
  return trace;
}

CaseResult result_of(Subject const& subject, RunOptions const& options,
                     Case const& trace = some_case(),
                     vox::link::Transport transport = vox::link::Transport::tcp) {
  auto const stage = make_process_stage(subject);
  RunSettings settings;
  settings.options = options;
  settings.transport = transport;
  return run_cases({&trace}, subject, *stage, {}, settings).front().result;
}

// While it lives temporary files go elsewhere.
class TemporaryFilesIn {
 public:
  explicit TemporaryFilesIn(std::filesystem::path const& folder) {
    if (char const* const before = std::getenv("TMPDIR")) before_ = before;
    ::setenv("TMPDIR", folder.c_str(), 1);
  }
  TemporaryFilesIn(TemporaryFilesIn const&) = delete;
  TemporaryFilesIn& operator=(TemporaryFilesIn const&) = delete;
  ~TemporaryFilesIn() {
    if (before_) {
      ::setenv("TMPDIR", before_->c_str(), 1);
    } else {
      ::unsetenv("TMPDIR");
    }
  }

 private:
  std::optional<std::string> before_;
};

TEST_SUITE_BEGIN("runner");

TEST_CASE("a subject that does not say where it listens, or does not dial, was not run") {
  auto const subject = shell("sleep 100");
  auto const mute = result_of(subject, quick());
  CHECK(mute.verdict == Verdict::not_run);
  CHECK(mute.hindrance == Hindrance::start);
  CHECK(mute.reason == "the subject did not say where it listens within 100 ms of its start");
  auto const absent = result_of(subject, quick(), some_case(Role::acceptor));
  CHECK(absent.hindrance == Hindrance::start);
  CHECK(absent.reason == "the subject did not dial within 100 ms of its start");
}

TEST_CASE("a subject that ends where it should come up has failed") {
  auto options = quick();
  options.start_limit = 60s;
  for (auto const role : {Role::initiator, Role::acceptor}) {
    auto const result = result_of(shell("exit 3"), options, some_case(role));
    CHECK(result.verdict == Verdict::fail);
    CHECK(result.hindrance == Hindrance::none);
    CHECK(result.reason.contains("exited with code 3 before it"));
  }
}

TEST_CASE("a subject that is started again has the same store, and another address") {
  auto const subject = shell(
      "echo x >> $STORE_PATH; echo LISTEN_ADDR=127.0.0.1:$(($(wc -l < $STORE_PATH))); "
      "exec sleep 100");
  LinkPlan plan;
  plan.store = true;
  boost::asio::io_context context;
  ProcessPort port{subject, plan, nullptr};
  vox::link::test::run(context, [&]() -> boost::asio::awaitable<void> {
    auto const started = co_await port.start();
    REQUIRE(started.has_value());
    CHECK(port.output_tail() == "LISTEN_ADDR=127.0.0.1:1\n");
    auto const again = co_await port.restart();
    REQUIRE(again.has_value());
    CHECK(port.output_tail() == "LISTEN_ADDR=127.0.0.1:1\nLISTEN_ADDR=127.0.0.1:2\n");
    CHECK(port.process().kind == ProcessState::Kind::running);
  });
}

TEST_CASE("dials are refused until the next link is asked for, which comes to the same place") {
  namespace link = vox::link;
  using boost::asio::experimental::awaitable_operators::operator&&;
  for (auto const transport : {link::Transport::tcp, link::Transport::local}) {
    // The first dial is made for the subject, which only says where it would dial.
    auto const subject = shell("echo $PEER_ADDR >&2; exec sleep 100");
    LinkPlan plan;
    plan.ours = vox::Role::acceptor;
    plan.transport = transport;
    boost::asio::io_context context;
    ProcessPort port{subject, plan, nullptr};
    auto const dial_place = [&]() -> boost::asio::awaitable<bool> {
      auto text = port.output_tail();
      while (!text.ends_with('\n')) {
        boost::asio::steady_timer pause{context, 5ms};
        co_await pause.async_wait(boost::asio::use_awaitable);
        text = port.output_tail();
      }
      text.pop_back();
      co_return (co_await dial(link::Address::parse(text).value())).has_value();
    };
    vox::link::test::run(context, [&]() -> boost::asio::awaitable<void> {
      auto const [dialled, started] = co_await (dial_place() && port.start());
      CHECK(dialled);
      REQUIRE(started.has_value());
      REQUIRE((co_await port.next_link()).has_value());
      REQUIRE((co_await port.refuse_dials()).has_value());
      CHECK_FALSE(co_await dial_place());
      auto const [link, dialled_again] = co_await (port.next_link() && dial_place());
      CHECK(link.has_value());
      CHECK(dialled_again);
    });
  }
}

TEST_CASE("what each process of a subject took counts once, however often it is started again") {
  // The first start counts to a number; the others do nothing.
  auto const subject = shell(
      "[ -s $STORE_PATH ] || { i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done; }; "
      "echo x >> $STORE_PATH; echo LISTEN_ADDR=127.0.0.1:1; exec sleep 100");
  auto const cost_of = [&](int restarts) {
    LinkPlan plan;
    plan.store = true;
    boost::asio::io_context context;
    ProcessPort port{subject, plan, nullptr};
    vox::link::test::run(context, [&]() -> boost::asio::awaitable<void> {
      REQUIRE((co_await port.start()).has_value());
      for (int i = 0; i < restarts; ++i)
        REQUIRE((co_await port.restart()).has_value());
    });
    return port.end();
  };
  auto const once = cost_of(0);
  CHECK(once.processor > 50ms);
  CHECK(cost_of(3).processor < 2 * once.processor);
}

TEST_CASE("the preflight tells a program that is not there from one that does not come up") {
  for (auto const& [command, words] :
       {std::pair{std::vector<std::string>{"./no-such-program"}, "No such file or directory"},
        std::pair{std::vector<std::string>{"sleep", "100"},
                  "the subject runs but did not say where it listens within 100 ms"}}) {
    auto subject = shell("");
    subject.command = command;
    auto const up = make_process_stage(subject)->preflight(quick());
    REQUIRE_FALSE(up);
    CHECK(up.error().cause == NoLink::Cause::start);
    CHECK(up.error().detail.contains(words));
  }
}

TEST_CASE("a temporary folder that cannot hold a Unix socket is no fault of the subject") {
  TemporaryFolder const folder;
  auto const deep = folder.path() / std::string(120, 'd');
  std::filesystem::create_directory(deep);
  for (auto const role : {Role::initiator, Role::acceptor}) {
    TemporaryFilesIn const there{deep};
    auto const result =
        result_of(shell("sleep 100"), quick(), some_case(role), vox::link::Transport::local);
    CHECK(result.verdict == Verdict::not_run);
    CHECK(result.hindrance == Hindrance::machine);
    CHECK(result.reason.contains("the temporary folder cannot hold a Unix socket"));
  }
  TemporaryFilesIn const nowhere{folder.path() / "gone"};
  auto const result =
      result_of(shell("sleep 100"), quick(), some_case(), vox::link::Transport::local);
  CHECK(result.hindrance == Hindrance::machine);
}

TEST_CASE("a machine without descriptors is no fault of the subject") {
  if (vox::link::test::sanitizer_needs_descriptors) {
    MESSAGE("skipped: the sanitizer needs descriptors");
    return;
  }
  auto const subject = shell("sleep 100");
  std::optional<CaseResult> result;
  {
    vox::link::test::NoDescriptors const none;
    result = result_of(subject, quick());
  }
  CHECK(result->verdict == Verdict::not_run);
  CHECK(result->hindrance == Hindrance::machine);
  CHECK(result->reason.contains("Too many open files"));
}

TEST_CASE("as many cases run at a time as there are descriptors for") {
  CHECK(affordable_jobs(1) == 1);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto few = before;
  few.rlim_cur = 100;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  auto const some = affordable_jobs(256);
  few.rlim_cur = 10;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  auto const least = affordable_jobs(256);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(some > 1);
  CHECK(some < 10);
  CHECK(least == 1);
}

// In a process of its own, because the limit of processes is not for the superuser.
TEST_CASE("a fork that fails is the machine's fault") {
  enum : int { as_wanted, no_limit, started, other_error };
  pid_t const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (::getuid() == 0 && ::setuid(65534) != 0) ::_exit(no_limit);
    rlimit const none{.rlim_cur = 0, .rlim_max = 0};
    if (::setrlimit(RLIMIT_NPROC, &none) != 0) ::_exit(no_limit);
    auto const spawned = spawn({"true"}, {});
    if (spawned) ::_exit(started);
    ::_exit(spawned.error().cause == NoLink::Cause::machine ? as_wanted : other_error);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == no_limit || WEXITSTATUS(status) == started) {
    MESSAGE("skipped: processes cannot be limited here");
    return;
  }
  CHECK(WEXITSTATUS(status) == as_wanted);
}

TEST_CASE("what the system says of a want is known by its words") {
  CHECK(tells_of_want("cannot connect to x: Too many open files"));
  CHECK(tells_of_want("cannot connect to x: Cannot assign requested address"));
  CHECK_FALSE(tells_of_want("cannot connect to x: Connection refused"));
  CHECK_FALSE(tells_of_want("cannot connect to x: Resource temporarily unavailable"));
  CHECK(is_want(EAGAIN));
  CHECK_FALSE(is_want(ENOENT));
}

TEST_CASE("no more subjects start at a time than there are slots") {
  StartSlots slots{2};
  std::atomic<int> starting = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&] {
        auto const slot = slots.take({});
        auto const now = ++starting;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        --starting;
      });
    }
  }
  CHECK(most >= 1);
  CHECK(most <= 2);
}

TEST_CASE("who waits for a slot is let go when the run is stopped") {
  StartSlots slots{1};
  auto const taken = slots.take({});
  std::stop_source source;
  std::jthread const stopper{[&] { source.request_stop(); }};
  CHECK(slots.take(source.get_token()) == nullptr);
}

TEST_SUITE_END();

}  // namespace
