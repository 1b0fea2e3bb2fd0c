// Operations against the written table: an owner that plays handlers, a store and a peer does
// whatever it likes, and each step is held against retry_cells_test.hpp.
#include "conformance/testing/property.hpp"
#include "impl/rpc/operations.hpp"
#include "impl/rpc/retry_cells_test.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace vox;
using namespace vox::rpc;
using vox::rpc::test::CellEvent;

namespace {

enum class StepKind : std::uint8_t {
  attempt,
  attempt_other,
  cancel,
  leave,
  disconnect,
  returned,
  dropped,
  store,
  advance,
};

// `a` and `b` choose among what there is.
struct Step {
  StepKind kind = StepKind::attempt;
  std::uint8_t a = 0;
  std::uint8_t b = 0;
};
std::ostream& operator<<(std::ostream& out, Step const& step) {
  return out << int{static_cast<std::uint8_t>(step.kind)} << '/' << int{step.a} << '/'
             << int{step.b};
}

rc::Gen<Step> any_step() {
  using enum StepKind;
  auto const kinds = rc::gen::weightedElement<StepKind>({{8, attempt},
                                                         {2, attempt_other},
                                                         {3, cancel},
                                                         {1, leave},
                                                         {1, disconnect},
                                                         {5, returned},
                                                         {2, dropped},
                                                         {8, store},
                                                         {2, advance}});
  return rc::gen::construct<Step>(kinds, rc::gen::arbitrary<std::uint8_t>(),
                                  rc::gen::arbitrary<std::uint8_t>());
}

constexpr std::array<OperationMethod, operation_class_count> methods = {{
    {.method = 1},
    {.method = 2, .idempotent = true},
    {.method = 3, .has_channels = true},
    {.method = 4, .idempotent = true, .has_channels = true},
    {.method = 5, .persistent = true},
    {.method = 6, .idempotent = true, .persistent = true},
}};
constexpr OperationId id_count = 12;
constexpr std::size_t ret_bytes = 16;

struct Attempt {
  OperationId id = 0;
  bool waits = false;  // on a living link, for an answer
};
struct Execution {
  OperationId id = 0;
  bool stopped = false;
};

class Owner {
 public:
  explicit Owner(OperationsOptions const& options) : options_{options}, operations_{options} {}

  void take(Step const& step) {
    switch (step.kind) {
      case StepKind::attempt:
        return attempt(step.a % id_count, true);
      case StepKind::attempt_other:
        return attempt(step.a % id_count, false);
      case StepKind::cancel:
      case StepKind::leave:
        return lose(step.a, step.kind == StepKind::cancel);
      case StepKind::disconnect:
        return disconnect();
      case StepKind::returned:
      case StepKind::dropped:
        return end_execution(step.a, step.kind == StepKind::returned);
      case StepKind::store:
        return answer_store(step.a % 8 == 0   ? StoreResult::failed
                            : step.a % 8 == 1 ? StoreResult::refused
                                              : StoreResult::stored,
                            step.b % 2 == 0);
      case StepKind::advance:
        return advance(Duration{step.a});
    }
  }

  // The session ends: nothing starts any more.
  void end_session() {
    std::map<OperationId, OperationState> before;
    for (OperationId id = 0; id < id_count; ++id)
      before[id] = operations_.state(id);
    for (auto& [token, attempt] : attempts_)
      attempt.waits = false;
    over_ = true;
    auto const reaction = operations_.end(now_);
    RC_ASSERT(reaction.answers.empty());
    react(reaction);
    for (auto const& [id, state] : before) {
      auto const after = operations_.state(id);
      bool const durable = is_persistent(class_of_id(id));
      RC_ASSERT(after == state ||
                (state == OperationState::live &&
                 after == (durable ? OperationState::indeterminate : OperationState::released)));
    }
  }

  // All that runs comes to its end, and then nobody waits.
  void settle() {
    for (int rounds = 0; rounds < 10'000; ++rounds) {
      take_requests();
      if (!requests_.empty()) {
        answer_store(StoreResult::stored, true);
      } else if (!executions_.empty()) {
        end_execution(0, true);
      } else {
        break;
      }
    }
    RC_ASSERT(executions_.empty() && requests_.empty());
    RC_ASSERT(operations_.running() == 0U);
    for (auto const& [token, attempt] : attempts_)
      RC_ASSERT(!attempt.waits);
    RC_ASSERT(held_.empty());
  }

 private:
  // The class of an id; half of the ids are in memory and persistent in turn.
  static OperationMethod const& method_of(OperationId id) {
    return methods[id % operation_class_count];
  }
  static OperationClass class_of_id(OperationId id) { return class_of(method_of(id)); }
  bool strict() const { return options_.rulebook == Rulebook::spec; }

  void attempt(OperationId id, bool same) {
    auto const before = operations_.state(id);
    auto const token = ++last_token_;
    attempts_[token] = {id, false};
    auto const admission =
        operations_.admit(now_, id, method_of(id), as_bytes(same ? "these" : "others"), token);
    if (before == OperationState::absent && admission.kind != AdmissionKind::expired) {
      bound_same_[id] = same;
    }
    bool const equal = bound_same_[id] == same;
    if (admission.kind == AdmissionKind::full) {
      RC_ASSERT(before == OperationState::absent);
      return;
    }
    if (strict()) {
      RC_ASSERT(test::admissions(class_of_id(id), before, equal).contains(admission.kind));
      expect(id, before, equal ? CellEvent::attempt_same : CellEvent::attempt_other);
    }
    switch (admission.kind) {
      case AdmissionKind::run:
        attempts_[token].waits = true;
        return run(id, token);
      case AdmissionKind::run_later:
        held_.insert(token);
        attempts_[token].waits = true;
        return;
      case AdmissionKind::join:
        attempts_[token].waits = true;
        return;
      case AdmissionKind::replay:
        return shown(id, *admission.outcome);
      case AdmissionKind::run_untracked:
        RC_ASSERT(!strict());
        return;
      case AdmissionKind::expired:
      case AdmissionKind::indeterminate:
      case AdmissionKind::conflict:
      case AdmissionKind::full:
        return;
    }
  }

  void run(OperationId id, RequestToken token) {
    RC_ASSERT(!over_);
    for (auto const& [other, execution] : executions_)
      RC_ASSERT(!strict() || execution.id != id);  // r[retry.state.live]
    executions_[token] = {id, false};
    ++executions_of_[id];
    // r[retry.policy.non-idem.default]
    if (strict() && !method_of(id).idempotent) RC_ASSERT(executions_of_[id] == 1);
    if (is_persistent(class_of_id(id)) && options_.durable) RC_ASSERT(admitted_.contains(id));
  }

  void lose(std::size_t choice, bool cancelled) {
    std::vector<RequestToken> waiting;
    for (auto const& [token, attempt] : attempts_) {
      if (attempt.waits) waiting.push_back(token);
    }
    if (waiting.empty()) return;
    auto const token = waiting[choice % waiting.size()];
    auto const id = attempts_[token].id;
    auto const before = operations_.state(id);
    auto const reaction =
        cancelled ? operations_.cancel(now_, id, token) : operations_.leave(now_, id, token);
    if (!cancelled) {
      attempts_[token].waits = false;
      RC_ASSERT(reaction.answers.empty());
    }
    react(reaction);
    if (!strict()) {
      attempts_[token].waits = false;  // 0.4.0 may leave it without an answer
      return;
    }
    if (cancelled) RC_ASSERT(!attempts_[token].waits);  // answered at once
    expect(id, before, cancelled ? CellEvent::cancel : CellEvent::lost_interest);
  }

  void disconnect() {
    std::map<OperationId, OperationState> before;
    for (OperationId id = 0; id < id_count; ++id)
      before[id] = operations_.state(id);
    auto const lost = operations_.disconnect(now_);
    if (strict()) {
      RC_ASSERT(lost.answers.empty());
      for (auto& [token, attempt] : attempts_)
        attempt.waits = false;
    }
    react(lost);
    auto const resumed = operations_.resume(now_);
    if (strict()) {
      RC_ASSERT(resumed.empty());
      for (auto const& [id, state] : before)
        expect(id, state, CellEvent::lost_interest);
    }
    // 0.4.0 leaves those that joined a stream without an answer.
    for (auto const token : resumed.stop) {
      for (auto& [other, attempt] : attempts_)
        attempt.waits = attempt.waits && attempt.id != attempts_.at(token).id;
    }
    react(resumed);
  }

  void end_execution(std::size_t choice, bool returned) {
    if (executions_.empty()) return;
    auto const place =
        std::next(executions_.begin(), static_cast<std::ptrdiff_t>(choice % executions_.size()));
    auto const [token, execution] = *place;
    executions_.erase(place);
    auto const before = operations_.state(execution.id);
    auto const ret = Bytes(ret_bytes, static_cast<std::byte>(token));
    if (returned && !execution.stopped) returned_[execution.id] = ret;
    auto const reaction = returned ? operations_.seal(now_, execution.id, token, ret, nullptr)
                                   : operations_.drop(now_, execution.id, token);
    if (execution.stopped) RC_ASSERT(reaction.answers.empty());
    react(reaction);
    if (!strict()) return;
    // Where outcomes fill the table the last one is shown and not kept.
    if (returned && operations_.state(execution.id) == OperationState::indeterminate &&
        before == OperationState::live) {
      RC_ASSERT(operations_.outcome_bytes() + ret_bytes > options_.limits.operation_bytes_max);
      return;
    }
    expect(execution.id, before,
           execution.stopped ? CellEvent::late
           : returned        ? CellEvent::returned
                             : CellEvent::dropped);
  }

  void take_requests() {
    while (auto request = operations_.poll_store_request())
      requests_.push_back(std::move(*request));
  }

  // What has failed may be `kept` nevertheless.
  void answer_store(StoreResult result, bool kept) {
    take_requests();
    if (requests_.empty()) return;
    RC_ASSERT(options_.durable);
    auto const request = requests_.front();
    requests_.pop_front();
    StoreDone done{.number = request.number, .session = request.session};
    if (auto const* const admit = std::get_if<store_request::Admit>(&request.what)) {
      done.operation = admit->operation;
      if (auto const place = kept_.find(admit->operation); place != kept_.end()) {
        result = StoreResult::recovered;
        done.outcome = place->second;
        sealed_.insert(admit->operation);
      }
      if (result == StoreResult::stored) admitted_.insert(admit->operation);
    } else if (auto const* const seal = std::get_if<store_request::Seal>(&request.what)) {
      done.operation = seal->operation;
      RC_ASSERT(admitted_.contains(seal->operation));
      if (result == StoreResult::stored) sealed_.insert(seal->operation);
      if (result == StoreResult::failed && kept) kept_[seal->operation] = seal->outcome;
    } else if (auto const* const forget = std::get_if<store_request::Forget>(&request.what)) {
      for (auto const id : forget->operations)
        kept_.erase(id);
    }
    done.result = result;
    react(operations_.stored(now_, done));
  }

  void advance(Duration by) {
    std::map<OperationId, OperationState> before;
    for (OperationId id = 0; id < id_count; ++id)
      before[id] = operations_.state(id);
    now_ += by;
    operations_.expire(now_);
    auto const deadline = operations_.next_deadline();
    RC_ASSERT((!deadline || *deadline > now_));
    for (auto const& [id, state] : before) {
      expect(id, state, CellEvent::expiry);
      // After its window an id may go without a trace, where there is no room for one.
      if (operations_.phase(id) == OperationPhase::absent) executions_of_.erase(id);
    }
  }

  void react(Reaction const& reaction) {
    for (auto const& answer : reaction.answers) {
      auto& attempt = attempts_.at(answer.attempt);
      if (strict()) RC_ASSERT(attempt.waits);  // r[rpc.response.one-per-request]
      attempt.waits = false;
      if (answer.what == OperationAnswer::outcome) shown(attempt.id, *reaction.outcome);
    }
    for (auto const token : reaction.stop)
      if (auto const place = executions_.find(token); place != executions_.end())
        place->second.stopped = true;
    for (auto const token : reaction.discard)
      RC_ASSERT(held_.erase(token) == 1U);
    for (auto const token : reaction.run) {
      RC_ASSERT(held_.erase(token) == 1U);
      run(attempts_.at(token).id, token);
    }
  }

  // r[retry.seal.return] r[retry.policy.persist.seal]
  void shown(OperationId id, SealedOutcome const& outcome) {
    if (!strict()) return;
    RC_ASSERT(outcome.ret == returned_.at(id));
    if (is_persistent(class_of_id(id)) && options_.durable) RC_ASSERT(sealed_.contains(id));
  }

  void expect(OperationId id, OperationState before, CellEvent event) {
    if (!strict()) return;
    auto const after = operations_.state(id);
    RC_ASSERT(test::successors(class_of_id(id), before, event).contains(after));
    RC_ASSERT(operations_.size() <= options_.limits.operations_max);
    if (!persistent_used()) {
      RC_ASSERT(operations_.outcome_bytes() <= options_.limits.operation_bytes_max);
    }
  }
  bool persistent_used() const {
    return std::ranges::any_of(
        executions_of_, [](auto const& entry) { return is_persistent(class_of_id(entry.first)); });
  }

  OperationsOptions options_;
  Operations operations_;
  TimePoint now_{};
  RequestToken last_token_ = 0;
  std::map<RequestToken, Attempt> attempts_;
  std::map<RequestToken, Execution> executions_;
  std::set<RequestToken> held_;
  std::map<OperationId, int> executions_of_;
  std::map<OperationId, bool> bound_same_;  // which arguments the first attempt brought
  std::map<OperationId, Bytes> returned_;
  std::deque<StoreRequest> requests_;
  std::set<OperationId> admitted_;
  std::set<OperationId> sealed_;
  std::map<OperationId, std::shared_ptr<SealedOutcome const>> kept_;
  bool over_ = false;
};

void play(Rulebook book) {
  auto const steps = *rc::gen::container<std::vector<Step>>(any_step());
  OperationsOptions options;
  options.rulebook = book;
  options.durable = *rc::gen::arbitrary<bool>();
  options.at_limit = *rc::gen::element(AtLimit::forget_oldest, AtLimit::refuse);
  options.retry_window = Duration{300};
  options.limits.operations_max = *rc::gen::element<std::size_t>(4, 100);
  options.limits.operation_bytes_max = *rc::gen::element<std::size_t>(ret_bytes * 2 + 1, 1000);
  Owner owner{options};
  for (auto const& step : steps)
    owner.take(step);
  if (*rc::gen::arbitrary<bool>()) owner.end_session();
  owner.settle();
}

}  // namespace

TEST_SUITE("retry") {
  TEST_CASE(
      "r[retry.duplicate.live] whatever happens, each step is one that the written table allows") {
    voxspec::test::holds([] { play(Rulebook::spec); });
  }
  TEST_CASE("r[retry.gc.live-protected] as 0.4.0, too, all that runs comes to its end") {
    voxspec::test::holds([] { play(Rulebook::vox_0_4); });
  }
}
