// The process that the kill test ends at a random moment: kill_test_child FILE SESSION FIRST_ID
// It resumes the session from the store if it is there, repeats all that the store knows, and then
// admits and seals operations for ever. It writes a line only after the fact:
//   a ID   the admission was acknowledged, the handler would run now
//   s ID   the outcome was shown to the caller
//   x TEXT something that must not be
#include "impl/rpc/operations.hpp"
#include "impl/store/kill_test_payload.hpp"
#include "impl/store/sqlite_store.hpp"

#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

namespace {

using namespace vox;
using namespace vox::rpc;

constexpr int life_s = 30;

[[noreturn]] void fail(std::string const& text) {
  auto const line = "x " + text + "\n";
  [[maybe_unused]] auto const written = write(STDOUT_FILENO, line.data(), line.size());
  std::_Exit(1);
}

// One write a line, so that the reader never sees a mixture.
void say(char what, OperationId id) {
  auto const line = std::string{what} + ' ' + std::to_string(id) + '\n';
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(2);
}

class Child {
 public:
  Child(store::SqliteStore store, SessionIdentity const& session)
      : store_{std::move(store)}, operations_{options(session)} {
    auto known = store_.load(session);
    if (!known) fail(known.error());
    if (known->empty()) return;
    operations_.restore(now_, *known);
    for (auto const& stored : *known)
      repeat(stored);
  }

  // Four operations at a time: the store holds admissions while it seals.
  void run(OperationId id) {
    for (;; id += 4) {
      for (OperationId each = id; each < id + 4; ++each)
        admit(each);
      for (OperationId each = id; each < id + 4; ++each) {
        if (each % 5 == 0) continue;  // stays live, so that it is indeterminate later
        auto const ret = store::kill_test::outcome_of(each);
        if (!operations_.seal(now_, each, token_of(each), ret, nullptr).empty())
          fail("shown before it was stored");
        auto const shown = settle();
        if (shown.answers.size() != 1 || !shown.outcome || shown.outcome->ret != ret)
          fail("not shown");
        say('s', each);
      }
    }
  }

 private:
  static OperationsOptions options(SessionIdentity const& session) {
    OperationsOptions options;
    options.durable = true;
    options.session = session;
    return options;
  }
  static RequestToken token_of(OperationId id) { return id + 1; }

  void repeat(StoredOperation const& stored) {
    auto const arguments = store::kill_test::arguments_of(stored.operation);
    auto const admission =
        operations_.admit(now_, stored.operation, store::kill_test::method, arguments, ++repeats_);
    auto const expected = stored.outcome ? AdmissionKind::replay : AdmissionKind::indeterminate;
    if (admission.kind != expected) fail("a repeat met something else");
  }
  void admit(OperationId id) {
    auto const admission = operations_.admit(now_, id, store::kill_test::method,
                                             store::kill_test::arguments_of(id), token_of(id));
    if (admission.kind != AdmissionKind::run_later) fail("a new operation is not new");
    if (settle().run.size() != 1) fail("not started");
    say('a', id);
  }
  Reaction settle() {
    Reaction last;
    while (auto const request = operations_.poll_store_request()) {
      auto const done = store_.perform(*request);
      if (done.result != StoreResult::stored) fail(done.error);
      last = operations_.stored(now_, done);
    }
    return last;
  }

  store::SqliteStore store_;
  Operations operations_;
  TimePoint now_{};
  RequestToken repeats_ = 1ULL << 60;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // never outlives the test
  alarm(life_s);
  auto store = store::SqliteStore::open(argv[1]);
  if (!store) fail(store.error());
  Child child{std::move(*store),
              store::kill_test::identity_of(std::strtoull(argv[2], nullptr, 10))};
  child.run(std::strtoull(argv[3], nullptr, 10));
}
