#pragma once
#include "conformance/peer/subject_port.hpp"
#include "conformance/runner/link_plan.hpp"
#include "conformance/runner/subject.hpp"
#include "conformance/runner/subject_process.hpp"
#include "conformance/runner/temporary_folder.hpp"
#include "impl/link/listener.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>

namespace voxspec {

// The way to a subject that is started anew for one case, by the environment contract of
// docs/subjects.md. The program starts with the first link that is asked for; a listening subject
// then says where, a dialling one comes to us. It ends with the port.
class ProcessPort final : public SubjectPort {
 public:
  // The subject must outlive the port.
  ProcessPort(Subject const& subject, LinkPlan plan);

  boost::asio::awaitable<std::expected<std::unique_ptr<vox::link::Link>, std::string>> next_link()
      override;
  ProcessState process() override;
  boost::asio::awaitable<ProcessState> wait_exit() override;
  [[nodiscard]] std::string transport() const override;
  [[nodiscard]] bool serves_testbed() const override { return !plan_.scenario; }
  [[nodiscard]] bool subject_dials() const override { return plan_.ours == vox::Role::acceptor; }

  // Why the program could not be started, if it could not.
  [[nodiscard]] std::optional<std::string> const& start_error() const { return start_error_; }
  // The end of what it wrote.
  [[nodiscard]] std::string output_tail();

 private:
  using LinkOrError = std::expected<std::unique_ptr<vox::link::Link>, std::string>;
  using Executor = boost::asio::any_io_executor;

  [[nodiscard]] std::expected<void, std::string> start(Executor const& executor);
  [[nodiscard]] std::expected<void, std::string> listen(Executor const& executor);
  [[nodiscard]] std::string socket_path();
  boost::asio::awaitable<LinkOrError> dial();
  boost::asio::awaitable<LinkOrError> wait_for_dial();

  Subject const& subject_;
  LinkPlan plan_;
  std::optional<TemporaryFolder> folder_;  // of the Unix socket
  std::unique_ptr<vox::link::Listener> listener_;
  std::unique_ptr<SubjectProcess> process_;
  std::optional<vox::link::Address> address_;  // where a listening subject is
  std::optional<std::string> start_error_;
};

}  // namespace voxspec
