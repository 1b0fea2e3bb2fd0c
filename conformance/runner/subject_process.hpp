#pragma once
#include "conformance/peer/control_channel.hpp"
#include "conformance/peer/process_state.hpp"
#include "conformance/peer/subject_port.hpp"
#include "conformance/runner/process_cost.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace voxspec {

// What to start: a program with its arguments, and what its environment has beyond ours.
struct Launch {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
  bool control = false;   // with a standard input to write to, and lines of JSON kept to be heard
  bool terminal = false;  // with our standard input; what it writes goes to our standard error, too
};

// One running program in a process group of its own, so that it and all it started can be ended
// together. It ends with this object at the latest, and with this process, however that one ends.
// What it writes is read all the time, so that it never blocks on us, and the last of it is kept.
// Lives on one single-threaded io_context, which must outlive it.
class SubjectProcess final : public ControlChannel {
 public:
  // Starts the program; the error says "cannot start ./x: No such file or directory".
  [[nodiscard]] static std::expected<std::unique_ptr<SubjectProcess>, NoLink> start(
      boost::asio::any_io_executor const& executor, Launch const& launch);

  SubjectProcess(SubjectProcess const&) = delete;
  SubjectProcess(SubjectProcess&&) = delete;
  SubjectProcess& operator=(SubjectProcess const&) = delete;
  SubjectProcess& operator=(SubjectProcess&&) = delete;
  ~SubjectProcess() override;

  [[nodiscard]] int id() const;
  // How it stands now; never waits.
  [[nodiscard]] ProcessState state();
  // True if the kernel is ending it: it takes no step of its own any more, and what it had open is
  // being closed.
  [[nodiscard]] bool is_ending();
  // Waits for its end. Cancellable, and unbounded by itself.
  [[nodiscard]] boost::asio::awaitable<ProcessState> wait_exit();
  // Waits for the line LISTEN_ADDR=… on its standard output and returns what follows the sign; the
  // error says how it ended instead. Cancellable, and unbounded by itself.
  [[nodiscard]] boost::asio::awaitable<std::expected<std::string, std::string>> listen_address();

  [[nodiscard]] std::expected<void, std::string> say(std::string const& line) override;
  [[nodiscard]] boost::asio::awaitable<std::expected<std::string, std::string>> hear() override;

  // Ends the whole group and waits for the program to be gone.
  void kill();
  // What it took until it was killed.
  [[nodiscard]] ProcessCost cost() const;
  // The last 4 KiB of what it wrote to standard error and output, in the order it came.
  [[nodiscard]] std::string output_tail();

 private:
  struct Impl;
  explicit SubjectProcess(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace voxspec
