#pragma once
#include "conformance/relay/tape.hpp"
#include "conformance/runner/start_slots.hpp"
#include "conformance/runner/subject.hpp"
#include "impl/link/address.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace voxspec {

// One subject plays a client scenario against another one that listens. The judge takes no part in
// the conversation, which it only passes on and writes down: the client says by its exit code
// whether all was as it should be. The subjects must outlive it.
struct Pairing {
  Subject const* client = nullptr;
  Subject const* server = nullptr;
  vox::link::Transport transport = vox::link::Transport::tcp;
  std::string conduit;
  std::string scenario;
};

enum class PairVerdict : std::uint8_t {
  pass,     // both spoke, the client ended with 0, and the server did not crash
  fail,     // one of the two did otherwise
  not_run,  // the machine or a stop kept it from being tried
};
inline constexpr std::array all_pair_verdicts{PairVerdict::pass, PairVerdict::fail,
                                              PairVerdict::not_run};
// "pass", "fail", "not run".
[[nodiscard]] std::string pair_word(PairVerdict verdict);

struct PairResult {
  Pairing pairing;
  PairVerdict verdict = PairVerdict::not_run;
  std::string reason{};  // empty for a pass
  std::string client_output{};
  std::string server_output{};
  std::vector<relay::Tape> tapes{};  // what they said, a session each
  std::chrono::milliseconds wall{};
};

// What of all that is possible is played; an empty list is everything.
struct PairSelection {
  std::vector<std::string> scenarios{};
  std::vector<std::string> transports{};  // as the subjects spell them
  std::vector<std::string> conduits{};
};

struct PairLimits {
  std::chrono::milliseconds start{120'000};    // until the server says where it listens
  std::chrono::milliseconds scenario{30'000};  // from the client's start to its end
};

// Each subject that claims client scenarios with each that listens, itself included, on every
// transport and conduit that both claim.
[[nodiscard]] std::vector<Pairing> pairings_of(std::vector<Subject> const& subjects,
                                               PairSelection const& selection);

// Starts both, waits for the client's end and ends both. Nothing it started is left running.
[[nodiscard]] PairResult run_pair(Pairing const& pairing, PairLimits const& limits,
                                  std::stop_token const& stop, StartSlots& slots);

}  // namespace voxspec
