#include "conformance/runner/machine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/resource.h>
#include <system_error>

namespace voxspec {
namespace {

constexpr std::array wants{EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC, EDQUOT, EADDRNOTAVAIL, EROFS};

// For a case: the event loop's three, the subject's pipes and its exit, a listener with its lock
// file, three links. While the subject starts there are some more.
constexpr std::size_t descriptors_of_a_case = 20;
// For standard streams, reports and what was open before.
constexpr std::size_t descriptors_of_ours = 24;

}  // namespace

bool is_want(int error) {
  // So says fork where there are too many processes.
  return error == EAGAIN || std::ranges::find(wants, error) != wants.end();
}

// EAGAIN is left out: a Unix socket whose server does not accept says it as well.
bool tells_of_want(std::string_view sentence) {
  return std::ranges::any_of(
      wants, [&](int error) { return sentence.ends_with(std::generic_category().message(error)); });
}

std::size_t affordable_jobs(std::size_t jobs) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return jobs;
  auto const all = static_cast<std::size_t>(limit.rlim_cur);
  auto const left = all - std::min(all, descriptors_of_ours);
  return std::clamp(left / descriptors_of_a_case, 1uz, std::max(jobs, 1uz));
}

}  // namespace voxspec
