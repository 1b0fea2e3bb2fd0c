#pragma once
#include "conformance/peer/executor.hpp"
#include "conformance/peer/subject_port.hpp"
#include "conformance/runner/link_plan.hpp"
#include "conformance/runner/process_cost.hpp"
#include "conformance/runner/subject.hpp"
#include "conformance/trace/trace.hpp"

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace voxspec {

// One run of one case, with the end of what the subject wrote meanwhile, and what its process took
// if it was started for it.
struct Performance {
  CaseResult result;
  std::string output;
  std::optional<ProcessCost> cost{};
};

// Where cases meet the subject: it knows how to get at it, and nothing of selections, expectations
// or reports.
class Stage {
 public:
  Stage() = default;
  Stage(Stage const&) = delete;
  Stage(Stage&&) = delete;
  Stage& operator=(Stage const&) = delete;
  Stage& operator=(Stage&&) = delete;
  virtual ~Stage() = default;

  // Sees that there is a subject at all, before any case, within the start limit, and says how long
  // it took to come up, zero where that cannot be known. The error is for a person, may have
  // several lines and holds the end of what the subject wrote.
  [[nodiscard]] virtual std::expected<std::chrono::milliseconds, NoLink> preflight(
      RunOptions const& options) = 0;
  // Runs one case on a link, and where there is one in a process, of its own.
  [[nodiscard]] virtual Performance perform(Case const& trace, LinkPlan const& plan,
                                            RunOptions const& options) = 0;
  // How many threads may perform at a time.
  [[nodiscard]] virtual std::size_t parallel_max() const = 0;
  // Where the subject is met, for people: an address, or the program.
  [[nodiscard]] virtual std::string place() const = 0;
};

// Puts something between a case and the way to its subject. May be asked by several threads at a
// time; what it gives lives as long as the case runs.
using WrapPort = std::function<std::unique_ptr<SubjectPort>(Case const& trace, SubjectPort& port)>;

// The preflight of a stage, on a port for it that has not been started: starts it and takes one
// link, which the error is about if there is none. The link of a subject that dials is given back.
struct Preflight {
  std::chrono::milliseconds start{};
  std::unique_ptr<vox::link::Link> link;
};
[[nodiscard]] std::expected<Preflight, NoLink> try_port(boost::asio::io_context& context,
                                                        SubjectPort& port,
                                                        RunOptions const& options);

// Starts the subject anew for each case, as many at a time as the machine starts well. The subject
// must outlive the stage.
[[nodiscard]] std::unique_ptr<Stage> make_process_stage(Subject const& subject, WrapPort wrap = {});

// Dials an address that somebody else serves.
[[nodiscard]] std::unique_ptr<Stage> make_connecting_stage(vox::link::Address address,
                                                           vox::link::LinkOptions options = {});

// Waits at an address for a subject that somebody else has started to dial us, again for every
// case. The error says why nobody can listen there.
[[nodiscard]] std::expected<std::unique_ptr<Stage>, std::string> make_listening_stage(
    vox::link::Address const& address, vox::link::LinkOptions options = {});

}  // namespace voxspec
