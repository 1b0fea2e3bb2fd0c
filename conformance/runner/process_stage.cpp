#include "conformance/runner/process_port.hpp"
#include "conformance/runner/stage.hpp"
#include "conformance/runner/start_slots.hpp"
#include "conformance/runner/transport_word.hpp"

#include <boost/asio/io_context.hpp>

#include <limits>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace {

std::string with_output(std::string const& text, std::string const& output) {
  if (output.empty()) return text + "\nIt wrote nothing to standard error or output.";
  return text + "\nThe end of what it wrote:\n" + output;
}

// A program that ends with 0 says that it has done what it was asked. Then it did start, and the
// cases say what is wrong with it.
bool did_its_work(ProcessState state) {
  return state.kind == ProcessState::Kind::exited && state.code_or_signal == 0;
}

class ProcessStage final : public Stage {
 public:
  ProcessStage(Subject const& subject, WrapPort wrap) : subject_{subject}, wrap_{std::move(wrap)} {}

  std::expected<std::chrono::milliseconds, NoLink> preflight(RunOptions const& options) override {
    // Whoever watches it wants to see it once for each case and not once more.
    if (subject_.watch.is_on()) return std::chrono::milliseconds{};
    using enum vox::Role;
    asio::io_context context;
    LinkPlan plan;
    plan.ours = subject_.plays(acceptor) ? initiator : acceptor;
    plan.transport = find_transport(subject_.transports.front()).value();
    plan.conduit = subject_.conduits.front();
    ProcessPort port{subject_, std::move(plan), nullptr};
    auto outcome = try_port(context, port, options);
    if (outcome) {
      outcome->link->close();
      return outcome->start;
    }
    auto why = std::move(outcome.error());
    auto const process = port.process();
    if (why.cause != NoLink::Cause::machine && did_its_work(process)) {
      return std::chrono::milliseconds{};
    }
    // What was never started has written nothing.
    if (process.kind != ProcessState::Kind::unknown) {
      why.detail = with_output(why.detail, port.output_tail());
    }
    return std::unexpected(std::move(why));
  }

  Performance perform(Case const& trace, LinkPlan const& plan, RunOptions const& options) override {
    auto slot = slots_.take(options.stop);  // null when the run is stopped, as run_case will see
    asio::io_context context;
    ProcessPort port{subject_, plan, std::move(slot)};
    auto const wrapped = wrap_ ? wrap_(trace, port) : nullptr;
    auto result = run_case(context, trace, wrapped ? *wrapped : port, options);
    // The program runs and was there before the first case, so that one which now ends, or refuses
    // its link, has failed.
    if (result.hindrance == Hindrance::link) {
      result.verdict = Verdict::fail;
      result.hindrance = Hindrance::none;
    }
    auto output = port.output_tail();
    return {.result = std::move(result), .output = std::move(output), .cost = port.end()};
  }

  [[nodiscard]] std::size_t parallel_max() const override {
    return std::numeric_limits<std::size_t>::max();
  }
  [[nodiscard]] std::string place() const override { return subject_.command.front(); }

 private:
  Subject const& subject_;
  WrapPort wrap_;
  StartSlots slots_;
};

}  // namespace

std::unique_ptr<Stage> make_process_stage(Subject const& subject, WrapPort wrap) {
  return std::make_unique<ProcessStage>(subject, std::move(wrap));
}

}  // namespace voxspec
