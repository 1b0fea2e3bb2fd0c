#include "conformance/trace/trace_keys.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <array>

namespace voxspec {
namespace {

constexpr std::array file_keys{
    TraceKey{"$schema", "text", "Where the JSON Schema of traces is, for editors"},
    TraceKey{"version", "version",
             "The version of the trace language; 1, also where it is missing"},
    TraceKey{"about", "text", "The claim in one sentence, true of every peer that conforms", true},
    TraceKey{"rules", "rules", "The clauses that the verdict is about, as connection.open/2", true},
    TraceKey{"peer", "peer", "What we play; the subject is the other side"},
    TraceKey{"subject", "subject", "How the subject is started; serving, where it is missing"},
    TraceKey{"dialects", "dialects",
             "The dialects that the case makes sense in; any, where it is missing"},
    TraceKey{"needs", "names", "Abilities without which the case says nothing of a subject"},
    TraceKey{"with", "rows", "Parameters: each row makes a case of its own"},
    TraceKey{"slow", "boolean", "The case needs real seconds"},
    TraceKey{"hostile", "boolean", "The case may kill a weak peer; it runs last, on its own"},
    TraceKey{"steps", "steps", "What happens, in order", true},
    TraceKey{"case", "text", "In a recording: the id of the case it was made of"},
    TraceKey{"result", "object", "In a recording: what came of it"},
};
constexpr std::array peer_keys{
    TraceKey{"role", "role", "The role that we play; both makes two cases", true},
    TraceKey{"conduit", "conduit", "The conduit; bare, where it is missing"},
    TraceKey{"transports", "transports",
             "The transports that the case makes sense on; any, where "
             "it is missing"},
};
constexpr std::array subject_keys{
    TraceKey{"client", "text", "The scenario that the subject runs as a client"},
    TraceKey{"env", "environment", "What is added to its environment"},
    TraceKey{"store", "boolean", "true: STORE_PATH names a fresh place to store what has to last"},
};
constexpr std::array row_keys{
    TraceKey{"row", "text", "The row's name, which becomes part of the case's id", true},
};
constexpr std::array establish_keys{
    TraceKey{"transport_hello", "frame_change", "The initiator's first payload"},
    TraceKey{"transport_accept", "frame_change", "The acceptor's answer"},
    TraceKey{"hello", "frame_change", "The initiator's handshake"},
    TraceKey{"hello_yourself", "frame_change", "The acceptor's handshake"},
    TraceKey{"lets_go", "frame_change", "The initiator's consent"},
    TraceKey{"client_hello", "frame_change", "The initiator's hello on a stable conduit"},
    TraceKey{"server_hello", "frame_change", "The acceptor's hello on a stable conduit"},
};
constexpr std::array split_keys{
    TraceKey{"split", "numbers", "The byte offsets at which the written bytes are cut", true},
};
constexpr std::array probe_keys{
    TraceKey{"kind", "probe_kind", "What is asked: a ping or a call of echo", true},
    TraceKey{"on", "id", "The connection to ask on; the root, where it is missing"},
};
constexpr std::array violation_keys{
    TraceKey{"asks", "reactions", "What the rule asks for; all four, where it is missing"},
    TraceKey{
        "honoured", "patterns",
        "Frames that would be a normal answer; that to what was sent last, where it is missing"},
};
constexpr std::array process_keys{
    TraceKey{"exited", "integer", "It exited by itself with this code", true},
};
constexpr std::array alive_keys{
    TraceKey{"on", "id", "The connection to ask on; the root, where it is missing"},
    TraceKey{"echo", "boolean", "false: only the ping, no call"},
};
constexpr std::array alternative_keys{
    TraceKey{"steps", "steps", "What happens in this alternative", true},
    TraceKey{"verdict", "worth", "What it is worth; pass, where it is missing"},
    TraceKey{"reason", "text", "Why it is not a pass"},
};
constexpr std::array drop_keys{
    TraceKey{"reset", "boolean", "true: with a reset in place of an end in order"},
};
constexpr std::array<TraceKey, 0> no_keys{};
constexpr std::array repeat_keys{
    TraceKey{"times", "number", "How many times: a number, or a name whose value it is", true},
    TraceKey{"at_most", "count", "Beside a name: how many rounds the case has at most"},
    TraceKey{"as", "text", R"(The parameter that counts 1, 2, 3 …; "i", where it is missing)"},
    TraceKey{"steps", "steps", "What is repeated", true},
};
constexpr std::array wait_keys{
    TraceKey{"ms", "count", "Milliseconds", true},
    TraceKey{"reason", "text", "Why the case cannot do without", true},
};
constexpr std::array announce_keys{
    TraceKey{"on", "id", "The connection; the root, where it is missing"},
    TraceKey{"method", "text", "The method, as echo or Testbed.echo", true},
    TraceKey{"direction", "direction", "Which half of it; args, where it is missing"},
};
constexpr std::array call_keys{
    TraceKey{"on", "text", "The subject's name of the connection; root, where it is missing"},
    TraceKey{"method", "text", "The method of Testbed", true},
    TraceKey{"args", "list", R"(The arguments, in order; a channel is {"channel": name})"},
};
constexpr std::array cancel_keys{
    TraceKey{"call", "text", "The call's name", true},
};
constexpr std::array open_keys{
    TraceKey{"max_concurrent_requests", "count",
             "The limit that it gives; 64, where it is missing"},
    TraceKey{"to_join", "boolean", "It serves nothing and is to be joined with another one"},
};
constexpr std::array answer_next_keys{
    TraceKey{"with", "answer", "What it does with the next connection that we open", true},
    TraceKey{"to", "text", "For join: the subject's name of the connection that it is joined with"},
};
constexpr std::array on_connection_keys{
    TraceKey{"on", "text", "The subject's name of the connection; root, where it is missing"},
};
constexpr std::array send_items_keys{
    TraceKey{"channel", "text", "The channel's name", true},
    TraceKey{"items", "list", "The items, in order", true},
    TraceKey{"times", "count", "How many times over it sends them; once, where it is missing"},
};
constexpr std::array take_keys{
    TraceKey{"channel", "text", "The channel's name", true},
    TraceKey{"count", "count", "How many items it takes, or fewer where the channel ends", true},
};
constexpr std::array on_channel_keys{
    TraceKey{"channel", "text", "The channel's name", true},
};
// The verbs; what stands behind one is a table of its own.
constexpr std::array verb_keys{
    TraceKey{"call", "do_call", "Calls a method"},
    TraceKey{"cancel", "do_cancel", "Gives up a call that has no answer yet"},
    TraceKey{"open", "do_open", "Opens a virtual connection, which gets the action's name"},
    TraceKey{"answer_next", "do_answer_next", "Decides about the next connection that we open"},
    TraceKey{"close", "do_close", "Closes a connection"},
    TraceKey{"drop", "do_drop", "Lets go of the last caller of a connection"},
    TraceKey{"send", "do_send", "Sends items on a channel"},
    TraceKey{"take", "do_take", "Takes items from a channel"},
    TraceKey{"end", "do_end", "Closes the end that sends, or lets go of the one that receives"},
};
constexpr std::array credit_keys{
    TraceKey{"on", "id", "The connection; the root, where it is missing"},
    TraceKey{"channel", "id", "The channel that we send on", true},
    TraceKey{"items", "count", "How many items the grants have to come to, all in all", true},
};
constexpr std::array record_keys{
    TraceKey{"at_us", "number", "Microseconds since the case began"},
    TraceKey{"sent", "value", "What we sent, decoded"},
    TraceKey{"received", "value", "What we received, decoded"},
    TraceKey{"hex", "hex", "Its bytes"},
    TraceKey{"raw", "boolean", "true: written without framing"},
    TraceKey{"link", "text", "The link's name"},
    TraceKey{"problem", "text", "Why it could not be decoded"},
};

constexpr std::array tables{
    KeyTable{"file", file_keys, "A trace"},
    KeyTable{"peer", peer_keys, "What we play"},
    KeyTable{"subject", subject_keys, "How the subject is started"},
    KeyTable{"row", row_keys, "One row of parameters; any other key is a parameter"},
    KeyTable{"establish", establish_keys, "What the case changes of a frame, by the frame's kind"},
    KeyTable{"split", split_keys, "Cuts what is written"},
    KeyTable{"probe", probe_keys, "What proves that the rest was processed"},
    KeyTable{"violation", violation_keys, "What the subject has to do"},
    KeyTable{"exited", process_keys, "A process that ended"},
    KeyTable{"alive", alive_keys, "Where and how to ask"},
    KeyTable{"alternative", alternative_keys, "One way to go on"},
    KeyTable{"drop", drop_keys, "How our side ends"},
    KeyTable{"nothing", no_keys, "An empty object"},
    KeyTable{"repeat", repeat_keys, "Steps and how often"},
    KeyTable{"wait", wait_keys, "How long, and why"},
    KeyTable{"announce", announce_keys, "Whose schemas"},
    KeyTable{"credit", credit_keys, "How much credit on which channel"},
    KeyTable{"record", record_keys, "One frame of a recording"},
    KeyTable{"do", verb_keys, "What the subject's application does: one of these"},
    KeyTable{"do_call", call_keys, "A call"},
    KeyTable{"do_cancel", cancel_keys, "Which call"},
    KeyTable{"do_open", open_keys, "How the connection is opened"},
    KeyTable{"do_answer_next", answer_next_keys, "The answer"},
    KeyTable{"do_close", on_connection_keys, "Which connection"},
    KeyTable{"do_drop", on_connection_keys, "Which connection"},
    KeyTable{"do_send", send_items_keys, "Which items, and where"},
    KeyTable{"do_take", take_keys, "How many items, and where"},
    KeyTable{"do_end", on_channel_keys, "Which channel"},
};

constexpr std::array send_beside{
    TraceKey{"together", "boolean", "true: all items in one write"},
    TraceKey{"write", "write", "How the bytes are cut into writes"},
};
constexpr std::array expect_beside{
    TraceKey{"any_order", "boolean", "true: the frames may come in any order"},
    TraceKey{"ahead", "boolean",
             "true: in any order, and frames that later steps expect may come ahead of them"},
    TraceKey{"passing", "frame_kinds",
             "Kinds of frames that may come between; schema, where it is missing"},
};
constexpr std::array expect_none_beside{
    TraceKey{"probe", "probe",
             "How it is proved that nothing came; by a ping, where it is missing"},
};
constexpr std::array expect_end_beside{
    TraceKey{"process", "process", "How the subject's process may stand"},
    TraceKey{"passing", "frame_kinds",
             "Kinds of frames that may come first; any, where it is "
             "missing"},
};
constexpr std::array let_beside{
    TraceKey{"be", "value", "The value that gets the name", true},
    TraceKey{"on", "id", "The connection whose id it is; the root, where it is missing"},
};

constexpr std::array do_beside{
    TraceKey{"as", "text", "The action's name; one of its own, where it is missing"},
};
constexpr std::array saw_beside{
    TraceKey{"of", "text", "The action's name; the last one, where it is missing"},
};

constexpr std::array kinds{
    StepKind{"establish", "establish", "Prologue and handshake, with what the case changes of them",
             no_keys},
    StepKind{"send", "items", "Sends one item or several", send_beside},
    StepKind{"expect", "patterns", "The next frames", expect_beside},
    StepKind{"expect_none", "patterns", "No such frame comes before a probe is answered",
             expect_none_beside},
    StepKind{"expect_violation", "violation",
             "The subject treats what we sent as a violation of the protocol", no_keys},
    StepKind{"expect_end", "ends", "The link ends, in one of these ways, or stays mute",
             expect_end_beside},
    StepKind{"expect_exit", "exit", "The subject's process ends, with one of these codes", no_keys},
    StepKind{"alive", "alive", "The subject still works", no_keys},
    StepKind{"one_of", "alternatives", "One of several ways to go on", no_keys},
    StepKind{"drop", "drop", "Ends our side of the link", no_keys},
    StepKind{"half_close", "nothing", "Ends our sending and goes on reading", no_keys},
    StepKind{"stop_reading", "nothing", "Reads no more; the link stands", no_keys},
    StepKind{"next_link", "nothing", "Waits for the subject's next dial, or dials it again",
             no_keys},
    StepKind{"refuse_dials", "nothing",
             "Refuses the subject's dials until the next link is waited for", no_keys},
    StepKind{"restart", "nothing", "Kills the subject's process and starts it again", no_keys},
    StepKind{"repeat", "repeat", "The same steps some times over", no_keys},
    StepKind{"wait", "wait", "Lets time go by; in slow cases only", no_keys},
    StepKind{"let", "text", "Gives a name to a value", let_beside},
    StepKind{"announce", "announce", "Sends the schemas of a method, unless they were sent",
             no_keys},
    StepKind{"do", "do", "Has the subject's application do something, over the control channel",
             do_beside},
    StepKind{"saw", "value", "What the subject's application saw of an action", saw_beside},
    StepKind{"await_credit", "credit", "Waits until the subject has granted so many items",
             no_keys},
};

constexpr std::array common_keys{
    TraceKey{"link", "text", "The link to act on, where there are several"},
    TraceKey{"note", "text", "A sentence for the reader"},
    TraceKey{"frames", "records", "In a recording: the frames that went by"},
};

constexpr std::array<std::string_view, 3> roles{"initiator", "acceptor", "both"};
constexpr std::array<std::string_view, 2> conduits{"bare", "stable"};
constexpr std::array<std::string_view, 4> transports{"tcp", "local", "ws", "stdio"};
constexpr std::array<std::string_view, 4> reactions{"told", "closed", "not_honoured", "survived"};
constexpr std::array<std::string_view, 5> ends{"closed", "eof", "reset", "any", "mute"};
constexpr std::array<std::string_view, 2> probes{"ping", "call"};
constexpr std::array<std::string_view, 4> worths{"pass", "non_strict", "differs", "fail"};
constexpr std::array<std::string_view, 2> directions{"args", "response"};
constexpr std::array<std::string_view, 3> processes{"running", "exited", "signal"};
constexpr std::array<std::string_view, 2> writes{"whole", "bytewise"};

constexpr std::array<std::string_view, 3> answers{"accept", "reject", "join"};

std::array const lists{
    WordList{"role", roles},
    WordList{"conduit", conduits},
    WordList{"dialect", dialect_words()},
    WordList{"transport", transports},
    WordList{"reaction", reactions},
    WordList{"end", ends},
    WordList{"probe_kind", probes},
    WordList{"worth", worths},
    WordList{"direction", directions},
    WordList{"process_word", processes},
    WordList{"write_word", writes},
    WordList{"answer", answers},
};

}  // namespace

std::span<KeyTable const> key_tables() {
  return tables;
}

KeyTable const& key_table(std::string_view name) {
  auto const* const found = std::ranges::find(tables, name, &KeyTable::name);
  VOX_ASSERT(found != tables.end());
  return *found;
}

std::vector<std::string_view> key_names(std::string_view table) {
  std::vector<std::string_view> names;
  for (auto const& key : key_table(table).keys)
    names.push_back(key.name);
  return names;
}

std::span<StepKind const> step_kinds() {
  return kinds;
}

StepKind const* find_step_kind(std::string_view name) {
  auto const* const found = std::ranges::find(kinds, name, &StepKind::name);
  return found == kinds.end() ? nullptr : &*found;
}

std::span<TraceKey const> common_step_keys() {
  return common_keys;
}

std::span<WordList const> word_lists() {
  return lists;
}

std::span<std::string_view const> words(std::string_view list) {
  auto const* const found = std::ranges::find(lists, list, &WordList::name);
  VOX_ASSERT(found != lists.end());
  return found->words;
}

}  // namespace voxspec
