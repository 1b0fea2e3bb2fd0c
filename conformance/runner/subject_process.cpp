#include "conformance/runner/subject_process.hpp"

#include "conformance/runner/machine.hpp"
#include "conformance/runner/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string_view>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace {

constexpr std::size_t tail_bytes_max = 4096;
constexpr std::size_t line_bytes_max = 4096;
// Of the control channel: a line may bring a large result, and nobody may be listening.
constexpr std::size_t report_bytes_max = std::size_t{1} << 20;
constexpr std::size_t reports_max = 1024;
// More than a pipe holds, and an end to it when the program writes as fast as we read.
constexpr std::size_t drain_bytes_max = std::size_t{1} << 20;
constexpr std::string_view listen_key = "LISTEN_ADDR=";
constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

}  // namespace

struct SubjectProcess::Impl {
  // `exit_descriptor` becomes readable when the process ends; negative where there is none.
  Impl(asio::any_io_executor const& executor, Spawned const& spawned, int exit_descriptor,
       bool shown_too)
      : pid{spawned.pid},
        output{executor, spawned.output},
        error{executor, spawned.error},
        exit{executor},
        input{executor},
        changed{executor, asio::steady_timer::time_point::max()},
        shown{shown_too} {
    if (spawned.input >= 0) {
      input.assign(spawned.input);
      input.non_blocking(true);
    }
    output.non_blocking(true);
    error.non_blocking(true);
    if (exit_descriptor >= 0) exit.assign(exit_descriptor);
  }

  void keep(std::string_view text) {
    if (shown) std::cerr << text << std::flush;
    tail += text;
    if (tail.size() > tail_bytes_max) tail.erase(0, tail.size() - tail_bytes_max);
  }

  void take_output(std::string_view text) {
    keep(text);
    if (listen_address && !has_control()) return;
    line += text;
    std::size_t begin = 0;
    for (auto end = line.find('\n'); end != std::string::npos; end = line.find('\n', begin)) {
      take_line(std::string_view{line}.substr(begin, end - begin));
      begin = end + 1;
    }
    line.erase(0, begin);
    if (line.size() > (has_control() ? report_bytes_max : line_bytes_max)) line.clear();
  }
  void take_line(std::string_view whole) {
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    if (!listen_address && whole.starts_with(listen_key)) {
      listen_address = whole.substr(listen_key.size());
    } else if (has_control() && whole.starts_with('{') && reports.size() < reports_max) {
      reports.emplace_back(whole);
    } else {
      return;
    }
    changed.cancel();
  }
  [[nodiscard]] bool has_control() const { return input.is_open(); }

  // Looks whether the process has ended, without reaping it: until the group was killed nobody else
  // may get its id.
  void look(int options) {
    siginfo_t info{};
    if (ended || reaped) return;
    int result = 0;
    do {
      result = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | options);
    } while (result != 0 && errno == EINTR);
    if (result != 0 || info.si_pid != pid) return;
    using enum ProcessState::Kind;
    ended = ProcessState{.kind = info.si_code == CLD_EXITED ? exited : signalled,
                         .code_or_signal = info.si_status};
    changed.cancel();
  }

  void kill_group() {
    if (reaped) return;
    cost.memory_kib = peak_memory_kib(pid);
    ::kill(-pid, SIGKILL);
    look(0);
    rusage used{};
    ::wait4(pid, nullptr, 0, &used);
    reaped = true;
    for (auto const& time : {used.ru_utime, used.ru_stime})
      cost.processor += std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
    if (shown) take_terminal();
  }

  // What is in a pipe already, without waiting; after the end of the process this is all there is.
  // False at the end of the pipe.
  template <class Take>
  static bool drain(asio::posix::stream_descriptor& pipe, Take take) {
    std::array<char, 4096> chunk{};
    boost::system::error_code ec;
    for (std::size_t taken = 0; taken < drain_bytes_max;) {
      auto const count = pipe.read_some(asio::buffer(chunk), ec);
      if (ec) return ec == asio::error::would_block;
      take(std::string_view{chunk.data(), count});
      taken += count;
    }
    return true;
  }
  bool drain_error() {
    return drain(error, [this](std::string_view text) { keep(text); });
  }
  bool drain_output() {
    return drain(output, [this](std::string_view text) { take_output(text); });
  }
  void drain_both() {
    drain_error();
    drain_output();
  }

  pid_t pid;
  asio::posix::stream_descriptor output;
  asio::posix::stream_descriptor error;
  asio::posix::stream_descriptor exit;
  asio::posix::stream_descriptor input;  // open where there is a control channel
  asio::steady_timer changed;            // cancelled whenever one of the below changes
  std::optional<ProcessState> ended;
  bool reaped = false;
  ProcessCost cost;  // once it is reaped
  std::optional<std::string> listen_address;
  std::deque<std::string> reports;  // lines of the control channel that nobody has heard
  std::string line;                 // of standard output, as far as it has come
  std::string tail;
  bool shown;  // what it writes is, as it comes
};

namespace {

// Reads a pipe to its end. It waits and then drains, instead of reading asynchronously, so that no
// bytes are ever on their way between the pipe and the tail. It holds the owner alive, not the
// other way round.
template <class Owner>
asio::awaitable<void> pump(std::shared_ptr<Owner> owner, asio::posix::stream_descriptor& pipe,
                           bool (Owner::*drain)()) {
  while (true) {
    auto const [ec] = co_await pipe.async_wait(asio::posix::stream_descriptor::wait_read, no_throw);
    if (ec || !((*owner).*drain)()) co_return;
  }
}

template <class Owner>
asio::awaitable<void> watch_exit(std::shared_ptr<Owner> owner) {
  if (!owner->exit.is_open()) co_return;
  auto const [ec] =
      co_await owner->exit.async_wait(asio::posix::stream_descriptor::wait_read, no_throw);
  if (!ec) owner->look(WNOHANG);
}

}  // namespace

std::expected<std::unique_ptr<SubjectProcess>, NoLink> SubjectProcess::start(
    asio::any_io_executor const& executor, Launch const& launch) {
  // A subject that has ended is an error of the write, and no end of ours.
  if (launch.control) std::signal(SIGPIPE, SIG_IGN);
  using enum StandardInput;
  auto const spawned = spawn(launch.command, launch.environment,
                             launch.control    ? pipe
                             : launch.terminal ? ours
                                               : empty);
  if (!spawned) return std::unexpected(spawned.error());
  auto const exit_descriptor = static_cast<int>(::syscall(SYS_pidfd_open, spawned->pid, 0));
  if (auto const error = errno; exit_descriptor < 0 && is_want(error)) {
    ::kill(-spawned->pid, SIGKILL);
    ::waitpid(spawned->pid, nullptr, 0);
    if (spawned->input >= 0) ::close(spawned->input);
    ::close(spawned->output);
    ::close(spawned->error);
    return std::unexpected(NoLink{.cause = NoLink::Cause::machine,
                                  .detail = "cannot watch " + launch.command.front() + ": " +
                                            std::generic_category().message(error)});
  }
  auto impl = std::make_shared<Impl>(executor, *spawned, exit_descriptor, launch.terminal);
  asio::co_spawn(executor, pump(impl, impl->output, &Impl::drain_output), asio::detached);
  asio::co_spawn(executor, pump(impl, impl->error, &Impl::drain_error), asio::detached);
  asio::co_spawn(executor, watch_exit(impl), asio::detached);
  return std::unique_ptr<SubjectProcess>{new SubjectProcess{std::move(impl)}};
}

SubjectProcess::SubjectProcess(std::shared_ptr<Impl> impl) : impl_{std::move(impl)} {}

SubjectProcess::~SubjectProcess() {
  kill();
  // The readers end at their next step and let go of the rest.
  boost::system::error_code ec;
  impl_->output.close(ec);
  impl_->error.close(ec);
  impl_->input.close(ec);
  impl_->exit.close(ec);
  impl_->changed.cancel();
}

int SubjectProcess::id() const {
  return impl_->pid;
}

ProcessState SubjectProcess::state() {
  impl_->look(WNOHANG);
  return impl_->ended.value_or(ProcessState{.kind = ProcessState::Kind::running});
}

bool SubjectProcess::is_ending() {
  constexpr unsigned long exiting = 0x4;  // PF_EXITING, of proc(5)'s flags
  if (impl_->ended || impl_->reaped) return true;
  std::ifstream file{"/proc/" + std::to_string(impl_->pid) + "/stat"};
  std::string const line{std::istreambuf_iterator<char>{file}, {}};
  // The name, which comes before, may hold anything.
  auto const name_end = line.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream fields{line.substr(name_end + 1)};
  std::string skipped;
  for (int field = 0; field < 6; ++field)
    fields >> skipped;
  unsigned long flags = 0;
  return fields >> flags && (flags & exiting) != 0;
}

asio::awaitable<ProcessState> SubjectProcess::wait_exit() {
  auto const impl = impl_;
  impl->look(WNOHANG);
  while (!impl->ended)
    co_await impl->changed.async_wait(no_throw);
  co_return *impl->ended;
}

asio::awaitable<std::expected<std::string, std::string>> SubjectProcess::listen_address() {
  auto const impl = impl_;
  while (!impl->listen_address && !impl->ended)
    co_await impl->changed.async_wait(no_throw);
  if (!impl->listen_address) impl->drain_both();
  if (impl->listen_address) co_return *impl->listen_address;
  co_return std::unexpected("the subject " + text(*impl->ended) +
                            " before it said where it listens (a line LISTEN_ADDR=…)");
}

std::expected<void, std::string> SubjectProcess::say(std::string const& line) {
  auto const whole = line + "\n";
  boost::system::error_code ec;
  auto const written = impl_->input.write_some(asio::buffer(whole), ec);
  if (!ec && written == whole.size()) return {};
  return std::unexpected("the subject does not read its standard input" +
                         (ec ? ": " + ec.message() : std::string{}));
}

asio::awaitable<std::expected<std::string, std::string>> SubjectProcess::hear() {
  auto const impl = impl_;
  while (impl->reports.empty() && !impl->ended)
    co_await impl->changed.async_wait(no_throw);
  if (impl->reports.empty()) impl->drain_both();
  if (impl->reports.empty()) {
    co_return std::unexpected("the subject " + text(*impl->ended) + " before it said what it saw");
  }
  auto line = std::move(impl->reports.front());
  impl->reports.pop_front();
  co_return std::move(line);
}

void SubjectProcess::kill() {
  impl_->kill_group();
}

ProcessCost SubjectProcess::cost() const {
  return impl_->cost;
}

std::string SubjectProcess::output_tail() {
  impl_->drain_both();
  return impl_->tail;
}

}  // namespace voxspec
