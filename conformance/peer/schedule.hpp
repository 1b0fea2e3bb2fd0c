#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

namespace voxspec {

// A number of a text, the same on every platform, which std::hash is not.
[[nodiscard]] std::uint64_t digest(std::string_view text);

// How the writes of one case are cut, joined and delayed by a seed. A network may do this to
// anybody's bytes, so that no verdict may depend on it. The same seed, case and sizes give the same
// schedule.
class Schedule {
 public:
  Schedule(std::uint64_t seed, std::string_view case_id);

  struct Piece {
    std::size_t end = 0;                // where it ends in the stream
    std::chrono::milliseconds pause{};  // before it is written
  };
  // The writes that a stream of so many bytes goes out in.
  [[nodiscard]] std::vector<Piece> pieces(std::size_t bytes);

 private:
  [[nodiscard]] std::size_t below(std::size_t bound);
  [[nodiscard]] std::chrono::milliseconds pause();

  std::mt19937_64 random_;
};

}  // namespace voxspec
