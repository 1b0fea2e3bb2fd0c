#pragma once
#include "conformance/peer/subject_port.hpp"
#include "conformance/relay/relay.hpp"

namespace voxspec::relay {

// The way to a subject with a relay in each of its links. It refers to the port, which outlives it.
class RelayPort : public SubjectPort {
 public:
  RelayPort(SubjectPort& subject, vox::Role subject_plays, Dialect dialect)
      : conversation{subject_plays, subject.transport(), dialect}, subject_{subject} {}

  boost::asio::awaitable<std::expected<void, NoLink>> start() override { return subject_.start(); }
  boost::asio::awaitable<std::expected<std::unique_ptr<vox::link::Link>, NoLink>> next_link()
      override;
  boost::asio::awaitable<std::expected<void, NoLink>> refuse_dials() override {
    return subject_.refuse_dials();
  }
  boost::asio::awaitable<std::expected<void, NoLink>> restart() override {
    return subject_.restart();
  }
  bool is_ending() override { return subject_.is_ending(); }
  [[nodiscard]] std::optional<std::string> machine_lacks() const override {
    return subject_.machine_lacks();
  }
  [[nodiscard]] ControlChannel* control() override { return subject_.control(); }
  ProcessState process() override { return subject_.process(); }
  std::optional<std::chrono::nanoseconds> busy_time() override { return subject_.busy_time(); }
  boost::asio::awaitable<ProcessState> wait_exit() override { return subject_.wait_exit(); }
  [[nodiscard]] std::string transport() const override { return subject_.transport(); }
  [[nodiscard]] bool serves_testbed() const override { return subject_.serves_testbed(); }
  [[nodiscard]] bool subject_dials() const override { return subject_.subject_dials(); }

  Conversation conversation;

 private:
  SubjectPort& subject_;
};

}  // namespace voxspec::relay
