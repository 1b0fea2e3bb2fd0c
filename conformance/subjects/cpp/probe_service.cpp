#include "conformance/subjects/cpp/probe_service.hpp"

#include "conformance/subjects/cpp/probe.hpp"
#include "conformance/subjects/cpp/probe_runs.hpp"
#include "impl/net/typed/dispatcher.hpp"

#include <algorithm>
#include <cstdint>
#include <expected>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace voxspec::subject {

namespace {

namespace asio = boost::asio;
namespace net = vox::net;
using ProbeDispatcher = net::Dispatcher<Probe>;
using Runs = std::shared_ptr<ProbeRuns>;

// Deep enough for every case, and never too deep for an answer.
constexpr std::uint32_t depth_max = 16;

probe::Tree make_tree(std::uint32_t depth) {
  probe::Tree tree{.value = std::min(depth, depth_max), .children = {}};
  if (tree.value > 0) tree.children.push_back(make_tree(tree.value - 1));
  return tree;
}

probe::Chain make_chain(std::uint32_t depth) {
  auto const weight = std::min(depth, depth_max);
  probe::Chain chain{.name = "chain", .links = {}};
  auto& link = chain.links.emplace_back();
  link.weight = weight;
  if (weight > 0) link.next = make_chain(weight - 1);
  return chain;
}

void serve_values(ProbeDispatcher& service) {
  auto const same = [](auto value) { return value; };
  service.on<"echo_batch">(same)
      .on<"echo_mark">(same)
      .on<"echo_ticket">(same)
      .on<"echo_tree">(same)
      .on<"echo_chain">(same)
      .on<"make_tree">(make_tree)
      .on<"make_chain">(make_chain);
}

// Adds up what comes, and sends each number on where somebody wants it.
asio::awaitable<std::int64_t> total(net::Rx<std::int32_t> numbers,
                                    std::optional<net::Tx<std::int32_t>> copies) {
  std::int64_t sum = 0;
  while (auto const number = co_await numbers.next()) {
    sum += *number;
    if (copies && !co_await copies->send(*number)) copies.reset();
  }
  co_return sum;
}

asio::awaitable<std::vector<probe::Place>> gather(net::Rx<probe::Place> places) {
  std::vector<probe::Place> all;
  while (auto place = co_await places.next())
    all.push_back(std::move(*place));
  co_return all;
}

asio::awaitable<std::int64_t> tally(Tally tally) {
  return total(std::move(tally.numbers), std::move(tally.copies));
}

asio::awaitable<std::int64_t> follow(Source source) {
  if (auto* const plain = std::get_if<probe::Numbers<net::Rx>>(&source)) {
    co_return co_await total(std::move(plain->numbers), std::nullopt);
  }
  if (auto* const copied = std::get_if<probe::Copied<net::Tx, net::Rx>>(&source)) {
    co_return co_await total(std::move(copied->numbers), std::move(copied->copies));
  }
  co_return 0;
}

void serve_channels(ProbeDispatcher& service) {
  service.on<"gather">(gather).on<"tally">(tally).on<"follow">(follow);
}

asio::awaitable<std::uint32_t> wait(Runs runs, std::string key) {
  auto const number = runs->begin(key);
  co_await runs->until_let_go(std::move(key));
  co_return number;
}

asio::awaitable<std::uint32_t> count(Runs runs, std::string key, std::uint32_t at_least) {
  co_await runs->until_run(key, at_least);
  co_return runs->count(key);
}

void serve_runs(ProbeDispatcher& service, Runs const& runs) {
  auto const run = [runs](std::string const& key) { return runs->begin(key); };
  // A handler that throws leaves its call without an outcome.
  auto const vanish = [runs](std::string const& key) {
    auto const number = runs->begin(key);
    if (number == 1) throw std::runtime_error{"the handler ends without an answer, as it is to"};
    return number;
  };
  auto const hold = [runs](std::string key) { return wait(runs, std::move(key)); };
  service.on<"run">(run)
      .on<"run_idem">(run)
      .on<"run_persist">(run)
      .on<"vanish_once">(vanish)
      .on<"vanish_once_idem">(vanish)
      .on<"wait">(hold)
      .on<"wait_idem">(hold)
      .on<"wait_persist">(hold);
  service.on<"fail_once">(
      [runs](std::string const& key) -> std::expected<std::uint32_t, probe::ProbeError> {
        auto const number = runs->begin(key);
        if (number == 1) return std::unexpected(probe::ProbeError::first_time);
        return number;
      });
  service.on<"let_go">([runs](std::string const& key) { runs->let_go(key); });
  service.on<"runs">([runs](std::string key, std::uint32_t at_least) {
    return count(runs, std::move(key), at_least);
  });
}

}  // namespace

std::shared_ptr<net::Handler> make_probe_service(asio::any_io_executor const& executor) {
  auto service = std::make_shared<ProbeDispatcher>();
  serve_values(*service);
  serve_channels(*service);
  serve_runs(*service, std::make_shared<ProbeRuns>(executor));
  return service;
}

}  // namespace voxspec::subject
