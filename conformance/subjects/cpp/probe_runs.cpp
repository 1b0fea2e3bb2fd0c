#include "conformance/subjects/cpp/probe_runs.hpp"

#include "impl/link/deadline.hpp"

#include <chrono>
#include <functional>
#include <utility>

namespace voxspec::subject {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds run_patience{30};

asio::awaitable<bool> holds(vox::link::Condition& changed, std::function<bool()> predicate) {
  co_await changed.until(std::move(predicate));
  co_return true;
}

}  // namespace

std::uint32_t ProbeRuns::begin(std::string const& key) {
  auto const now = ++counts_[key];
  changed_.notify();
  return now;
}

std::uint32_t ProbeRuns::count(std::string const& key) const {
  auto const found = counts_.find(key);
  return found == counts_.end() ? 0 : found->second;
}

void ProbeRuns::let_go(std::string const& key) {
  let_go_.insert(key);
  changed_.notify();
}

asio::awaitable<void> ProbeRuns::until_let_go(std::string key) {
  auto is_let_go = [this, key = std::move(key)] { return let_go_.contains(key); };
  co_await vox::link::within(run_patience, holds(changed_, std::move(is_let_go)));
}

asio::awaitable<void> ProbeRuns::until_run(std::string key, std::uint32_t times) {
  auto is_run = [this, key = std::move(key), times] { return count(key) >= times; };
  co_await vox::link::within(run_patience, holds(changed_, std::move(is_run)));
}

}  // namespace voxspec::subject
