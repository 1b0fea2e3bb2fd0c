#pragma once
#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/term.hpp"
#include "conformance/relay/action.hpp"
#include "spec/clause.hpp"
#include "spec/parity.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace voxspec::relay {

// What happens on a link: a frame, a payload that is none, or that it begins or ends.
enum class Occasion : std::uint8_t { frame, noise, begin, end };

// When something is done, and what. A name in the pattern that no earlier rule has is taken anew
// each time; one that an earlier rule has must have been taken there, and fits only that value.
struct FaultRule {
  std::string name;
  std::string when;    // the name of a rule that has to have been at work before
  std::string unless;  // … that must not
  Side from = Side::subject;
  Occasion occasion = Occasion::frame;
  Pattern match;
  std::optional<std::uint64_t> nth;   // only the n-th time that it fits, from 1
  std::uint64_t after = 0;            // not the first n times
  std::uint64_t every = 1;            // each n-th time
  std::optional<std::uint64_t> link;  // only on the n-th link, from 1
  std::vector<Action> actions;

  std::set<std::string, std::less<>> own_names;      // first taken by this pattern
  std::set<std::string, std::less<>> earlier_names;  // to be known before
};

// One way in which a relay makes of a subject another one: a wrong one (a fault), or another right
// one (a freedom).
struct WireFault {
  std::string id;  // "session.keepalive.other-nonce"
  std::string about;
  std::vector<vox::Clause> clauses;
  Dialect dialect = Dialect::vox_0_4;  // that its patterns and frames are in
  std::optional<vox::Role> role;       // that the subject has to play
  std::optional<bool> stable;          // the conduit
  std::string transport;               // a word; empty for any
  std::vector<std::string> lacks;      // abilities that the subject does not have any more
  std::vector<FaultRule> rules;
  // The name of a fault of our own C++ subject, which is started with it, in place of rules: it
  // shows only in the process or on the control channel.
  std::string process{};
  bool everywhere = false;  // with a process: in every case of the role, not only about the clauses
};

}  // namespace voxspec::relay
