// Two subjects and nobody between them. The subjects are shells.
#include "conformance/runner/pair_runs.hpp"

#include "conformance/runner/pair_report.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace voxspec;
using namespace std::chrono_literals;
using vox::Role;

std::string null_subject(std::string const& kind) {
  auto const program = Layout::of_this_program().libexec / "voxspec-null-subject";
  return "exec " + program.string() + " " + kind;
}

// Listens and answers with noise.
std::string const listens = null_subject("garbage");
// Sends a payload of four bytes.
std::string const speaks = R"(exec 3<>/dev/tcp/${PEER_ADDR/:/\/}; printf '\4\0\0\0ping' >&3; )";
// The same, and reads something.
std::string const talks = speaks + "head -c1 <&3 >/dev/null; ";

// Does one thing as a server and another as a client.
Subject shell(std::string name, std::string const& server, std::string const& client) {
  Subject subject;
  subject.name = std::move(name);
  subject.spelling = "./" + subject.name;
  subject.command = {
      "bash", "-c",
      "if [ \"$SUBJECT_MODE\" = client ]; then " + client + "; else " + server + "; fi"};
  subject.roles = {Role::initiator, Role::acceptor};
  subject.transports = {"tcp"};
  subject.conduits = {"bare"};
  subject.abilities = {"client-scenarios"};
  return subject;
}

PairResult play(std::string const& server, std::string const& client, PairLimits limits = {},
                std::stop_token const& stop = {}) {
  static std::vector<Subject> subjects;
  subjects = {shell("both", server, client)};
  auto const pairings = pairings_of(subjects, {.scenarios = {"echo"}});
  REQUIRE(pairings.size() == 1);
  StartSlots slots{1};
  return run_pair(pairings.front(), limits, stop, slots);
}

}  // namespace

TEST_CASE("a client that ends with 0 passes, and was told what to do") {
  auto const result =
      play(listens, talks + "echo \"$CLIENT_SCENARIO $PEER_ADDR $SPEC_CONDUIT\"; exit 0");
  CHECK(result.reason == "");
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.client_output.find("echo 127.0.0.1:") != std::string::npos);
  CHECK(result.client_output.find(" bare\n") != std::string::npos);
  CHECK(result.tapes.size() == 1);
}

TEST_CASE("a client that ends with 0 has to have spoken, and its server, too") {
  CHECK(play(listens, "exit 0").reason == "the client ended with 0 and said nothing at all");
  auto const alone = play(null_subject("hang"), speaks + "sleep 0.3; exit 0");
  CHECK(alone.reason == "the client ended with 0, but the server said nothing at all");
}

TEST_CASE("a client that ends otherwise fails, with how it ended") {
  auto const exited = play(listens, "exit 3");
  CHECK(exited.verdict == Verdict::fail);
  CHECK(exited.reason == "the client exited with code 3");
  auto const killed = play(listens, "kill -SEGV $$");
  CHECK(killed.verdict == Verdict::fail);
  CHECK(killed.reason == "the client was killed by signal 11 (SIGSEGV)");
}

TEST_CASE("a client that does not end fails in time") {
  auto const result = play(listens, "exec sleep 100", {.start = 20s, .scenario = 50ms});
  CHECK(result.verdict == Verdict::fail);
  CHECK(result.reason.find("did not end within") != std::string::npos);
  CHECK(result.wall < 10s);
}

TEST_CASE("a server that crashes fails what its client takes for a success") {
  auto const result = play("echo LISTEN_ADDR=127.0.0.1:1; kill -ABRT $$", "sleep 0.3; exit 0");
  CHECK(result.verdict == Verdict::fail);
  CHECK(result.reason.find("but the server was killed by signal 6") != std::string::npos);
}

TEST_CASE("a server that never listens is named") {
  auto const ended = play("exit 0", "exit 0");
  CHECK(ended.verdict == Verdict::fail);
  CHECK(ended.reason.starts_with("the server: "));
  auto const silent = play("exec sleep 100", "exit 0", {.start = 50ms, .scenario = 20s});
  CHECK(silent.reason.find("did not say where it listens") != std::string::npos);
}

TEST_CASE("a program that is not there says nothing of the two") {
  std::vector<Subject> subjects{shell("gone", listens, "exit 0")};
  subjects.front().command = {"./nothing-here"};
  StartSlots slots{1};
  auto const result =
      run_pair(pairings_of(subjects, {.scenarios = {"echo"}}).front(), {}, {}, slots);
  CHECK(result.verdict == Verdict::not_run);
  CHECK(result.reason.find("nothing-here") != std::string::npos);
}

TEST_CASE("each end of a Unix socket has its payloads framed as it frames its own") {
  // The server frames by lengths alone, and wants exactly these bytes.
  std::string const server = R"PY(exec python3 -c '
import os, socket
at = socket.socket(socket.AF_UNIX)
at.bind(os.environ["LISTEN_PATH"])
at.listen()
print("LISTEN_ADDR=local://" + os.environ["LISTEN_PATH"], flush=True)
link = at.accept()[0]
if link.recv(8, socket.MSG_WAITALL) == b"\4\0\0\0ping": link.sendall(b"\4\0\0\0pong")
link.recv(1)
')PY";
  // The client has a count of file descriptors behind each length.
  std::string const client = R"PY(exec python3 -c '
import os, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect(os.environ["PEER_ADDR"].removeprefix("local://"))
link.sendall(b"\4\0\0\0\0\0\0\0ping")
sys.exit(link.recv(12, socket.MSG_WAITALL) != b"\4\0\0\0\0\0\0\0pong")
')PY";
  std::vector<Subject> subjects{shell("counts", "exit 0", client),
                                shell("plain", server, "exit 0")};
  for (auto& subject : subjects)
    subject.transports = {"local"};
  subjects[0].roles = {Role::initiator};
  subjects[0].counts_descriptors = true;
  subjects[1].abilities.clear();
  auto const pairings = pairings_of(subjects, {.scenarios = {"echo"}});
  REQUIRE(pairings.size() == 1);
  StartSlots slots{1};
  auto const result = run_pair(pairings.front(), {}, {}, slots);
  CHECK(result.reason == "");
  CHECK(result.verdict == Verdict::pass);
}

TEST_CASE("a stop ends both at once") {
  std::stop_source const stop;
  stop.request_stop();
  auto const result = play(listens, "exec sleep 100", {}, stop.get_token());
  CHECK(result.verdict == Verdict::not_run);
  CHECK(result.reason.find("stopped") != std::string::npos);
}

TEST_CASE("only what both claim is played, and only by those who play") {
  auto one = shell("one", listens, "exit 0");
  auto two = shell("two", listens, "exit 0");
  one.transports = {"tcp", "ws"};
  two.transports = {"ws", "local"};
  two.abilities.clear();
  std::vector<Subject> const subjects{one, two};
  PairSelection const all{.scenarios = {"echo", "reverse"}};
  // With itself on both of its transports, with the other on the common one.
  CHECK(pairings_of(subjects, all).size() == 6);
  CHECK(pairings_of(subjects, {.scenarios = {"echo"}, .transports = {"tcp"}}).size() == 1);
  CHECK(pairings_of(subjects, {.scenarios = {"echo"}, .conduits = {"stable"}}).empty());
}

TEST_CASE("the report shows who passed, and joins failures with one reason") {
  PairReport report{.version = "1", .subjects = {shell("a", "", ""), shell("b<", "", "")}};
  auto const add = [&](std::size_t client, std::size_t server, char const* scenario,
                       Verdict verdict) {
    report.results.push_back(
        {.pairing = {.client = &report.subjects[client],
                     .server = &report.subjects[server],
                     .conduit = "bare",
                     .scenario = scenario},
         .verdict = verdict,
         .reason = verdict == Verdict::pass ? "" : "the client exited with code 1",
         .client_output = verdict == Verdict::pass ? "" : "no answer\n"});
  };
  add(0, 1, "echo", Verdict::pass);
  add(0, 1, "reverse", Verdict::fail);
  add(0, 1, "divide_zero", Verdict::fail);
  auto const text = pair_text(report, {});
  CHECK(text.find("1/3") != std::string::npos);
  CHECK(text.find("scenarios  reverse, divide_zero\n") != std::string::npos);
  CHECK(text.find("again      voxspec interop ./a './b<' --client a --server 'b<' --transports tcp "
                  "--conduits bare --scenarios reverse\n") != std::string::npos);
  CHECK(text.find("3 played: 1 pass, 2 fail\n") != std::string::npos);
  auto const json = pair_json(report);
  CHECK(json["totals"]["fail"] == 2);
  CHECK(json["results"][1]["reason"] == "the client exited with code 1");
  auto const html = pair_html(report);
  CHECK(html.find("b&lt;") != std::string::npos);
  CHECK(html.find("b<") == std::string::npos);
  // Only where they differ.
  CHECK(text.find("dialects") == std::string::npos);
  report.subjects[1].dialect = vox::Dialect::vox_0_5;
  CHECK(
      pair_text(report, {}).find("  dialects   the client speaks vox_0_4, the server vox_0_5\n") !=
      std::string::npos);
  CHECK(pair_json(report)["subjects"][1]["dialect"] == "vox_0_5");
}
