#pragma once
#include "conformance/interop/rust_peer.hpp"
#include "impl/link/address.hpp"
#include "impl/link/link_test.hpp"
#include "spec/conduit_mode.hpp"
#include "spec/rulebook.hpp"

#include <initializer_list>

namespace voxspec::interop {

// One way for the two ends to meet, and the rulebook of ours.
struct Variant {
  vox::link::Transport transport;
  vox::ConduitMode mode;
  vox::Rulebook rulebook;
};

// Runs the body over every transport, under both rulebooks, if there is another end at all.
template <class Body>
void with_each_variant(std::initializer_list<vox::ConduitMode> modes, Body body) {
  using vox::link::Transport;
  if (!has_rust_peer()) return;
  for (auto const transport : {Transport::tcp, Transport::local, Transport::websocket}) {
    for (auto const mode : modes) {
      for (auto const rulebook : {vox::Rulebook::spec, vox::Rulebook::vox_0_4}) {
        CAPTURE(transport);
        CAPTURE(mode);
        CAPTURE(rulebook);
        Variant const variant{.transport = transport, .mode = mode, .rulebook = rulebook};
        boost::asio::io_context context;
        vox::link::test::run(context, [&] { return body(variant); });
      }
    }
  }
}

}  // namespace voxspec::interop
