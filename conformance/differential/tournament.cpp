#include "conformance/differential/tournament.hpp"

#include "conformance/differential/generator.hpp"
#include "conformance/differential/play.hpp"
#include "conformance/differential/shrink.hpp"
#include "conformance/runner/subject_process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <utility>

namespace voxspec::differential {

namespace asio = boost::asio;
namespace link = vox::link;

namespace {

// A session that has lost its link is kept by the subject for as long as it lives, and so is the
// link's descriptor.
constexpr std::size_t scripts_per_process = 200;
constexpr std::size_t shrink_questions_max = 400;
constexpr std::chrono::milliseconds patience{5000};
constexpr std::chrono::milliseconds shrink_patience{1000};

// One subject that listens, for one job and one manner; started when it is first needed.
class Server {
 public:
  Server(std::vector<std::string> const& command, Manner manner)
      : command_{command}, manner_{manner} {}

  asio::awaitable<std::expected<link::Address, std::string>> address() {
    if (process_ && used_++ < scripts_per_process && !process_->state().ended()) {
      co_return address_;
    }
    used_ = 1;
    Launch launch{.command = command_, .environment = environment(manner_)};
    launch.environment["SUBJECT_MODE"] = "server-listen";
    launch.environment["LISTEN_PORT"] = "0";
    auto const executor = co_await asio::this_coro::executor;
    auto process = SubjectProcess::start(executor, launch);
    if (!process) co_return std::unexpected(process.error().detail);
    process_ = *std::move(process);
    auto const said = co_await process_->listen_address();
    if (!said) co_return std::unexpected(said.error());
    auto address = link::Address::parse(*said);
    if (address) address_ = *address;
    co_return address;
  }
  void restart() { process_.reset(); }
  // How the process ended, or nothing.
  [[nodiscard]] std::string death() {
    auto const state = process_ ? process_->state() : ProcessState{};
    return state.ended() ? text(state) : std::string{};
  }

 private:
  std::vector<std::string> const& command_;
  Manner manner_;
  std::unique_ptr<SubjectProcess> process_;
  link::Address address_;
  std::size_t used_ = 0;
};

// One of each manner.
class Servers {
 public:
  explicit Servers(std::vector<std::string> const& command)
      : servers_{Server{command, Manner::accepts}, Server{command, Manner::refuses},
                 Server{command, Manner::opens}} {}
  Server& operator[](Manner manner) { return servers_[std::to_underlying(manner)]; }

 private:
  std::array<Server, 3> servers_;
};

class Tournament {
 public:
  explicit Tournament(TournamentOptions const& options) : options_{options} {}

  std::expected<TournamentResult, std::string> run() {
    asio::io_context context{1};
    auto const jobs = std::min(options_.jobs, options_.sequences);
    for (std::size_t job = 0; job < jobs; ++job) {
      asio::co_spawn(context, work(), [](std::exception_ptr const& thrown) {
        if (thrown) std::rethrow_exception(thrown);
      });
    }
    context.run();
    if (!error_.empty()) return std::unexpected(error_);
    return std::move(result_);
  }

 private:
  asio::awaitable<void> work() {
    Servers servers{options_.command};
    while (next_ < options_.sequences && error_.empty() &&
           result_.findings < options_.findings_max) {
      auto const script = generate(options_.first_seed + next_++, options_.role);
      auto found = co_await ask(script, servers, patience);
      ++result_.played;
      result_.payloads += payload_count(script);
      if (found) co_await look_closer(*std::move(found), servers);
    }
  }

  asio::awaitable<std::optional<Finding>> ask(Script const& script, Servers& servers,
                                              std::chrono::milliseconds how_patient) {
    Home home{.command = options_.command,
              .listening = {},
              .flaws = options_.flaws,
              .patience = how_patient};
    if (script.role == vox::Role::acceptor) {
      auto const address = co_await servers[script.manner].address();
      if (!address) {
        error_ = address.error();
        co_return std::nullopt;
      }
      home.listening = *address;
    }
    auto conversation = co_await play(script, home);
    if (script.role == vox::Role::acceptor) {
      if (auto death = servers[script.manner].death(); !death.empty())
        conversation.theirs.death = death;
    }
    if (options_.on_played) options_.on_played(script, conversation);
    auto difference = compare(script, conversation);
    if (!difference) co_return std::nullopt;
    co_return Finding{.script = script,
                      .conversation = std::move(conversation),
                      .difference = *std::move(difference)};
  }

  // Again in a fresh process, and then smaller.
  asio::awaitable<void> look_closer(Finding found, Servers& servers) {
    servers[found.script.manner].restart();
    auto const again = co_await ask(found.script, servers, patience);
    if (!again) {
      result_.unrepeated.push_back(std::move(found));
      co_return;
    }
    ++result_.findings;
    auto still_differs = [&](Script const& candidate) -> asio::awaitable<bool> {
      auto const answer = co_await ask(candidate, servers, shrink_patience);
      co_return answer.has_value();
    };
    auto const script = co_await shrink(found.script, still_differs, shrink_questions_max);
    auto smallest = co_await ask(script, servers, patience);
    options_.on_finding(smallest ? *smallest : *again);
  }

  TournamentOptions const& options_;
  TournamentResult result_;
  std::size_t next_ = 0;
  std::string error_;
};

}  // namespace

std::expected<TournamentResult, std::string> run(TournamentOptions const& options) {
  return Tournament{options}.run();
}

}  // namespace voxspec::differential
