#pragma once
#include "conformance/subjects/testbed/probe_types.hpp"
#include "impl/net/typed/declaration.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace voxspec::probe {

// The Probe service, as docs/probe.md has it. Tx and Rx are what stands for the ends of channels:
// handles for who calls or serves its methods, ids for who only looks at values.
template <template <class> class Tx, template <class> class Rx>
struct Declaration {
  template <vox::net::MethodName Name, class Signature, auto... Options>
  using Method = vox::net::Method<Name, Signature, Options...>;
  static constexpr auto idempotent = vox::net::idempotent;
  static constexpr auto persistent = vox::net::persistent;

  static constexpr std::string_view service_name = "Probe";
  using methods = vox::net::Methods<
      Method<"echo_batch", Batch(Batch)>, Method<"echo_mark", Mark(Mark)>,
      Method<"echo_ticket", Ticket(Ticket)>, Method<"echo_tree", Tree(Tree)>,
      Method<"echo_chain", Chain(Chain)>, Method<"make_tree", Tree(std::uint32_t)>,
      Method<"make_chain", Chain(std::uint32_t)>, Method<"gather", std::vector<Place>(Rx<Place>)>,
      Method<"tally", std::int64_t(Tally<Tx, Rx>)>, Method<"follow", std::int64_t(Source<Tx, Rx>)>,
      Method<"run", std::uint32_t(std::string)>,
      Method<"run_idem", std::uint32_t(std::string), idempotent>,
      Method<"run_persist", std::uint32_t(std::string), persistent>,
      Method<"fail_once", std::expected<std::uint32_t, ProbeError>(std::string)>,
      Method<"vanish_once", std::uint32_t(std::string)>,
      Method<"vanish_once_idem", std::uint32_t(std::string), idempotent>,
      Method<"wait", std::uint32_t(std::string)>,
      Method<"wait_idem", std::uint32_t(std::string), idempotent>,
      Method<"wait_persist", std::uint32_t(std::string), persistent>,
      Method<"let_go", void(std::string)>,
      Method<"runs", std::uint32_t(std::string, std::uint32_t)>>;
};

}  // namespace voxspec::probe
