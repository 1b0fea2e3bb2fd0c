#pragma once
#include "impl/net/establish.hpp"
#include "impl/wire/resume_key.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace vox::net {

// Finds the next conduit for a session that has lost its own. It is asked once for each loss, gives
// up by an error, and may be cancelled.
// r[impl core.B1]
class Recoverer {
 public:
  Recoverer() = default;
  Recoverer(Recoverer const&) = delete;
  Recoverer(Recoverer&&) = delete;
  Recoverer& operator=(Recoverer const&) = delete;
  Recoverer& operator=(Recoverer&&) = delete;
  virtual ~Recoverer() = default;

  // Presents the key, if there is one, so that the peer finds the session.
  virtual boost::asio::awaitable<Establishment> recover(std::optional<ResumeKey> resume_key) = 0;
};

}  // namespace vox::net
