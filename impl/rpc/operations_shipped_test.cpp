// Operations as 0.4.0 has them, where it leaves the written specification.
#include "impl/rpc/operations.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <vector>

using namespace vox;
using namespace vox::rpc;

namespace {

constexpr OperationMethod plain{.method = 1};
constexpr OperationMethod other{.method = 9};
constexpr OperationMethod plain_idem{.method = 2, .idempotent = true};
constexpr OperationMethod stream{.method = 3, .has_channels = true};
constexpr OperationMethod persistent{.method = 5, .persistent = true};

using Answers = std::vector<Answer>;

struct Shipped {
  Shipped()
      : operations{[] {
          OperationsOptions options;
          options.rulebook = Rulebook::vox_0_4;
          return options;
        }()} {}

  AdmissionKind admit(OperationId id, OperationMethod const& method, RequestToken token,
                      std::string_view payload = "arguments") {
    return operations.admit(now, id, method, as_bytes(payload), token).kind;
  }
  Answers seal(OperationId id, RequestToken token) {
    auto const reaction = operations.seal(now, id, token, to_bytes(as_bytes("outcome")), nullptr);
    return {reaction.answers.begin(), reaction.answers.end()};
  }
  static Answers answers(Reaction const& reaction) {
    return {reaction.answers.begin(), reaction.answers.end()};
  }

  TimePoint now{};
  Operations operations;
};

constexpr auto outcome = OperationAnswer::outcome;
constexpr auto cancelled = OperationAnswer::cancelled;
constexpr auto indeterminate = OperationAnswer::indeterminate;

}  // namespace

TEST_SUITE("shipped") {
  TEST_CASE("idempotent methods are not tracked, whatever the id stands for") {
    Shipped table;
    CHECK(table.admit(7, plain_idem, 1) == AdmissionKind::run_untracked);
    CHECK(table.admit(7, plain_idem, 2) == AdmissionKind::run_untracked);
    CHECK(table.admit(7, plain, 3) == AdmissionKind::run);
    CHECK(table.admit(7, plain_idem, 4) == AdmissionKind::run_untracked);
    CHECK(table.operations.size() == 1);
  }
  TEST_CASE("what runs is compared, and what is sealed is replayed without") {
    Shipped table;
    CHECK(table.admit(7, plain, 1) == AdmissionKind::run);
    CHECK(table.admit(7, plain, 2) == AdmissionKind::join);
    CHECK(table.admit(7, plain, 3, "others") == AdmissionKind::conflict);
    CHECK(table.admit(7, other, 4) == AdmissionKind::conflict);
    CHECK(table.seal(7, 1) == Answers{{1, outcome}, {2, outcome}});
    CHECK(table.admit(7, plain, 5, "others") == AdmissionKind::replay);
    CHECK(table.admit(7, other, 6) == AdmissionKind::replay);
  }
  TEST_CASE("a cancel ends all, answers the first attempt twice and leaves no record") {
    Shipped table;
    CHECK(table.admit(7, plain, 1) == AdmissionKind::run);
    CHECK(table.admit(7, plain, 3) == AdmissionKind::join);
    auto const reaction = table.operations.cancel(table.now, 7, 3);
    CHECK(Shipped::answers(reaction) == Answers{{1, cancelled}, {3, cancelled}, {1, cancelled}});
    CHECK(reaction.stop.front() == 1);
    CHECK(table.operations.state(7) == OperationState::absent);
    CHECK(table.admit(7, plain, 5) == AdmissionKind::run);
    CHECK(table.operations.drop(table.now, 7, 1).empty());  // the stopped one
    CHECK(table.seal(7, 5) == Answers{{5, outcome}});
  }
  TEST_CASE("a handler that fails: Cancelled, and Indeterminate ever after") {
    Shipped table;
    CHECK(table.admit(7, plain, 1) == AdmissionKind::run);
    CHECK(table.admit(7, plain, 2) == AdmissionKind::join);
    CHECK(Shipped::answers(table.operations.drop(table.now, 7, 1)) ==
          Answers{{1, cancelled}, {2, cancelled}});
    CHECK(table.admit(7, plain, 3) == AdmissionKind::indeterminate);
    CHECK(table.admit(7, plain, 4, "others") == AdmissionKind::indeterminate);
  }
  TEST_CASE("a stream that fails: Indeterminate to the first, Cancelled to the others") {
    Shipped table;
    CHECK(table.admit(7, stream, 1) == AdmissionKind::run);
    CHECK(table.admit(7, stream, 2) == AdmissionKind::join);
    CHECK(Shipped::answers(table.operations.drop(table.now, 7, 1)) ==
          Answers{{1, indeterminate}, {2, cancelled}});
  }
  TEST_CASE(
      "over a resumption plain methods go on with their attempts, and streams are forgotten") {
    Shipped table;
    CHECK(table.admit(7, plain, 1) == AdmissionKind::run);
    CHECK(table.admit(8, stream, 2) == AdmissionKind::run);
    CHECK(table.admit(8, stream, 3) == AdmissionKind::join);
    CHECK(table.operations.disconnect(table.now).empty());
    auto const resumed = table.operations.resume(table.now);
    CHECK(Shipped::answers(resumed) == Answers{{2, indeterminate}});
    CHECK(resumed.stop.front() == 2);
    CHECK(table.admit(8, stream, 4) == AdmissionKind::run);
    CHECK(table.admit(7, plain, 5) == AdmissionKind::join);
    CHECK(table.seal(7, 1) == Answers{{1, outcome}, {5, outcome}});
  }
  TEST_CASE(
      "a persistent method ignores the cancel of its first attempt and mutes one that joined") {
    Shipped table;
    CHECK(table.admit(7, persistent, 1) == AdmissionKind::run);
    CHECK(table.admit(7, persistent, 2) == AdmissionKind::join);
    CHECK(table.operations.cancel(table.now, 7, 1).empty());
    CHECK(table.operations.cancel(table.now, 7, 2).empty());
    CHECK(table.seal(7, 1) == Answers{{1, outcome}});
  }
  TEST_CASE("the tables of a session share its limits, and the oldest outcome of any gives way") {
    OperationsOptions options;
    options.rulebook = Rulebook::vox_0_4;
    options.limits.operations_max = 3;
    options.limits.operation_bytes_max = 100;
    options.budget = std::make_shared<OperationBudget>();
    Operations one{options};
    std::optional<Operations> two{options};
    RequestToken token = 0;
    auto const admit = [&](Operations& table, OperationId id) {
      return table.admit({}, id, plain, as_bytes("arguments"), ++token).kind;
    };
    auto const seal = [&](Operations& table, OperationId id, std::size_t size) {
      static_cast<void>(table.seal({}, id, token, Bytes(size), nullptr));
    };
    for (auto* const table : {&one, &*two}) {
      CHECK(admit(*table, 1) == AdmissionKind::run);
      seal(*table, 1, 40);
    }
    CHECK(admit(*two, 2) == AdmissionKind::run);
    CHECK(admit(*two, 3) == AdmissionKind::run);  // a fourth record
    CHECK(one.phase(1) == OperationPhase::expired);
    CHECK(one.size() == 0);
    CHECK(two->phase(1) == OperationPhase::sealed);
    seal(*two, 3, 70);
    CHECK(two->phase(1) == OperationPhase::expired);
    CHECK(two->outcome_bytes() <= 100);
    CHECK(admit(one, 2) == AdmissionKind::run);
    CHECK(admit(one, 3) == AdmissionKind::run);  // in the place of what was over
    CHECK(admit(one, 4) == AdmissionKind::full);
    two.reset();
    CHECK(options.budget->records == one.size());
    CHECK(options.budget->outcome_bytes == 0);
    CHECK(admit(one, 4) == AdmissionKind::run);
  }
  TEST_CASE("what is over in one table of a session is forgotten with any, and with its table") {
    OperationsOptions options;
    options.rulebook = Rulebook::vox_0_4;
    options.budget = std::make_shared<OperationBudget>();
    Operations one{options};
    std::optional<Operations> two{options};
    for (auto* const table : {&one, &*two}) {
      CHECK(table->admit({}, 1, plain, {}, 1).kind == AdmissionKind::run);
      static_cast<void>(table->drop({}, 1, 1));
    }
    CHECK_FALSE(options.budget->over_in_memory.empty());
    SUBCASE("the time") {
      two->expire(one.next_deadline().value());
      CHECK(one.phase(1) == OperationPhase::expired);
      CHECK(two->phase(1) == OperationPhase::expired);
      CHECK(options.budget->expired_ranges == 2);
      two.reset();
      CHECK(options.budget->expired_ranges == 1);
    }
    SUBCASE("the end") {
      two.reset();
      CHECK(options.budget->over_in_memory.size() == 1);
      CHECK(one.phase(1) == OperationPhase::indeterminate);
    }
  }
  TEST_CASE("the outcome of a persistent method is shown before it is stored") {
    OperationsOptions options;
    options.rulebook = Rulebook::vox_0_4;
    options.durable = true;
    TimePoint const now{};
    Operations operations{options};
    CHECK(operations.admit(now, 7, persistent, {}, 1).kind == AdmissionKind::run_later);
    std::uint64_t asked = 0;
    while (auto const request = operations.poll_store_request())
      asked = request->number;
    CHECK(operations.stored(now, {.number = asked, .operation = 7}).run.size() == 1);
    CHECK(operations.seal(now, 7, 1, to_bytes(as_bytes("outcome")), nullptr).answers.size() == 1);
    CHECK(operations.poll_store_request().has_value());
  }
}
