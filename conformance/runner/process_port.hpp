#pragma once
#include "conformance/peer/subject_port.hpp"
#include "conformance/runner/link_plan.hpp"
#include "conformance/runner/refusing_port.hpp"
#include "conformance/runner/start_slots.hpp"
#include "conformance/runner/subject.hpp"
#include "conformance/runner/subject_process.hpp"
#include "conformance/runner/temporary_folder.hpp"
#include "impl/link/listener.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace voxspec {

// The way to a subject that is started anew for one case, by the environment contract of
// docs/subjects.md. A listening subject says where, a dialling one comes to us. It ends with the
// port.
class ProcessPort final : public SubjectPort {
 public:
  // The subject must outlive the port, which holds the slot until the subject is up.
  ProcessPort(Subject const& subject, LinkPlan plan, std::unique_ptr<StartSlots::Slot> slot);

  boost::asio::awaitable<std::expected<void, NoLink>> start() override;
  boost::asio::awaitable<std::expected<std::unique_ptr<vox::link::Link>, NoLink>> next_link()
      override;
  boost::asio::awaitable<std::expected<void, NoLink>> refuse_dials() override;
  boost::asio::awaitable<std::expected<void, NoLink>> restart() override;
  [[nodiscard]] ControlChannel* control() override {
    return plan_.control ? process_.get() : nullptr;
  }
  ProcessState process() override;
  bool is_ending() override;
  std::optional<std::chrono::nanoseconds> busy_time() override;
  boost::asio::awaitable<ProcessState> wait_exit() override;
  [[nodiscard]] std::string transport() const override;
  [[nodiscard]] bool serves_testbed() const override { return plan_.testbed && !plan_.scenario; }
  [[nodiscard]] bool subject_dials() const override { return plan_.ours == vox::Role::acceptor; }

  [[nodiscard]] std::optional<std::string> machine_lacks() const override { return lack_; }

  // Kills what still runs of it, and says what it took, restarts included.
  ProcessCost end();
  // The end of what it wrote.
  [[nodiscard]] std::string output_tail();

 private:
  using LinkOrWhyNot = std::expected<std::unique_ptr<vox::link::Link>, NoLink>;
  using DoneOrWhyNot = std::expected<void, NoLink>;
  using Executor = boost::asio::any_io_executor;

  [[nodiscard]] DoneOrWhyNot launch(Executor const& executor);
  [[nodiscard]] DoneOrWhyNot listen(Executor const& executor);
  // Of the Unix socket that one of us is to listen at.
  [[nodiscard]] std::expected<std::string, NoLink> socket_path();
  // A path in the folder of the case.
  [[nodiscard]] std::expected<std::string, NoLink> path_of(std::string_view name);
  boost::asio::awaitable<DoneOrWhyNot> bring_up();
  boost::asio::awaitable<DoneOrWhyNot> learn_address();
  boost::asio::awaitable<LinkOrWhyNot> wait_for_dial();

  Subject const& subject_;
  LinkPlan plan_;
  std::unique_ptr<StartSlots::Slot> slot_;
  std::optional<TemporaryFolder> folder_;          // of the Unix socket and the store
  std::unique_ptr<vox::link::Listener> listener_;  // none while dials are refused
  std::optional<RefusingPort> refusing_;           // while dials by TCP are refused
  std::unique_ptr<SubjectProcess> process_;
  std::optional<vox::link::Address> address_;  // where a listening subject is
  std::unique_ptr<vox::link::Link> first_;     // of a subject that dials, until it is asked for
  std::optional<std::string> lack_;
  // Of the processes before the last restart.
  std::string earlier_output_;
  ProcessCost earlier_cost_;
};

}  // namespace voxspec
