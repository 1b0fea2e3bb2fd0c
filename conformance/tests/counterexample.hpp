#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/testing/property.hpp"
#include "conformance/tests/link_record.hpp"
#include "impl/wire/bytes.hpp"
#include "spec/assert.hpp"
#include "spec/clause.hpp"

#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

// Counterexamples as traces. A property that does not hold shows what went over the link, shrunk to
// as little as still refutes it, as a trace: we say what the peer of the session said, and expect
// what the session answered. It loads and replays like any other,
//   voxspec replay FILE --subject rust
// and passes for a subject that answers as our session did, so that one sees whether they share
// what was found. Set VOXSPEC_COUNTEREXAMPLES to a folder to have the files written there.
namespace voxspec::test {

// The record as a trace: the peer's part to play, the session's part to expect.
[[nodiscard]] Json trace_of(LinkRecord const& record, std::string const& about,
                            std::vector<vox::Clause> const& clauses);

// A payload as a frame of a trace.
[[nodiscard]] Json frame_of(vox::ByteView payload);

// How a property does not hold.
struct Broken {
  std::string why;
  LinkRecord record;
};

struct Refutation {
  Json trace;
  std::string note;  // why, and how to see it again
};

// Looks for arguments for which the property gives a Broken.
template <class... Args, class Property>
std::optional<Refutation> refute(std::string const& about, std::vector<vox::Clause> const& clauses,
                                 Property const& property) {
  // What fails last is what shrinking ends with.
  std::optional<Broken> broken;
  auto const result = rc::detail::checkTestable([&](Args const&... args) {
    auto found = property(args...);
    if (!found) return;
    broken = std::move(found);
    RC_FAIL(broken->why);
  });
  if (!broken) {
    VOX_ASSERT(result.template is<rc::detail::SuccessResult>());
    return std::nullopt;
  }
  std::ostringstream note;
  rc::detail::printResultMessage(result, note);
  note << '\n' << seed_note();
  return Refutation{.trace = trace_of(broken->record, "Refutes: " + about, clauses),
                    .note = note.str()};
}

// Fails the test, shows the trace and, if asked to, keeps it as a file.
void show(std::string const& about, Refutation const& refutation);

// Fails the test if the property gives a Broken for any arguments.
template <class... Args, class Property>
void holds_or_trace(std::string const& about, std::vector<vox::Clause> const& clauses,
                    Property const& property) {
  if (auto const refutation = refute<Args...>(about, clauses, property)) show(about, *refutation);
}

}  // namespace voxspec::test
