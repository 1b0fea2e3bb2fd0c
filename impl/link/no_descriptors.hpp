#pragma once
// For tests: a process that has no descriptors left.
#include <doctest/doctest.h>

#include <cerrno>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace vox::link::test {

// The undefined-behaviour sanitizer opens pipes to look at memory, and without descriptors it takes
// objects for broken that are not.
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define VOX_SANITIZER_NEEDS_DESCRIPTORS
#endif
#endif
#ifdef VOX_SANITIZER_NEEDS_DESCRIPTORS
inline constexpr bool sanitizer_needs_descriptors = true;
#else
inline constexpr bool sanitizer_needs_descriptors = false;
#endif

// While it lives this process cannot open one descriptor more.
class NoDescriptors {
 public:
  NoDescriptors() {
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
    int const any = dup(STDERR_FILENO);
    REQUIRE(any >= 0);
    auto lowered = before_;
    lowered.rlim_cur = static_cast<rlim_t>(any) + 16;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &lowered) == 0);
    for (int taken = any; taken >= 0; taken = dup(STDERR_FILENO))
      taken_.push_back(taken);
    REQUIRE(errno == EMFILE);
  }
  NoDescriptors(NoDescriptors const&) = delete;
  NoDescriptors(NoDescriptors&&) = delete;
  NoDescriptors& operator=(NoDescriptors const&) = delete;
  NoDescriptors& operator=(NoDescriptors&&) = delete;
  ~NoDescriptors() {
    for (int const taken : taken_)
      close(taken);
    setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

}  // namespace vox::link::test
