#include "impl/net/entropy.hpp"

#include "spec/assert.hpp"

#include <cerrno>
#include <cstddef>
#include <span>
#include <sys/random.h>

namespace vox::net {
namespace {

// So few bytes come all at once, once the system has gathered its first entropy; until then the
// call waits, and a signal may interrupt it.
void fill(std::span<std::byte> bytes) {
  ssize_t taken = -1;
  do {
    taken = ::getrandom(bytes.data(), bytes.size(), 0);
  } while (taken < 0 && errno == EINTR);
  VOX_ASSERT(taken == static_cast<ssize_t>(bytes.size()));
}

}  // namespace

ResumeKey fresh_resume_key() {
  ResumeKey key{};
  fill(key);
  return key;
}

std::uint64_t fresh_seed() {
  std::uint64_t seed = 0;
  fill(std::as_writable_bytes(std::span{&seed, 1}));
  return seed;
}

}  // namespace vox::net
