#pragma once
#include "conformance/runner/subject_process.hpp"
#include "conformance/runner/temporary_folder.hpp"
#include "impl/link/address.hpp"
#include "impl/link/listener.hpp"
#include "spec/conduit_mode.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>

namespace voxspec::interop {

// Whether the Rust subject was built. A test that needs it says so and ends when it was not.
[[nodiscard]] bool has_rust_peer();

// One address of a kind that is free, with whatever lies behind it.
class FreeAddress {
 public:
  explicit FreeAddress(vox::link::Transport transport);
  // As a listener of ours binds it.
  [[nodiscard]] vox::link::Address const& ours() const { return address_; }
  // As the Rust subject is told to.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

 private:
  TemporaryFolder folder_;  // of a Unix socket
  vox::link::Address address_;
};

// The Rust subject in a process of its own, which ends with this object.
struct RustPeer {
  // It listens, and serves every link.
  [[nodiscard]] static boost::asio::awaitable<RustPeer> listening(FreeAddress const& at);
  // It dials us: with a scenario it plays that and exits, without one it serves.
  [[nodiscard]] static boost::asio::awaitable<RustPeer> dialling(
      vox::link::Address const& ours, vox::ConduitMode mode,
      std::map<std::string, std::string> environment);

  std::unique_ptr<SubjectProcess> process;
  vox::link::Address address{};  // where it listens, if it does
};

}  // namespace voxspec::interop
