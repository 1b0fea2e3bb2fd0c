#pragma once
#include "conformance/explore/state.hpp"

#include <boost/describe/class.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace voxspec::explore {

// One row, with its choices.
struct Move {
  std::size_t row = 0;
  Choices choices;
  bool probe = false;  // behind it nothing may come that is not due, until a Ping is answered

  bool operator==(Move const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Move, (), (row, choices, probe))

// All that makes one conversation: played twice it says the same.
struct Conversation {
  std::size_t setting = 0;
  vox::Role role = vox::Role::initiator;  // ours
  Conduit conduit = Conduit::bare;
  std::string transport = "tcp";  // a word of the command line
  Dialect dialect = Dialect::vox_0_4;
  std::vector<Move> moves;

  bool operator==(Conversation const&) const = default;
};
BOOST_DESCRIBE_STRUCT(Conversation, (), (setting, role, conduit, transport, dialect, moves))

}  // namespace voxspec::explore
