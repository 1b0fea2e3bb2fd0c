#include "conformance/peer/wording.hpp"

#include "conformance/peer/match.hpp"

namespace voxspec {

std::string in_words(Json const& frame) {
  std::string words{frame_kind(frame)};
  if (words.empty()) words = "a frame";
  auto const stable = frame.find("stable_frame");
  auto const& message =
      stable != frame.end() && stable->contains("message") ? stable->at("message") : frame;
  if (message.is_object() && message.contains("on")) {
    auto const& on = message.at("on");
    if (on.is_object() && on.contains("id_of")) {
      words += on.at("id_of") == "ours" ? " on an id of ours" : " on an id of its own";
    } else {
      words += " on connection " + (on.is_string() ? on.get<std::string>() : on.dump());
    }
  }
  return words;
}

std::string in_words(ProcessState process) {
  switch (process.kind) {
    case ProcessState::Kind::running:
      return "the process is " + text(process);
    case ProcessState::Kind::exited:
      return "the process " + text(process);
    case ProcessState::Kind::signalled:
      return "the process was " + text(process);
    case ProcessState::Kind::unknown:
      return "its process is not ours to see";
  }
  return text(process);
}

std::string in_words(Ended const& end, ProcessState process) {
  return "the link " + std::string{text(end.cause)} + " and " + in_words(process);
}

std::string in_words(std::chrono::milliseconds duration) {
  auto const count = duration.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

Failure timed_out(std::string const& awaited, std::chrono::milliseconds after,
                  ProcessState process) {
  Failure failure;
  failure.reason =
      "time-out: waited " + in_words(after) + " for " + awaited + "; " + in_words(process);
  failure.timed_out = true;
  return failure;
}

Failure undecodable(Arrival const& arrival) {
  Failure failure;
  failure.reason = "the subject sent a frame that cannot be decoded: " + arrival.problem;
  failure.got = {{"frame", arrival.hex}};
  return failure;
}

Failure told_instead(Arrival const& arrival, std::string const& awaited) {
  Failure failure;
  failure.reason = "the subject sent a ProtocolError where " + awaited + " was awaited";
  failure.got = arrival.frame;
  return failure;
}

Failure ended_instead(Ended const& end, ProcessState process, std::string const& awaited) {
  Failure failure;
  failure.reason = in_words(end, process) + ", where " + awaited + " was awaited";
  return failure;
}

}  // namespace voxspec
