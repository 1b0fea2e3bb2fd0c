#include "conformance/peer/wording.hpp"

#include "conformance/peer/term_json.hpp"
#include "impl/wire/reader.hpp"

namespace voxspec {

std::string in_words(Frame const& frame) {
  auto const name = frame.name();
  std::string words{name.empty() ? "a frame" : name};
  auto const* const kind = frame.message().kind;
  if (kind != nullptr && kind->layer == Layer::message) {
    words += " on connection " + std::to_string(frame.message().on);
  }
  return words;
}

std::string in_words(FrameTerm const& pattern) {
  auto const name = pattern.name();
  std::string words{name.empty() ? "a frame" : name};
  if (auto const& on = pattern.message().on) {
    if (auto const* const any = on->get<AnyIdOf>()) {
      return words + (any->ours ? " on an id of ours" : " on an id of its own");
    }
    auto const json = term_json(*on, FieldType::id);
    words += " on connection " + (json.is_string() ? json.get<std::string>() : json.dump());
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
  auto cause = std::string{text(end.cause)};
  if (end.cause == EndCause::broken && !end.detail.empty()) cause += " (" + end.detail + ")";
  return "the link " + std::string{end.cause == EndCause::broken ? "was " : ""} + cause + " and " +
         in_words(process);
}

std::string guess_at(Layer layer, vox::ByteView payload) {
  // From 0.9 on the handshake is no CBOR map: a length comes first, four little-endian bytes.
  vox::wire::Reader reader{payload, "session.handshake.cbor"};
  auto const length = reader.take_u32_le();
  if (layer != Layer::handshake || reader.failed()) return {};
  auto const major_type = std::to_integer<unsigned>(payload[0]) >> 5;
  constexpr unsigned cbor_map = 5;
  auto const is_there = length > 0 && length <= reader.remaining();
  if (major_type == cbor_map || !is_there) return {};
  return "; this looks like the handshake of vox 0.9 or later, which is another protocol";
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
  failure.got = {{"frame", vox::to_hex(arrival.frame.bytes)}};
  return failure;
}

Failure told_instead(Arrival const& arrival, std::string const& awaited) {
  Failure failure;
  failure.reason = "the subject sent a ProtocolError where " + awaited + " was awaited";
  failure.got = frame_json(arrival.frame);
  return failure;
}

Failure ended_instead(Ended const& end, ProcessState process, std::string const& awaited) {
  Failure failure;
  failure.reason = in_words(end, process) + ", where " + awaited + " was awaited";
  return failure;
}

}  // namespace voxspec
