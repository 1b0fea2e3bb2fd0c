#include "conformance/peer/limit.hpp"
#include "conformance/peer/wording.hpp"
#include "conformance/runner/stage.hpp"
#include "impl/link/link.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <exception>
#include <future>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace {

using Outcome = std::expected<Preflight, NoLink>;

NoLink too_late(SubjectPort const& port, std::string what, std::chrono::milliseconds limit) {
  if (auto lack = port.machine_lacks()) {
    return {.cause = NoLink::Cause::machine, .detail = *std::move(lack)};
  }
  return {.cause = NoLink::Cause::start, .detail = std::move(what) + " within " + in_words(limit)};
}

asio::awaitable<Outcome> co_try_port(SubjectPort& port, RunOptions const& options) {
  auto const began = std::chrono::steady_clock::now();
  auto started = co_await within_limit(options.start_limit, options.stop, port.start());
  if (!started) {
    co_return std::unexpected(too_late(port,
                                       port.subject_dials()
                                           ? "the subject did not dial"
                                           : "the subject runs but did not say where it listens",
                                       options.start_limit));
  }
  if (!*started) co_return std::unexpected(std::move(started->error()));
  Preflight preflight;
  preflight.start =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  auto link = co_await within_limit(options.guard_timeout, options.stop, port.next_link());
  if (!link) {
    co_return std::unexpected(too_late(port, "the subject did not accept a link where it listens",
                                       options.guard_timeout));
  }
  if (!*link) co_return std::unexpected(std::move(link->error()));
  preflight.link = **std::move(link);
  co_return preflight;
}

}  // namespace

std::expected<Preflight, NoLink> try_port(asio::io_context& context, SubjectPort& port,
                                          RunOptions const& options) {
  try {
    context.restart();
    auto outcome = asio::co_spawn(context, co_try_port(port, options), asio::use_future);
    while (outcome.wait_for(std::chrono::seconds{0}) != std::future_status::ready) {
      context.run_one();
    }
    return outcome.get();
  } catch (std::exception const& error) {
    return std::unexpected(NoLink{.cause = NoLink::Cause::machine, .detail = error.what()});
  }
}

}  // namespace voxspec
