#pragma once
#include "conformance/peer/verdict.hpp"
#include "conformance/relay/tape.hpp"
#include "conformance/runner/start_slots.hpp"
#include "conformance/runner/subject.hpp"
#include "impl/link/address.hpp"

#include <chrono>
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

// How it came out. It passes if both spoke, the client ended with 0, and the server did not crash;
// it is not run if the machine or a stop kept it from being tried.
struct PairResult {
  Pairing pairing;
  Verdict verdict = Verdict::not_run;  // or pass, or fail
  std::string reason{};                // empty for a pass
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
  std::vector<std::string> clients{};  // names of subjects
  std::vector<std::string> servers{};
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
