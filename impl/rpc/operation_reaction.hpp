#pragma once
#include "impl/rpc/operation.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <memory>

namespace vox::rpc {

// What an arriving attempt meets.
enum class AdmissionKind : std::uint8_t {
  run,            // start the handler
  run_later,      // keep the request: a Reaction will name it in `run` or in `discard`
  run_untracked,  // start the handler and tell this table nothing of it: it is no operation here
  join,           // the request is answered together with others, by a Reaction
  replay,         // answer with `outcome`
  indeterminate,  // answer Indeterminate
  conflict,       // refuse: the id stands for another method or other arguments
  expired,        // refuse: the id is recognised and what became of it is forgotten
  full,           // refuse: the table is at its limit
};
BOOST_DESCRIBE_ENUM(AdmissionKind, run, run_later, run_untracked, join, replay, indeterminate,
                    conflict, expired, full)

struct Admission {
  AdmissionKind kind = AdmissionKind::run;
  std::shared_ptr<SealedOutcome const> outcome{};  // of replay
};

enum class OperationAnswer : std::uint8_t {
  outcome,
  cancelled,
  indeterminate,
  refused,  // by the store; the operation was not admitted
};
BOOST_DESCRIBE_ENUM(OperationAnswer, outcome, cancelled, indeterminate, refused)

struct Answer {
  RequestToken attempt = 0;
  OperationAnswer what = OperationAnswer::outcome;
  bool operator==(Answer const&) const = default;
};

// What the owner of the table has to do after an event, in this order.
struct Reaction {
  boost::container::small_vector<Answer, 2> answers;
  std::shared_ptr<SealedOutcome const> outcome;  // there if an answer is `outcome`
  // Requests kept since run_later: start their handlers, or let them go.
  boost::container::small_vector<RequestToken, 1> run;
  boost::container::small_vector<RequestToken, 1> discard;
  // Handlers that nobody waits for: stop them. Each still ends with seal() or drop().
  boost::container::small_vector<RequestToken, 1> stop;

  [[nodiscard]] bool empty() const {
    return answers.empty() && run.empty() && discard.empty() && stop.empty();
  }
};

}  // namespace vox::rpc
