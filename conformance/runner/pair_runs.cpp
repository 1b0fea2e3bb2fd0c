#include "conformance/runner/pair_runs.hpp"

#include "conformance/peer/wording.hpp"
#include "conformance/relay/record_links.hpp"
#include "conformance/runner/eligibility.hpp"
#include "conformance/runner/subject_process.hpp"
#include "conformance/runner/subject_variables.hpp"
#include "conformance/runner/temporary_folder.hpp"
#include "conformance/runner/transport_word.hpp"
#include "conformance/trace/abilities.hpp"
#include "impl/link/deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <expected>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace link = vox::link;
namespace {

bool is_wanted(std::vector<std::string> const& words, std::string const& word) {
  return words.empty() || has(words, word);
}

std::string how_ended(ProcessState state) {
  return (state.crashed() ? "was " : "") + text(state);
}

bool speaks(std::vector<relay::Tape> const& tapes, vox::Role role) {
  return std::ranges::any_of(tapes, [&](relay::Tape const& tape) {
    return std::ranges::any_of(tape.events, [&](relay::TapeEvent const& event) {
      return event.kind == relay::TapeEvent::Kind::frame && event.by == role;
    });
  });
}

// Stands between the two in a thread of its own, passes on what they say and writes it down.
class Recording {
 public:
  using Started = std::expected<link::Address, std::string>;

  Recording(link::Address at, Subject const& client, link::Address to, Subject const& server)
      : options_{.listen = std::move(at),
                 .to = std::move(to),
                 .dialect = client.dialect,
                 .listen_options = {.counts_descriptors = client.counts_descriptors},
                 .to_options = {.counts_descriptors = server.counts_descriptors}},
        thread_{[this](std::stop_token const& stop) { run(stop); }} {}

  // Where the client is to dial, or why nobody can listen there.
  Started where() { return started_.get_future().get(); }
  // Ends it: all that was said until now.
  std::vector<relay::Tape> finish() {
    thread_.request_stop();
    thread_.join();
    std::vector<relay::Tape> tapes;
    for (auto& [number, tape] : tapes_)
      tapes.push_back(std::move(tape));
    return tapes;
  }

 private:
  void run(std::stop_token const& stop) {
    bool listening = false;
    relay::RecordTalk const talk{.listening =
                                     [&](link::Address const& address) {
                                       listening = true;
                                       started_.set_value(address);
                                     },
                                 .conversation = [&](std::size_t number, relay::Tape const& tape,
                                                     std::string const&) { tapes_[number] = tape; },
                                 .trouble = [](std::string const&) {}};  // the client sees it, too
    auto const heard = relay::record_links(options_, talk, stop);
    if (!listening) started_.set_value(std::unexpected(heard.error()));
  }

  relay::RecordOptions options_;
  std::promise<Started> started_;
  std::map<std::size_t, relay::Tape> tapes_;
  std::jthread thread_;  // last, because it uses all others
};

// One pairing while it is played.
class PairRun {
 public:
  PairRun(Pairing const& pairing, PairLimits const& limits)
      : pairing_{pairing}, limits_{limits}, result_{.pairing = pairing} {}

  asio::awaitable<void> play(std::unique_ptr<StartSlots::Slot> slot) {
    auto const address = co_await start_server();
    if (!address) co_return;
    recording_ = std::make_unique<Recording>(own_address("between"), *pairing_.client, *address,
                                             *pairing_.server);
    auto const between = recording_->where();
    if (!between) {
      result_.reason = between.error();
      co_return;
    }
    auto const executor = co_await asio::this_coro::executor;
    client_ = start(executor, *pairing_.client, dialling_variables(*between, pairing_.scenario));
    slot.reset();
    if (!client_) co_return;
    ended_ = co_await link::within(limits_.scenario, client_->wait_exit());
    judge();
  }

  // Ends both.
  PairResult finish() {
    if (client_) client_->kill();
    if (server_) server_->kill();
    if (recording_) result_.tapes = recording_->finish();
    if (result_.verdict == Verdict::pass && !speaks(result_.tapes, vox::Role::initiator)) {
      fail("the client ended with 0 and said nothing at all");
    }
    if (result_.verdict == Verdict::pass && !speaks(result_.tapes, vox::Role::acceptor)) {
      fail("the client ended with 0, but the server said nothing at all");
    }
    if (client_) result_.client_output = client_->output_tail();
    if (server_) result_.server_output = server_->output_tail();
    return std::move(result_);
  }

 private:
  void judge() {
    if (!ended_) return fail("the client did not end within " + in_words(limits_.scenario));
    if (ended_->kind != ProcessState::Kind::exited || ended_->code_or_signal != 0) {
      return fail("the client " + how_ended(*ended_));
    }
    if (server_->state().crashed()) {
      return fail("the client ended with 0, but the server " + how_ended(server_->state()));
    }
    result_.verdict = Verdict::pass;
  }

  void fail(std::string reason) {
    result_.verdict = Verdict::fail;
    result_.reason = std::move(reason);
  }

  // Null if it cannot be started; the result says why.
  std::unique_ptr<SubjectProcess> start(asio::any_io_executor const& executor,
                                        Subject const& subject, Variables variables) {
    variables["SPEC_CONDUIT"] = pairing_.conduit;
    for (auto const& [name, value] : subject.environment)
      variables.emplace(name, value);
    auto process = SubjectProcess::start(
        executor, {.command = subject.command, .environment = std::move(variables)});
    if (process) return *std::move(process);
    result_.reason = process.error().detail;
    return nullptr;
  }

  // A free address of the wanted kind on this machine; a Unix socket has the name given.
  link::Address own_address(std::string const& socket) {
    link::Address address{.transport = pairing_.transport, .host = "127.0.0.1", .path = "/"};
    if (pairing_.transport != link::Transport::local) return address;
    if (!folder_) folder_.emplace();
    address.path = (folder_->path() / socket).string();
    return address;
  }

  asio::awaitable<std::optional<link::Address>> start_server() {
    auto const executor = co_await asio::this_coro::executor;
    server_ = start(executor, *pairing_.server,
                    listening_variables(pairing_.transport, own_address("socket").path));
    if (!server_) co_return std::nullopt;
    auto const said = co_await link::within(limits_.start, server_->listen_address());
    if (!said) {
      fail("the server did not say where it listens within " + in_words(limits_.start));
      co_return std::nullopt;
    }
    if (!*said) {
      fail("the server: " + said->error());
      co_return std::nullopt;
    }
    auto const address = said_address(**said, pairing_.transport);
    if (!address) {
      fail("the server: " + address.error());
      co_return std::nullopt;
    }
    co_return *address;
  }

  Pairing const& pairing_;
  PairLimits const& limits_;
  PairResult result_;
  std::optional<TemporaryFolder> folder_;  // of a Unix socket
  std::unique_ptr<SubjectProcess> server_;
  std::unique_ptr<Recording> recording_;
  std::unique_ptr<SubjectProcess> client_;
  std::optional<ProcessState> ended_;  // how the client ended, if it did in time
};

}  // namespace

std::vector<Pairing> pairings_of(std::vector<Subject> const& subjects,
                                 PairSelection const& selection) {
  std::vector<Pairing> pairings;
  auto const add = [&](Subject const& client, Subject const& server) {
    for (auto const& transport : client.transports) {
      if (!has(server.transports, transport)) continue;
      if (!is_wanted(selection.transports, transport)) continue;
      for (auto const& conduit : client.conduits) {
        if (!has(server.conduits, conduit)) continue;
        if (!is_wanted(selection.conduits, conduit)) continue;
        for (auto const& scenario : selection.scenarios)
          pairings.push_back({.client = &client,
                              .server = &server,
                              .transport = find_transport(transport).value(),
                              .conduit = conduit,
                              .scenario = scenario});
      }
    }
  };
  for (auto const& client : subjects) {
    if (!is_wanted(selection.clients, client.name) || !client.plays(vox::Role::initiator) ||
        !has(client.abilities, client_scenarios)) {
      continue;
    }
    for (auto const& server : subjects) {
      if (is_wanted(selection.servers, server.name) && server.plays(vox::Role::acceptor)) {
        add(client, server);
      }
    }
  }
  return pairings;
}

PairResult run_pair(Pairing const& pairing, PairLimits const& limits, std::stop_token const& stop,
                    StartSlots& slots) {
  auto slot = slots.take(stop);
  if (!slot) return {.pairing = pairing, .reason = "the run was stopped before"};
  auto const began = std::chrono::steady_clock::now();
  asio::io_context context;
  PairRun run{pairing, limits};
  std::string thrown;
  asio::co_spawn(context, run.play(std::move(slot)), [&](std::exception_ptr const& error) {
    context.stop();
    try {
      if (error) std::rethrow_exception(error);
    } catch (std::exception const& what) {
      thrown = what.what();
    }
  });
  // A stop is noticed at once, whatever the two are doing.
  bool stopped = false;
  std::stop_callback const on_stop{stop, [&] {
                                     asio::post(context, [&] {
                                       stopped = true;
                                       context.stop();
                                     });
                                   }};
  context.run();
  auto result = run.finish();
  if (stopped && result.verdict == Verdict::not_run) result.reason = "the run was stopped";
  if (!thrown.empty()) {
    result.verdict = Verdict::not_run;
    result.reason = thrown;
  }
  result.wall = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  return result;
}

}  // namespace voxspec
