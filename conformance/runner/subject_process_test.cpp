#include "conformance/runner/subject_process.hpp"

#include "conformance/runner/temporary_folder.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <doctest/doctest.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace {

using namespace voxspec;
namespace asio = boost::asio;

constexpr std::chrono::seconds guard{20};

// A shell that runs the script, on a context of its own.
class Shell {
 public:
  explicit Shell(std::string const& script, std::map<std::string, std::string> environment = {},
                 bool control = false) {
    auto started =
        SubjectProcess::start(context_.get_executor(), {.command = {"sh", "-c", script},
                                                        .environment = std::move(environment),
                                                        .control = control});
    REQUIRE(started);
    process_ = *std::move(started);
  }
  // What the coroutine returns; the test fails if that takes too long.
  template <class T>
  T await(asio::awaitable<T> work) {
    auto result = asio::co_spawn(context_, std::move(work), asio::use_future);
    context_.restart();
    auto const end = std::chrono::steady_clock::now() + guard;
    while (result.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      context_.run_one_until(end);
    }
    return result.get();
  }
  ProcessState exit() { return await(process_->wait_exit()); }
  SubjectProcess& operator*() { return *process_; }
  SubjectProcess* operator->() { return process_.get(); }

 private:
  asio::io_context context_;
  std::unique_ptr<SubjectProcess> process_;
};

TEST_SUITE_BEGIN("runner");

TEST_CASE(
    "lines go to standard input, and those of standard output that begin an object come back") {
  Shell shell{
      R"(echo LISTEN_ADDR=here; read order; echo "heard $order"; echo "{\"of\": \"$order\"}";
                 read order; exit 3)",
      {},
      true};
  CHECK(shell.await(shell->listen_address()) == "here");
  REQUIRE(shell->say("one"));
  CHECK(shell.await(shell->hear()) == R"({"of": "one"})");
  REQUIRE(shell->say("two"));
  auto const ended = shell.await(shell->hear());
  REQUIRE_FALSE(ended);
  CHECK(ended.error() == "the subject exited with code 3 before it said what it saw");
  CHECK_FALSE(shell->say("three"));
}

TEST_CASE("standard input is empty where there is no control channel") {
  Shell shell{"read order; exit $?"};
  CHECK(shell.exit() == ProcessState{.kind = ProcessState::Kind::exited, .code_or_signal = 1});
}

TEST_CASE("a program that does not exist is an error that names it and why") {
  asio::io_context context;
  auto const started = SubjectProcess::start(context.get_executor(),
                                             {.command = {"./no-such-program"}, .environment = {}});
  REQUIRE_FALSE(started);
  CHECK(started.error().cause == NoLink::Cause::start);
  CHECK(started.error().detail == "cannot start ./no-such-program: No such file or directory");
}

TEST_CASE("an exit code and a signal are told apart") {
  CHECK(Shell{"exit 7"}.exit() ==
        ProcessState{.kind = ProcessState::Kind::exited, .code_or_signal = 7});
  CHECK(Shell{"kill -SEGV $$"}.exit() ==
        ProcessState{.kind = ProcessState::Kind::signalled, .code_or_signal = SIGSEGV});
  Shell running{"sleep 100"};
  CHECK(running->state().kind == ProcessState::Kind::running);
  CHECK_FALSE(running->is_ending());
  running->kill();
  CHECK(running->is_ending());
  CHECK(running->state() ==
        ProcessState{.kind = ProcessState::Kind::signalled, .code_or_signal = SIGKILL});
}

TEST_CASE("what a program took is known when it was killed, with what it started") {
  constexpr std::string_view holds = "x=$(head -c 40000000 /dev/zero | tr '\\0' a); ";
  auto const cost_of = [](std::string const& script) {
    Shell shell{script + "; echo LISTEN_ADDR=here; sleep 100"};
    CHECK(shell.await(shell->listen_address()) == "here");
    shell->kill();
    return shell->cost();
  };
  auto const little = cost_of("true");
  auto const much = cost_of(std::string{holds} + "true");
  REQUIRE(little.memory_kib);
  REQUIRE(much.memory_kib);
  CHECK(*little.memory_kib > 0);
  CHECK(*much.memory_kib > *little.memory_kib + 30'000);
  CHECK(much.processor > std::chrono::microseconds{0});

  Shell parent{"sh -c \"" + std::string{R"(x=\$(head -c 40000000 /dev/zero | tr '\\0' a); )"} +
               "echo LISTEN_ADDR=here; sleep 100; true\"; true"};
  CHECK(parent.await(parent->listen_address()) == "here");
  parent->kill();
  REQUIRE(parent->cost().memory_kib);
  CHECK(*parent->cost().memory_kib > *little.memory_kib + 30'000);

  Shell ended{"exit 0"};
  ended.exit();
  ended->kill();
  CHECK_FALSE(ended->cost().memory_kib);
}

TEST_CASE("a program that the kernel is ending is known before anybody waited for it") {
  Shell shell{"exit 0"};
  auto const end = std::chrono::steady_clock::now() + guard;
  while (!shell->is_ending() && std::chrono::steady_clock::now() < end) {
  }
  CHECK(shell->is_ending());
  CHECK(shell.exit().kind == ProcessState::Kind::exited);
}

TEST_CASE("the address comes from a whole line of standard output, among others") {
  Shell shell{"echo starting; printf 'LISTEN_'; printf 'ADDR=127.0.0.1:'; echo 4711; sleep 100"};
  CHECK(shell.await(shell->listen_address()) == "127.0.0.1:4711");
  CHECK(shell.await(shell->listen_address()) == "127.0.0.1:4711");
}

TEST_CASE("a program that ends without an address says how it ended, and its last words are kept") {
  Shell shell{"echo LISTEN_ADDR=not-here >&2; echo oops; exit 3"};
  auto const address = shell.await(shell->listen_address());
  REQUIRE_FALSE(address);
  CHECK(address.error().starts_with("the subject exited with code 3 before it said"));
  CHECK(shell->output_tail().contains("oops\n"));
}

TEST_CASE("an address that is written just before the end still counts") {
  Shell shell{"echo LISTEN_ADDR=127.0.0.1:1"};
  CHECK(shell.await(shell->listen_address()) == "127.0.0.1:1");
}

TEST_CASE("much output blocks nobody, and only its end is kept") {
  Shell shell{
      "i=0; while [ $i -lt 4000 ]; do echo 'a line that is rather long, number' $i; "
      "i=$((i+1)); done; echo the end"};
  CHECK(shell.exit().kind == ProcessState::Kind::exited);
  auto const tail = shell->output_tail();
  CHECK(tail.size() <= 4096);
  CHECK(tail.ends_with("number 3999\nthe end\n"));
}

TEST_CASE("the program has our environment, with the variables that it is given on top") {
  Shell shell{"echo LISTEN_ADDR=$SUBJECT_MODE:${HOME:+home}", {{"SUBJECT_MODE", "server"}}};
  CHECK(shell.await(shell->listen_address()) == "server:home");
}

TEST_CASE("it inherits no descriptor but the standard ones") {
  TemporaryFolder const folder;
  std::ofstream const open_file{folder.path() / "open"};
  Shell shell{"ls -l /proc/self/fd | grep -c " + folder.path().string() + "; exit 0"};
  shell.exit();
  CHECK(shell->output_tail() == "0\n");
}

TEST_CASE("what it started ends with it") {
  TemporaryFolder const folder;
  auto const file = folder.path() / "pid";
  pid_t grandchild = 0;
  {
    Shell shell{"sleep 100 & echo $! > " + file.string() + "; echo LISTEN_ADDR=x; wait"};
    CHECK(shell.await(shell->listen_address()) == "x");
    std::ifstream{file} >> grandchild;
    REQUIRE(grandchild > 0);
    REQUIRE(::kill(grandchild, 0) == 0);
  }
  // Whoever inherits it has to reap it, which may take a moment; a living process would stay.
  auto const end = std::chrono::steady_clock::now() + guard;
  auto const lives = [&] {
    std::string pid;
    std::string name;
    std::string state;
    std::ifstream{"/proc/" + std::to_string(grandchild) + "/stat"} >> pid >> name >> state;
    return !state.empty() && state != "Z";
  };
  while (lives() && std::chrono::steady_clock::now() < end) {
  }
  CHECK_FALSE(lives());
}

TEST_SUITE_END();

}  // namespace
