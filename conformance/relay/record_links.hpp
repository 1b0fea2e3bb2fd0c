#pragma once
#include "conformance/relay/recorder.hpp"
#include "impl/link/address.hpp"
#include "impl/link/link.hpp"

#include <cstddef>
#include <expected>
#include <functional>
#include <stop_token>
#include <string>

namespace voxspec::relay {

struct RecordOptions {
  vox::link::Address listen;
  vox::link::Address to;
  Dialect dialect = Dialect::vox_0_4;  // that both speak
  // How either peer frames its payloads, which need not be alike.
  vox::link::LinkOptions listen_options{};
  vox::link::LinkOptions to_options{};
  std::size_t conversations = 0;  // after so many it ends; 0: when it is stopped
  RecorderLimits limits{};
};

// Who is told of what goes on.
struct RecordTalk {
  std::function<void(vox::link::Address const&)> listening;
  // A conversation, whole so far: once it is over, again if another link resumes it, and at the
  // end.
  std::function<void(std::size_t number, Tape const& tape, std::string const& cut)> conversation;
  std::function<void(std::string const&)> trouble;  // a sentence
};

// Takes links, dials the other peer for each, and passes on what either says with its very bytes,
// until it is stopped or has heard enough. Returns how many conversations it heard. The error says
// why nobody can listen.
[[nodiscard]] std::expected<std::size_t, std::string> record_links(RecordOptions const& options,
                                                                   RecordTalk const& talk,
                                                                   std::stop_token const& stop);

}  // namespace voxspec::relay
