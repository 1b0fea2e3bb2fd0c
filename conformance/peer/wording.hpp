#pragma once
#include "conformance/peer/failure.hpp"
#include "conformance/peer/link_driver.hpp"
#include "conformance/peer/process_state.hpp"

#include <chrono>
#include <string>

// How the executor says what it saw, so that every step says it alike.
namespace voxspec {

// A frame or pattern in a few words: "request_response on connection 0", "hello".
[[nodiscard]] std::string in_words(Frame const& frame);
[[nodiscard]] std::string in_words(FrameTerm const& pattern);
// "the process is still running"
[[nodiscard]] std::string in_words(ProcessState process);
// "the link ended at a frame boundary and the process is still running"
[[nodiscard]] std::string in_words(Ended const& end, ProcessState process);
// What a payload that cannot be decoded may have been meant as: "; this looks like …", or nothing.
[[nodiscard]] std::string guess_at(Layer layer, vox::ByteView payload);
// "5 s", "200 ms"
[[nodiscard]] std::string in_words(std::chrono::milliseconds duration);

// The failures that several kinds of steps share. A guard ran out: it says what was awaited.
[[nodiscard]] Failure timed_out(std::string const& awaited, std::chrono::milliseconds after,
                                ProcessState process);
// The subject sent something that is no frame.
[[nodiscard]] Failure undecodable(Arrival const& arrival);
// The subject says that we broke the protocol, and leaves, where something else was awaited.
[[nodiscard]] Failure told_instead(Arrival const& arrival, std::string const& awaited);
// The link ended where something else was awaited.
[[nodiscard]] Failure ended_instead(Ended const& end, ProcessState process,
                                    std::string const& awaited);

}  // namespace voxspec
