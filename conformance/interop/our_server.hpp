#pragma once
#include "conformance/interop/rust_peer.hpp"
#include "conformance/interop/variants.hpp"
#include "impl/link/condition.hpp"
#include "impl/net/pending_connection.hpp"
#include "impl/net/session_builder.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>

namespace voxspec::interop {

class FragileListener;

// An acceptor of ours with a registry, for as many links as come.
class OurServer {
 public:
  OurServer(boost::asio::any_io_executor const& executor, Variant const& variant,
            vox::net::Acceptor acceptor);
  OurServer(OurServer const&) = delete;
  OurServer(OurServer&&) = delete;
  OurServer& operator=(OurServer const&) = delete;
  OurServer& operator=(OurServer&&) = delete;
  ~OurServer();

  // Starts a Rust subject that dials it.
  [[nodiscard]] boost::asio::awaitable<RustPeer> dialled(
      std::map<std::string, std::string> environment = {}) const;
  // The next session that began, in their order.
  [[nodiscard]] boost::asio::awaitable<vox::net::Established> next_session();
  // Breaks the link that came last.
  void cut();

 private:
  vox::ConduitMode mode_;
  FreeAddress at_;
  std::unique_ptr<FragileListener> listener_;
  std::deque<vox::net::Established> begun_;
  vox::link::Condition changed_;
};

}  // namespace voxspec::interop
