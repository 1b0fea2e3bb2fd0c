#pragma once
#include "conformance/peer/json.hpp"
#include "conformance/peer/term.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The steps of a case, as the reader leaves them: macros expanded, parameters put in, every name
// checked. An item is a template of a frame to send, which fill() completes when the case runs, and
// a pattern is what match() holds a frame of the subject against. Items carry all their fields,
// defaults included.
namespace voxspec {

struct Step;

[[nodiscard]] inline Term root_connection() {
  return {Value{std::uint64_t{0}}};
}

// Prologue and handshake, on a stable conduit its hellos too. `messages` maps a frame's name
// ("transport_hello", "hello", "lets_go", …) to what the case changes of it: for frames that we
// send a merge over the defaults, for frames of the subject a pattern. null in place of a frame
// leaves it out.
struct Establish {
  Json messages = Json::object();
  std::vector<Step> steps;  // the same as plain steps
};

// How the bytes of a send are cut into writes.
struct Write {
  enum class Mode : std::uint8_t { whole, bytewise, split };
  Mode mode = Mode::whole;
  std::vector<std::size_t> split;  // byte offsets at which to cut, rising, none of them 0
};

struct Send {
  std::vector<Template> items;
  bool together = false;  // all items in one write, so that they arrive as one burst
  Write write;
};

// The next frames: in order, or each in any order. Frames whose kind is in `passing` may come
// between. Expectation (expectation.hpp) does the judging.
struct Expect {
  std::vector<Pattern> frames;
  bool any_order = false;
  std::vector<std::string> passing;
  // In any order, and frames that a later step of the case expects may come ahead of it. Items of
  // one channel keep their order.
  bool ahead = false;
};

// What may come between where the case does not say: schemas, which a peer may announce at any time
// ahead of their use, unless the frames themselves are about schemas.
[[nodiscard]] std::vector<std::string> passing_by_default(std::vector<Pattern> const& frames);

// What proves that the subject has processed all that went before: its answer to this.
struct Probe {
  enum class Kind : std::uint8_t { ping, call };
  Kind kind = Kind::ping;
  Term on = root_connection();  // the connection to ask on
};

// No frame that matches one of `frames` comes before the probe is answered.
struct ExpectNone {
  std::vector<Pattern> frames;
  Probe probe;
};

// What the rule asks of a subject that meets a violation.
enum class Reaction : std::uint8_t {
  told,          // a ProtocolError on connection 0
  closed,        // the link ended, in order or by a reset
  not_honoured,  // no normal answer to what we sent
  survived,      // no crash and no hang
};
BOOST_DESCRIBE_ENUM(Reaction, told, closed, not_honoured, survived)

struct ExpectViolation {
  std::vector<Reaction> asks;  // all of these are needed for a pass; never empty
  // A frame that matches one of these is a normal answer. Without a list it is the answer to what
  // was sent last, if that is of a kind that gets answers.
  std::optional<std::vector<Pattern>> honoured;
};

// A way for a link to end, as the case names it.
enum class LinkEnding : std::uint8_t {
  closed,  // in order: end of file between frames, or a WebSocket close frame
  eof,     // end of file between two frames
  reset,   // torn down by the transport
  any,
  mute,  // no end: it stays, and nothing more comes on it for as long as we wait
};
BOOST_DESCRIBE_ENUM(LinkEnding, closed, eof, reset, any, mute)

// A state of the subject's process that a case accepts.
struct ProcessEnding {
  enum class Kind : std::uint8_t { running, exited, signal };
  Kind kind = Kind::running;
  std::optional<int> code;  // exited: the one code that is accepted, any if absent
  bool operator==(ProcessEnding const&) const = default;
};

// The link ends by one of the causes. Frames that come first are judged by `passing`: nothing
// there means that any frame may.
struct ExpectEnd {
  std::vector<LinkEnding> causes;
  std::vector<ProcessEnding> process;  // empty: not judged, but a crash never passes
  std::optional<std::vector<std::string>> passing;
};

// The process ends, with one of the codes; any code if there is none.
struct ExpectExit {
  std::vector<int> codes;
};

// The subject still works: a ping on the root (or on `on`) is answered and, where it serves
// Testbed, an echo with a fresh id.
struct Alive {
  Term on = root_connection();
  bool echo = true;  // false: the ping alone
};

// One way to go on, and what it is worth. Alternatives are told apart by their first expectation.
struct Alternative {
  enum class Worth : std::uint8_t { pass, non_strict, differs, fail };
  std::vector<Step> steps;
  Worth worth = Worth::pass;
  std::string reason;  // required unless it is a pass
};
struct OneOf {
  std::vector<Alternative> alternatives;
};

// Ends our side of the link: in order, or with a reset.
struct Drop {
  bool reset = false;
};
struct HalfClose {};    // ends our sending, goes on reading
struct StopReading {};  // reads no more; the link stands

// Waits for the subject's next dial, or dials it again. The new link takes the name in the step's
// `link`. Without one it takes the place of the first link, which then has to be over.
struct NextLink {};

// From now on nobody listens where the subject dials, until the next link is waited for.
struct RefuseDials {};

// Kills the subject's process and starts it again as it was started, on the same store where the
// case asks for one. The links are lost.
struct Restart {};

// The same steps some times over; the index is already put in, so a round is a list of its own.
// With `times`, a name, only so many rounds are played as its value says; a subject that says more
// than there are rounds cannot be judged by the case.
struct Repeat {
  std::vector<std::vector<Step>> rounds;
  std::optional<Term> times{};
};

struct Wait {
  std::chrono::milliseconds duration{};
  std::string reason;
};

// Gives a name to a value, which is filled when the step runs.
struct Let {
  std::string name;
  Term value;
  Term on = root_connection();  // whose ids are meant, if the value is one
};

// Sends the schemas of one direction of a method, unless this connection already has the binding.
// SchemaLedger (schema_ledger.hpp) says what is to be sent.
struct Announce {
  Term on = root_connection();
  std::string method;     // "Testbed.echo"
  std::string direction;  // "args" or "response"
};

// Has the subject's application do something, over the control channel (docs/control.md).
struct Do {
  std::string verb;            // "call", "cancel", …
  Json with = Json::object();  // the verb's arguments, as the subject gets them
  std::string name;            // by which its reports tell what they are of
};
// What the subject's application saw next of an action.
struct Saw {
  std::string of;  // empty: the last action
  Term pattern;
};

// Waits until what the subject has granted on a channel comes to so many items, in whatever
// portions; the initial credit does not count.
struct AwaitCredit {
  Term on = root_connection();
  Term channel;
  std::uint64_t items = 0;
};

using StepBody =
    std::variant<Establish, Send, Expect, ExpectNone, ExpectViolation, ExpectEnd, ExpectExit, Alive,
                 OneOf, Drop, HalfClose, StopReading, NextLink, RefuseDials, Restart, Repeat, Wait,
                 Let, Announce, AwaitCredit, Do, Saw>;

// One step, with where it stands in the file and, if a macro made it, that macro's name.
struct Step {
  StepBody body;
  std::string pointer;  // a JSON pointer into the file: "/steps/2/repeat/steps/0"
  std::string macro;
  std::string link;  // the link to act on; empty: the one in use
  std::string note;  // a sentence for the reader; never judged
};

}  // namespace voxspec
