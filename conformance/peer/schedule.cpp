#include "conformance/peer/schedule.hpp"

#include <algorithm>

namespace voxspec {

namespace {

// Most of what a receiver can get wrong is in the first bytes: the length and the tags.
constexpr std::size_t interesting_bytes = 16;
constexpr std::size_t cuts_max = 3;
constexpr std::size_t pause_max_ms = 3;

}  // namespace

std::uint64_t digest(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (auto const character : text)
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3U;
  return hash;
}

Schedule::Schedule(std::uint64_t seed, std::string_view case_id)
    : random_{seed ^ digest(case_id)} {}

std::size_t Schedule::below(std::size_t bound) {
  return static_cast<std::size_t>(random_() % bound);
}

std::chrono::milliseconds Schedule::pause() {
  return std::chrono::milliseconds{below(2) == 0 ? 0 : below(pause_max_ms + 1)};
}

std::vector<Schedule::Piece> Schedule::pieces(std::size_t bytes) {
  std::vector<std::size_t> ends;
  for (auto cuts = bytes > 1 ? below(cuts_max + 1) : 0; cuts > 0; --cuts) {
    auto const within = below(2) == 0 ? bytes : std::min(bytes, interesting_bytes);
    if (within > 1) ends.push_back(1 + below(within - 1));
  }
  ends.push_back(bytes);
  std::ranges::sort(ends);
  ends.erase(std::ranges::unique(ends).begin(), ends.end());
  std::vector<Piece> pieces;
  for (auto const end : ends)
    pieces.push_back({.end = end, .pause = pause()});
  return pieces;
}

}  // namespace voxspec
