#include "conformance/runner/process_port.hpp"
#include "conformance/runner/stage.hpp"
#include "conformance/runner/transport_word.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <limits>
#include <optional>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
namespace {

constexpr std::chrono::seconds preflight_guard{10};

std::string with_output(std::string text, std::string const& output) {
  if (output.empty()) return text + "\nIt wrote nothing to standard error or output.";
  return text + "\nThe end of what it wrote:\n" + output;
}

asio::awaitable<std::optional<std::string>> co_preflight(ProcessPort& port) {
  asio::steady_timer guard{co_await asio::this_coro::executor, preflight_guard};
  auto outcome = co_await (port.next_link() || guard.async_wait(asio::use_awaitable));
  if (outcome.index() == 1) {
    co_return port.subject_dials() ? "the subject runs but did not dial within 10 s"
                                   : "the subject runs but did not say where it listens, or did "
                                     "not accept a link there, within 10 s";
  }
  auto& link = std::get<0>(outcome);
  if (link) {
    (*link)->close();
    co_return std::nullopt;
  }
  // A program that ends with 0 says that it has done what it was asked. Then it did start, and the
  // cases say what is wrong with it.
  auto const state = port.process();
  if (state.kind == ProcessState::Kind::exited && state.code_or_signal == 0) co_return std::nullopt;
  co_return link.error();
}

class ProcessStage final : public Stage {
 public:
  ProcessStage(Subject const& subject, WrapPort wrap)
      : subject_{subject}, wrap_{std::move(wrap)} {}

  std::expected<void, std::string> preflight() override {
    using enum vox::Role;
    asio::io_context context;
    LinkPlan plan;
    plan.ours = subject_.plays(acceptor) ? initiator : acceptor;
    plan.transport = find_transport(subject_.transports.front()).value();
    plan.conduit = subject_.conduits.front();
    ProcessPort port{subject_, std::move(plan)};
    auto outcome = asio::co_spawn(context, co_preflight(port), asio::use_future);
    while (outcome.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
      context.run_one();
    }
    if (auto const error = outcome.get()) {
      return std::unexpected(port.start_error() ? *error : with_output(*error, port.output_tail()));
    }
    return {};
  }

  Performance perform(Case const& trace, LinkPlan const& plan, RunOptions const& options) override {
    asio::io_context context;
    ProcessPort port{subject_, plan};
    auto const wrapped = wrap_ ? wrap_(trace, port) : nullptr;
    auto result = run_case(context, trace, wrapped ? *wrapped : port, options);
    // The program was there before the first case, so that one which now does not come to its link
    // has failed; only one that the system would not start has not.
    bool const no_link = result.verdict == Verdict::not_run && result.end == EndCause::none;
    if (no_link && !port.start_error() && port.process().kind != ProcessState::Kind::unknown) {
      result.verdict = Verdict::fail;
    }
    return {.result = std::move(result), .output = port.output_tail()};
  }

  [[nodiscard]] std::size_t parallel_max() const override {
    return std::numeric_limits<std::size_t>::max();
  }
  [[nodiscard]] std::string place() const override { return subject_.command.front(); }

 private:
  Subject const& subject_;
  WrapPort wrap_;
};

}  // namespace

std::unique_ptr<Stage> make_process_stage(Subject const& subject, WrapPort wrap) {
  return std::make_unique<ProcessStage>(subject, std::move(wrap));
}

}  // namespace voxspec
