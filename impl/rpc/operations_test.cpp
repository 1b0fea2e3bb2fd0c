#include "impl/rpc/operations.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace vox;
using namespace vox::rpc;

namespace {

constexpr OperationMethod plain{.method = 1};
constexpr OperationMethod plain_idem{.method = 2, .idempotent = true};
constexpr OperationMethod stream{.method = 3, .has_channels = true};
constexpr OperationMethod stream_idem{.method = 4, .idempotent = true, .has_channels = true};
constexpr OperationMethod persistent{.method = 5, .persistent = true};

constexpr auto run = AdmissionKind::run;
constexpr auto run_later = AdmissionKind::run_later;
constexpr auto join = AdmissionKind::join;
constexpr auto replay = AdmissionKind::replay;
constexpr auto indeterminate = AdmissionKind::indeterminate;
constexpr auto conflict = AdmissionKind::conflict;

using Answers = std::vector<Answer>;
using Tokens = std::vector<RequestToken>;

Answers answers(Reaction const& reaction) {
  return {reaction.answers.begin(), reaction.answers.end()};
}
template <class Range>
Tokens tokens(Range const& range) {
  return {range.begin(), range.end()};
}

// A table at one moment, with a store that does as it is told.
struct Table {
  explicit Table(Rulebook book = Rulebook::spec, bool durable = false)
      : Table{[&] {
          OperationsOptions options;
          options.rulebook = book;
          options.durable = durable;
          return options;
        }()} {}
  explicit Table(OperationsOptions const& options) : operations{options} {}

  AdmissionKind admit(OperationId id, OperationMethod const& method, RequestToken token,
                      std::string_view payload = "arguments") {
    return operations.admit(now, id, method, as_bytes(payload), token).kind;
  }
  Reaction seal(OperationId id, RequestToken token, std::string_view ret = "outcome") {
    return operations.seal(now, id, token, to_bytes(as_bytes(ret)), nullptr);
  }
  Reaction drop(OperationId id, RequestToken token) { return operations.drop(now, id, token); }
  Reaction cancel(OperationId id, RequestToken token) { return operations.cancel(now, id, token); }
  // Answers what was asked last of the store.
  Reaction store(StoreResult result) {
    std::optional<StoreRequest> last;
    while (auto request = operations.poll_store_request())
      last = std::move(request);
    REQUIRE(last);
    return operations.stored(now, {.number = last->number, .operation = 7, .result = result});
  }

  TimePoint now{};
  Operations operations;
};

}  // namespace

TEST_SUITE("retry") {
  TEST_CASE("r[retry.duplicate.live.attach] repeats join what runs, and all get its outcome") {
    Table table;
    CHECK(table.admit(7, plain, 1) == run);
    CHECK(table.admit(7, plain, 2) == join);
    CHECK(table.admit(7, plain, 3) == join);
    auto const sealed = table.seal(7, 1);
    CHECK(answers(sealed) == Answers{{1, OperationAnswer::outcome},
                                     {2, OperationAnswer::outcome},
                                     {3, OperationAnswer::outcome}});
    CHECK(as_text(sealed.outcome->ret) == "outcome");
  }
  TEST_CASE("r[retry.duplicate.sealed] the outcome is replayed, of idempotent methods as well") {
    for (auto const& method : {plain, plain_idem, stream, stream_idem, persistent}) {
      Table table;
      CHECK(table.admit(7, method, 1) == run);
      CHECK(table.seal(7, 1).answers.size() == 1);
      auto const again = table.operations.admit(table.now, 7, method, as_bytes("arguments"), 2);
      CHECK(again.kind == replay);
      CHECK(as_text(again.outcome->ret) == "outcome");
      CHECK(table.cancel(7, 1).empty());  // r[retry.seal.absorbing]
      CHECK(table.operations.disconnect(table.now).empty());
      CHECK(table.admit(7, method, 3) == replay);
    }
  }
  TEST_CASE("r[retry.op-id.payload-binding] an id stands for one method and its arguments") {
    Table table;
    CHECK(table.admit(7, plain, 1) == run);
    CHECK(table.admit(7, plain, 2, "others") == conflict);
    CHECK(table.admit(7, stream, 3) == conflict);
    CHECK(table.seal(7, 1).answers.size() == 1);
    CHECK(table.admit(7, plain, 4, "others") == conflict);
    CHECK(table.admit(8, plain, 5) == run);
    CHECK(table.cancel(8, 5).stop.size() == 1);
    CHECK(table.admit(8, plain, 6, "others") == conflict);
    CHECK(table.admit(7, plain, 7) == replay);
  }
  TEST_CASE("r[retry.cancel.explicit.volatile] the last who cancels stops the handler") {
    Table table;
    CHECK(table.admit(7, plain, 1) == run);
    CHECK(table.admit(7, plain, 2) == join);
    auto const first = table.cancel(7, 1);
    CHECK(answers(first) == Answers{{1, OperationAnswer::cancelled}});
    CHECK(first.stop.empty());
    auto const second = table.cancel(7, 2);
    CHECK(answers(second) == Answers{{2, OperationAnswer::cancelled}});
    CHECK(tokens(second.stop) == Tokens{1});
    CHECK(table.operations.state(7) == OperationState::released);
  }
  TEST_CASE("r[retry.cancel.race] a return after the release is nobody's") {
    Table table;
    CHECK(table.admit(7, plain, 1) == run);
    CHECK(tokens(table.cancel(7, 1).stop) == Tokens{1});
    CHECK(table.seal(7, 1).empty());
    CHECK(table.admit(7, plain, 2) == indeterminate);
  }
  TEST_CASE("r[retry.duplicate.released.non-idem] what was given up does not run again") {
    Table table;
    CHECK(table.admit(7, plain, 1) == run);
    CHECK(answers(table.drop(7, 1)) == Answers{{1, OperationAnswer::cancelled}});
    CHECK(table.admit(7, plain, 2) == indeterminate);
  }
  TEST_CASE(
      "r[retry.duplicate.released.idem] an idempotent method runs again, once the old run is "
      "over") {
    Table table;
    CHECK(table.admit(7, stream_idem, 1) == run);
    CHECK(tokens(table.operations.disconnect(table.now).stop) == Tokens{1});
    CHECK(table.admit(7, stream_idem, 2) == run_later);
    CHECK(table.admit(7, stream_idem, 3) == join);
    CHECK(table.operations.state(7) == OperationState::live);
    auto const stopped = table.drop(7, 1);
    CHECK(stopped.answers.empty());
    CHECK(tokens(stopped.run) == Tokens{2});
    CHECK(table.drop(7, 1).empty());
    CHECK(table.seal(7, 2).answers.size() == 2);
  }
  TEST_CASE("of several that wait to run again one may go") {
    Table table;
    CHECK(table.admit(7, plain_idem, 1) == run);
    CHECK(table.cancel(7, 1).stop.size() == 1);
    for (RequestToken const token : {2U, 3U, 4U})
      CHECK(table.admit(7, plain_idem, token) == (token == 2 ? run_later : join));
    // The request that will run is kept, though its own attempt is answered.
    CHECK(answers(table.cancel(7, 2)) == Answers{{2, OperationAnswer::cancelled}});
    CHECK(table.operations.leave(table.now, 7, 3).empty());
    CHECK(tokens(table.drop(7, 1).run) == Tokens{2});
    CHECK(answers(table.seal(7, 2)) == Answers{{4, OperationAnswer::outcome}});
  }
  TEST_CASE("what waits to run again may be cancelled before") {
    Table table;
    CHECK(table.admit(7, plain_idem, 1) == run);
    CHECK(tokens(table.cancel(7, 1).stop) == Tokens{1});
    CHECK(table.admit(7, plain_idem, 2) == run_later);
    auto const cancelled = table.cancel(7, 2);
    CHECK(answers(cancelled) == Answers{{2, OperationAnswer::cancelled}});
    CHECK(tokens(cancelled.discard) == Tokens{2});
    CHECK(table.drop(7, 1).empty());
    CHECK(table.admit(7, plain_idem, 3) == run);
  }
  TEST_CASE(
      "r[retry.state.live.session-owned] a plain method outlives the link, and its attempts do "
      "not") {
    Table table;
    CHECK(table.admit(7, plain, 1) == run);
    CHECK(table.operations.disconnect(table.now).empty());
    CHECK(table.operations.resume(table.now).empty());
    CHECK(table.admit(7, plain, 2) == join);
    CHECK(answers(table.seal(7, 1)) == Answers{{2, OperationAnswer::outcome}});
  }
  TEST_CASE("r[retry.channel.recovery.non-idem] a stream does not outlive the link") {
    Table table;
    CHECK(table.admit(7, stream, 1) == run);
    auto const lost = table.operations.disconnect(table.now);
    CHECK(lost.answers.empty());
    CHECK(tokens(lost.stop) == Tokens{1});
    CHECK(table.admit(7, stream, 2) == indeterminate);
  }
  TEST_CASE("r[retry.cancel.implicit.volatile] a closed connection takes its attempts with it") {
    Table table;
    CHECK(table.admit(7, plain, 1) == run);
    CHECK(table.admit(7, plain, 2) == join);
    CHECK(table.operations.leave(table.now, 7, 1).empty());
    CHECK(tokens(table.operations.leave(table.now, 7, 2).stop) == Tokens{1});
  }

  TEST_CASE(
      "r[retry.policy.persist.admission] a persistent method runs once its admission is durable") {
    Table table{Rulebook::spec, true};
    CHECK(table.admit(7, persistent, 1) == run_later);
    CHECK(table.admit(7, persistent, 2) == join);
    auto const first = table.operations.poll_store_request();
    CHECK(std::holds_alternative<store_request::KeepSession>(first->what));
    CHECK(tokens(table.store(StoreResult::stored).run) == Tokens{1});
  }
  TEST_CASE("r[retry.policy.persist.seal] its outcome is shown once it is durable") {
    Table table{Rulebook::spec, true};
    CHECK(table.admit(7, persistent, 1) == run_later);
    CHECK(table.store(StoreResult::stored).run.size() == 1);
    CHECK(table.seal(7, 1).empty());
    CHECK(table.operations.state(7) == OperationState::live);
    CHECK(table.admit(7, persistent, 2) == join);
    CHECK(table.store(StoreResult::stored).answers.size() == 2);
    CHECK(table.operations.state(7) == OperationState::sealed);
  }
  TEST_CASE("a store that fails lets nothing run and shows nothing") {
    for (auto const result : {StoreResult::failed, StoreResult::refused}) {
      bool const refused = result == StoreResult::refused;
      Table table{Rulebook::spec, true};
      CHECK(table.admit(7, persistent, 1) == run_later);
      auto const failed = table.store(result);
      CHECK(failed.run.empty());
      CHECK(tokens(failed.discard) == Tokens{1});
      CHECK(answers(failed) ==
            Answers{{1, refused ? OperationAnswer::refused : OperationAnswer::indeterminate}});
      CHECK(table.admit(7, persistent, 2) == (refused ? run_later : indeterminate));
    }
    Table table{Rulebook::spec, true};
    CHECK(table.admit(7, persistent, 1) == run_later);
    CHECK(table.store(StoreResult::stored).run.size() == 1);
    CHECK(table.seal(7, 1).empty());
    CHECK(answers(table.store(StoreResult::failed)) ==
          Answers{{1, OperationAnswer::indeterminate}});
    CHECK(table.admit(7, persistent, 2) == indeterminate);
  }
  TEST_CASE(
      "r[retry.cancel.explicit.persist] a persistent method is not cancelled, its attempt is") {
    Table table;
    CHECK(table.admit(7, persistent, 1) == run);
    auto const cancelled = table.cancel(7, 1);
    CHECK(answers(cancelled) == Answers{{1, OperationAnswer::cancelled}});
    CHECK(cancelled.stop.empty());
    CHECK(table.operations.disconnect(table.now).empty());
    CHECK(table.admit(7, persistent, 2) == join);
    CHECK(answers(table.seal(7, 1)) == Answers{{2, OperationAnswer::outcome}});
  }
  TEST_CASE(
      "r[retry.state.indeterminate] a persistent method whose handler fails is indeterminate") {
    Table table;
    CHECK(table.admit(7, persistent, 1) == run);
    CHECK(answers(table.drop(7, 1)) == Answers{{1, OperationAnswer::indeterminate}});
    CHECK(table.admit(7, persistent, 2) == indeterminate);
  }
  TEST_CASE("after the end of a session nothing starts") {
    Table table{Rulebook::spec, true};
    CHECK(table.admit(6, plain_idem, 1) == run);
    CHECK(table.cancel(6, 1).stop.size() == 1);
    CHECK(table.admit(6, plain_idem, 2) == run_later);
    CHECK(table.admit(7, persistent, 3) == run_later);
    CHECK(tokens(table.operations.end(table.now).discard) == Tokens{2, 3});
    CHECK(table.drop(6, 1).empty());
    CHECK(table.store(StoreResult::stored).empty());
  }
  TEST_CASE("the end of a session stops what is volatile and lets the rest run on") {
    Table table;
    CHECK(table.admit(7, plain, 1) == run);
    CHECK(table.admit(8, persistent, 2) == run);
    CHECK(tokens(table.operations.end(table.now).stop) == Tokens{1});
    CHECK(table.operations.running() == 2);
    CHECK(table.drop(7, 1).empty());
    CHECK(table.seal(8, 2).answers.empty());
    CHECK(table.operations.running() == 0);
  }
  TEST_CASE(
      "r[retry.op-id.scope] the store forgets a session that is over, and hears of new keys") {
    Table table{Rulebook::spec, true};
    table.operations.renew_key(ResumeKey{std::byte{1}});
    table.operations.forget_session();
    CHECK_FALSE(table.operations.poll_store_request());  // it knows nothing of the session
    CHECK(table.admit(7, persistent, 1) == run_later);
    auto const kept = table.operations.poll_store_request();
    CHECK(std::get<store_request::KeepSession>(kept->what).resume_key == ResumeKey{std::byte{1}});
    CHECK(table.store(StoreResult::stored).run.size() == 1);
    table.operations.renew_key(ResumeKey{std::byte{2}});
    CHECK(std::get<store_request::KeepSession>(table.operations.poll_store_request()->what)
              .resume_key == ResumeKey{std::byte{2}});
    table.operations.forget_session();
    CHECK(std::holds_alternative<store_request::ForgetSession>(
        table.operations.poll_store_request()->what));
  }

  TEST_CASE(
      "r[retry.gc.ttl] what is over is remembered for its window, and refused by id after it") {
    Table table;
    CHECK_FALSE(table.operations.next_deadline());
    CHECK(table.admit(7, plain, 1) == run);
    table.now += std::chrono::hours{1};
    CHECK(table.seal(7, 1).answers.size() == 1);  // r[retry.gc.live-protected]
    auto const deadline = table.operations.next_deadline();
    REQUIRE(deadline);
    CHECK(*deadline == table.now + OperationsOptions{}.retry_window);
    table.now = *deadline - Duration{1};
    CHECK(table.admit(7, plain, 2) == replay);
    table.now = *deadline;
    CHECK(table.admit(7, plain, 3) == AdmissionKind::expired);
    CHECK(table.operations.size() == 0);
    CHECK(table.operations.outcome_bytes() == 0);
    CHECK_FALSE(table.operations.next_deadline());
  }
  TEST_CASE("r[retry.gc.persist-durable] the store forgets when the window is over") {
    Table table{Rulebook::spec, true};
    CHECK(table.admit(7, persistent, 1) == run_later);
    CHECK(table.store(StoreResult::stored).run.size() == 1);
    CHECK(table.seal(7, 1).empty());
    CHECK(table.store(StoreResult::stored).answers.size() == 1);
    table.now = table.operations.next_deadline().value();
    table.operations.expire(table.now);
    auto const request = table.operations.poll_store_request();
    CHECK(std::get<store_request::Forget>(request->what).operations == std::vector<OperationId>{7});
  }
  TEST_CASE("r[retry.gc.fail-closed] a full table forgets the oldest outcomes, never their ids") {
    OperationsOptions options;
    options.limits.operations_max = 100;
    Table table{options};
    for (OperationId id = 1; id <= 10'000; ++id) {
      CHECK(table.admit(id, plain, id) == run);
      CHECK(table.seal(id, id).answers.size() == 1);
      CHECK(table.operations.size() <= 100);
    }
    CHECK(table.admit(10'000, plain, 20'001) == replay);
    CHECK(table.admit(9'901, plain, 20'002) == replay);
    CHECK(table.admit(9'900, plain, 20'003) == AdmissionKind::expired);
    CHECK(table.admit(1, plain, 20'004) == AdmissionKind::expired);
  }
  TEST_CASE("r[retry.gc.live-protected] what runs never gives way") {
    OperationsOptions options;
    options.limits.operations_max = 3;
    Table table{options};
    for (OperationId id = 1; id <= 3; ++id)
      CHECK(table.admit(id, plain, id) == run);
    CHECK(table.admit(4, plain, 4) == AdmissionKind::full);
    CHECK(table.admit(1, plain, 5) == join);
    CHECK(table.seal(2, 2).answers.size() == 1);
    CHECK(table.admit(4, plain, 6) == run);
    CHECK(table.admit(2, plain, 7) == AdmissionKind::expired);
  }
  TEST_CASE("a table that may forget nothing refuses until windows are over") {
    OperationsOptions options;
    options.limits.operations_max = 1;
    options.at_limit = AtLimit::refuse;
    Table table{options};
    CHECK(table.admit(1, plain, 1) == run);
    CHECK(table.seal(1, 1).answers.size() == 1);
    CHECK(table.admit(2, plain, 2) == AdmissionKind::full);
    CHECK(table.admit(1, plain, 3) == replay);
    table.now = table.operations.next_deadline().value();
    CHECK(table.admit(2, plain, 4) == run);
  }
  TEST_CASE(
      "outcomes never take more than their bytes; one that does not fit is shown and not kept") {
    OperationsOptions options;
    options.limits.operation_bytes_max = 20;
    Table table{options};
    for (OperationId id = 1; id <= 4; ++id) {
      CHECK(table.admit(id, plain, id) == run);
      CHECK(table.seal(id, id, "ten bytes.").answers.size() == 1);
      CHECK(table.operations.outcome_bytes() <= 20);
    }
    CHECK(table.admit(2, plain, 11) == AdmissionKind::expired);
    CHECK(table.admit(3, plain, 12) == replay);
    CHECK(table.admit(5, plain, 13) == run);
    auto const large = table.seal(5, 13, "more than twenty bytes");
    CHECK(as_text(large.outcome->ret) == "more than twenty bytes");
    CHECK(answers(large) == Answers{{13, OperationAnswer::outcome}});
    CHECK(table.admit(5, plain, 14) == indeterminate);
    CHECK(table.admit(6, plain_idem, 15) == run);
    CHECK(table.seal(6, 15, "more than twenty bytes").answers.size() == 1);
    CHECK(table.admit(6, plain_idem, 16) == run);  // r[retry.duplicate.indeterminate.idem]
    CHECK(table.operations.outcome_bytes() <= 20);
  }
}
