#include "conformance/runner/spawn.hpp"

#include "conformance/runner/machine.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace voxspec {
namespace {

// A pipe whose two ends close when it goes, unless they were taken.
class Pipe {
 public:
  Pipe() { failed_ = ::pipe2(ends_.data(), O_CLOEXEC) != 0; }
  Pipe(Pipe const&) = delete;
  Pipe& operator=(Pipe const&) = delete;
  ~Pipe() {
    close_write();
    close_read();
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  [[nodiscard]] int take_read_end() { return std::exchange(ends_[0], -1); }
  [[nodiscard]] int take_write_end() { return std::exchange(ends_[1], -1); }
  void close_read() {
    if (ends_[0] >= 0) ::close(std::exchange(ends_[0], -1));
  }
  void close_write() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool failed_ = false;
};

// argv or envp for exec: pointers into texts that live on, and the null at the end.
std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> merged_environment(std::map<std::string, std::string> const& extra) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view const text{*entry};
    if (!extra.contains(std::string{text.substr(0, text.find('='))})) result.emplace_back(text);
  }
  for (auto const& [name, value] : extra)
    result.push_back(name + "=" + value);
  return result;
}

// Everything the child does before it becomes the program: system calls alone, because it shares
// our memory until then, and another thread may hold any lock.
// `input` is negative for an empty one, and the standard one for ours.
[[noreturn]] void become(char* const* argv, char* const* envp, int input, int output, int error,
                         int complaint, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // The parent went before the line above.
  if (input == STDIN_FILENO) take_terminal();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  if (input < 0) input = ::open("/dev/null", O_RDONLY);
  if (input > STDIN_FILENO) ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(error, STDERR_FILENO);
  if (::close_range(3, UINT_MAX, CLOSE_RANGE_CLOEXEC) != 0) {
    for (int fd = 3; fd < 4096; ++fd)
      ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  ::execvpe(argv[0], argv, envp);
  int const why = errno;
  [[maybe_unused]] auto const written = ::write(complaint, &why, sizeof why);
  ::_exit(127);
}

std::unexpected<NoLink> cannot_start(std::string const& program, NoLink::Cause cause, int error) {
  return std::unexpected(
      NoLink{.cause = cause,
             .detail = "cannot start " + program + ": " + std::generic_category().message(error)});
}

}  // namespace

std::expected<Spawned, NoLink> spawn(std::vector<std::string> const& command,
                                     std::map<std::string, std::string> const& environment,
                                     StandardInput kind_of_input) {
  using enum NoLink::Cause;
  auto arguments = command;
  auto variables = merged_environment(environment);
  auto const argv = pointers(arguments);
  auto const envp = pointers(variables);
  Pipe input;
  Pipe output;
  Pipe error;
  Pipe complaint;  // Closed by a successful exec; carries errno otherwise.
  if (input.failed() || output.failed() || error.failed() || complaint.failed()) {
    return cannot_start(command.front(), machine, errno);
  }
  pid_t const parent = ::getpid();
  // A fork would copy the page tables of a judge that holds a whole suite, for each case: that took
  // a third of a run's time.
  // NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork,bugprone-unsafe-functions)
  pid_t const pid = ::vfork();
  if (pid < 0) return cannot_start(command.front(), machine, errno);
  if (pid == 0) {
    // NOLINTBEGIN(clang-analyzer-unix.Vfork): system calls alone, and a variable of the child's own
    int const from = kind_of_input == StandardInput::empty  ? -1
                     : kind_of_input == StandardInput::ours ? STDIN_FILENO
                                                            : input.read_end();
    become(argv.data(), envp.data(), from, output.write_end(), error.write_end(),
           complaint.write_end(), parent);
    // NOLINTEND(clang-analyzer-unix.Vfork)
  }
  complaint.close_write();
  int why = 0;
  ssize_t count = 0;
  do {
    count = ::read(complaint.read_end(), &why, sizeof why);
  } while (count < 0 && errno == EINTR);
  if (count == sizeof why) {
    ::waitpid(pid, nullptr, 0);
    return cannot_start(command.front(), is_want(why) ? machine : start, why);
  }
  bool const has_input = kind_of_input == StandardInput::pipe;
  return Spawned{.pid = pid,
                 .input = has_input ? input.take_write_end() : -1,
                 .output = output.take_read_end(),
                 .error = error.take_read_end()};
}

// System calls alone, because a child that shares our memory does it, too.
void take_terminal() {
  if (::isatty(STDIN_FILENO) != 1) return;
  // Who takes it from the background is stopped by SIGTTOU unless that is blocked.
  sigset_t stop;
  sigset_t before;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTTOU);
  ::sigprocmask(SIG_BLOCK, &stop, &before);
  ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace voxspec
