#pragma once
#include "impl/link/condition.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace voxspec::subject {

// What Probe remembers: how often its methods ran for a key, and which keys were let go.
class ProbeRuns {
 public:
  explicit ProbeRuns(boost::asio::any_io_executor const& executor) : changed_{executor} {}

  // Counts a run that begins; how many there are now.
  std::uint32_t begin(std::string const& key);
  [[nodiscard]] std::uint32_t count(std::string const& key) const;
  void let_go(std::string const& key);
  // These give up after a while, so that no case can hold the process for ever.
  [[nodiscard]] boost::asio::awaitable<void> until_let_go(std::string key);
  [[nodiscard]] boost::asio::awaitable<void> until_run(std::string key, std::uint32_t times);

 private:
  std::map<std::string, std::uint32_t> counts_;
  std::set<std::string> let_go_;
  vox::link::Condition changed_;
};

}  // namespace voxspec::subject
