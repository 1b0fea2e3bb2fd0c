#pragma once
#include "conformance/peer/json.hpp"
#include "impl/wire/bytes.hpp"
#include "spec/dialect.hpp"
#include "spec/parity.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace voxspec::relay {

// One thing that happened between two peers, as somebody between them saw it.
struct TapeEvent {
  enum class Kind : std::uint8_t {
    link,   // a new link stands
    frame,  // a payload, or raw bytes
    end,    // that side ended the link, in order
    reset,  // … the hard way
  };
  Kind kind = Kind::frame;
  vox::Role by = vox::Role::initiator;
  std::size_t link = 0;  // counted from 0
  std::uint64_t at_us = 0;
  vox::Bytes bytes{};
  bool raw = false;
  bool operator==(TapeEvent const&) const = default;
};

// One session between two peers, with all its links, in the order in which it went. It names no
// side as ours.
struct Tape {
  vox::Dialect dialect = vox::Dialect::vox_0_4;  // that both speak
  std::vector<TapeEvent> events{};
  bool operator==(Tape const&) const = default;
};

// What a recording holds of what went by, whoever of the two it takes for us. Of several dialects
// that it names it is in the first. The error is a sentence: it is no recording.
[[nodiscard]] std::expected<Tape, std::string> tape_of(Json const& recording);

}  // namespace voxspec::relay
