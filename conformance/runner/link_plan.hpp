#pragma once
#include "impl/link/address.hpp"
#include "impl/link/link.hpp"
#include "spec/parity.hpp"

#include <map>
#include <optional>
#include <string>

namespace voxspec {

// How one case wants its subject: everything a port needs to know of it.
struct LinkPlan {
  vox::Role ours = vox::Role::initiator;  // an initiator dials, an acceptor waits to be dialled
  vox::link::Transport transport = vox::link::Transport::tcp;
  std::string conduit = "bare";
  bool testbed = true;                             // it can be asked for an echo
  bool counts_descriptors = false;                 // as in vox::link::LinkOptions
  bool control = false;                            // it takes orders on its standard input
  bool store = false;                              // it gets a place that outlives its process
  std::optional<std::string> scenario;             // of a client; a server otherwise
  std::map<std::string, std::string> environment;  // beyond the contract's own variables

  [[nodiscard]] vox::link::LinkOptions link_options() const {
    return {.counts_descriptors = counts_descriptors};
  }
};

}  // namespace voxspec
