// The search against a fake subject that does one wrong thing: it has to be found and made short.
#include "conformance/explore/comparison.hpp"
#include "conformance/explore/search.hpp"
#include "conformance/explore/shrink.hpp"
#include "conformance/testing/fake_subject.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

namespace voxspec::explore {
namespace {

// As much of the model as the fake plays.
constexpr char const* small_model = R"({
  "settings": [{"setting": "plain"}],
  "define": {"offer": {"connection_settings": {"parity": "odd", "max_concurrent_requests": 64},
    "metadata": [{"key": "vox-service", "value": "Testbed"}]}},
  "rows": [
    {"row": "establish", "about": "A session comes about", "clauses": ["session.handshake/1"],
     "in": ["fresh"], "steps": [{"establish": {}}],
     "effect": [{"phase": "up"}, {"add": {"is": "connection", "id": 0, "state": "open"}}]},
    {"row": "ping", "about": "A ping is answered", "clauses": ["session.keepalive/4"],
     "in": ["up"], "pick": {"n": [1, 2, 3]},
     "steps": [{"send": {"ping": {"nonce": {"$": "n"}}}}, {"expect": [{"pong": {"nonce": {"$": "n"}}}]}]},
    {"row": "open", "about": "An open is accepted", "clauses": ["connection.open/3"],
     "in": ["up"], "pick": {"c": {"fresh": "connection"}},
     "steps": [{"send": {"on": {"$": "c"}, "connection_open": {"$": "offer"}}},
       {"expect": [{"on": {"$": "c"}, "connection_accept": {}}]}],
     "effect": [{"add": {"is": "connection", "id": {"$": "c"}, "state": "open", "virtual": true}}]},
    {"row": "unopened", "about": "A message on an id that was never opened is a violation",
     "clauses": ["connection.open/5"], "in": ["up"],
     "steps": [{"send": {"on": {"ours": 9}, "request_cancel": {"id": 1}}}], "violation": {}}
  ]
})";

Model small() {
  Model model;
  auto const added = add_to_model(model, small_model, "small");
  REQUIRE_MESSAGE(added.has_value(), text(added.error()));
  return model;
}

Subject claims() {
  Subject subject;
  subject.name = "fake";
  subject.roles = {vox::Role::acceptor};
  subject.transports = {"tcp"};
  subject.conduits = {"bare"};
  subject.abilities = {"testbed", "inbound-connections"};
  return subject;
}

class FakeStage final : public Stage {
 public:
  explicit FakeStage(test::Habits habits) : habits_{habits} {}

  std::expected<std::chrono::milliseconds, NoLink> preflight(RunOptions const&) override {
    return std::chrono::milliseconds{};
  }
  Performance perform(Case const& trace, LinkPlan const&, RunOptions const& options) override {
    boost::asio::io_context context;
    test::FakePort port{context, habits_};
    return {.result = run_case(context, trace, port, options), .output = {}};
  }
  [[nodiscard]] std::size_t parallel_max() const override { return 2; }
  [[nodiscard]] std::string place() const override { return "here"; }

 private:
  test::Habits habits_;
};

Model whole_model() {
  auto model = load_model("conformance/explore/model");
  REQUIRE_MESSAGE(model.has_value(), text(model.error()));
  return *std::move(model);
}

SearchSettings brief() {
  SearchSettings settings;
  settings.sequences = 40;
  settings.run.jobs = 2;
  settings.run.options = test::impatient();
  return settings;
}

SearchResult search_in(test::Habits habits, SearchSettings const& settings = brief()) {
  auto const model = small();
  auto const subject = claims();
  FakeStage stage{habits};
  return search(model, {.subject = &subject, .stage = &stage}, std::nullopt, settings);
}

std::vector<std::string> rows_of(Model const& model, Finding const& finding) {
  std::vector<std::string> names;
  for (auto const& move : finding.conversation.moves)
    names.push_back(model.rows[move.row].name);
  return names;
}

}  // namespace

TEST_CASE("A subject that does nothing wrong has no findings, and every row is reached") {
  auto const result = search_in({});
  CHECK(result.findings.empty());
  CHECK(result.unrepeated.empty());
  CHECK(result.tally.played == 40);
  CHECK(result.tally.not_run == 0);
  REQUIRE(result.playable.size() == 4);
  CHECK(std::ranges::all_of(result.playable, [&](auto row) { return result.reached[row] > 0; }));
  CHECK(result.states.size() >= 4);
}

TEST_CASE("r[session.keepalive] a wrong nonce is found, and the shortest case has the ping alone") {
  auto const result = search_in({.nonce_off_by = 1});
  auto const model = small();
  REQUIRE_FALSE(result.findings.empty());
  auto const at = std::ranges::find(result.findings, model.row("ping"),
                                    [](Finding const& each) { return each.cause.row; });
  REQUIRE(at != result.findings.end());
  CHECK(rows_of(model, *at) == std::vector<std::string>{"establish", "ping"});
  CHECK(at->conversation.moves.back().choices == Choices{0});
  CHECK(at->verdict == Verdict::fail);

  auto const document = case_file(model, *at);
  CHECK(document["about"] == "A ping is answered");
  CHECK(document["rules"] == Json::array({"session.keepalive/4"}));
  auto const read = parse_trace(document.dump(), "found.json");
  REQUIRE_MESSAGE(read.has_value(), text(read.error()));
}

TEST_CASE("r[connection.open] a violation that is ignored is found where it is ignored") {
  auto const result = search_in({.at_violation = test::AtViolation::ignores});
  auto const model = small();
  REQUIRE(result.findings.size() == 1);
  auto const& finding = result.findings.front();
  CHECK(model.rows[finding.cause.row].name == "unopened");
  CHECK(rows_of(model, finding) == std::vector<std::string>{"establish", "unopened"});
  CHECK(finding.count >= 1);
  CHECK_FALSE(finding.is_known);
}

TEST_CASE("A finding whose clause is known to be broken counts apart") {
  auto settings = brief();
  settings.known = {vox::Clause{"connection.open/5"}};
  auto const result = search_in({.at_violation = test::AtViolation::ignores}, settings);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings.front().is_known);
  CHECK(result.tally.known == 1);
}

TEST_CASE("Two subjects that do the same differ in nothing, others in what they say") {
  auto const model = small();
  auto const subject = claims();
  FakeStage right{{}};
  FakeStage same{{}};
  FakeStage other{{.rejects_opens = true}};
  auto settings = brief();
  settings.make.manner = Manner::comparing;
  settings.shrink_questions_max = 4;  // each takes its pauses
  Side const side{.subject = &subject, .stage = &right};
  auto const equal = search(model, side, Side{&subject, &same}, settings);
  CHECK(equal.findings.empty());
  auto const unequal = search(model, side, Side{&subject, &other}, settings);
  REQUIRE_FALSE(unequal.findings.empty());
  for (auto const& finding : unequal.findings) {
    auto const rows = rows_of(model, finding);
    CHECK(std::ranges::find(rows, "open") != rows.end());
    CHECK(finding.difference.find("\nfake:\n") != std::string::npos);
  }
}

TEST_CASE("Two subjects that do the same at different speeds differ in nothing") {
  auto const model = small();
  auto const subject = claims();
  FakeStage at_once{{.at_violation = test::AtViolation::resets}};
  FakeStage later{{.at_violation = test::AtViolation::resets_later}};
  auto settings = brief();
  settings.make.manner = Manner::comparing;
  settings.shrink_questions_max = 4;  // each takes its pauses
  auto const result = search(model, Side{&subject, &at_once}, Side{&subject, &later}, settings);
  CHECK(result.findings.empty());
  REQUIRE_MESSAGE(!result.unrepeated.empty(), result.hindrance);
  CHECK(result.unrepeated.front().count >= 1);
}

TEST_CASE("Two subjects of which one alone ends the link differ") {
  auto const model = small();
  auto const subject = claims();
  FakeStage at_once{{.at_violation = test::AtViolation::resets}};
  FakeStage never{
      {.at_violation = test::AtViolation::resets_later, .resets_after = std::chrono::hours{1}}};
  auto settings = brief();
  settings.make.manner = Manner::comparing;
  settings.shrink_questions_max = 4;  // each takes its pauses
  CHECK_FALSE(
      search(model, Side{&subject, &at_once}, Side{&subject, &never}, settings).findings.empty());
}

TEST_CASE("Moves that the state does not allow are left out when others are dropped") {
  auto const model = small();
  Conversation conversation;
  conversation.moves = {{.row = model.row("ping"), .choices = {1}},
                        {.row = model.row("establish"), .choices = {}},
                        {.row = model.row("ping"), .choices = {1}},
                        {.row = model.row("establish"), .choices = {}}};
  Conversation kept;
  auto const script = script_of(model, conversation, Manner::judging, &kept);
  REQUIRE(script.has_value());
  CHECK(kept.moves.size() == 2);
  CHECK(script->move_of("/steps/0") == 0);
  CHECK(script->move_of("/steps/2/expect/0") == 1);
  CHECK_FALSE(script->move_of("/steps/99").has_value());
}

TEST_CASE("A smaller conversation is one less something") {
  auto const model = small();
  Conversation conversation;
  conversation.transport = "ws";
  conversation.moves = {{.row = 0, .choices = {}}, {.row = 1, .choices = {2}, .probe = true}};
  for (auto const& each : smaller(model, conversation))
    CHECK(each != conversation);
  auto const least = shrink(
      model, conversation, [](Conversation const& each) { return each.moves.size() == 2; }, 100);
  CHECK(least.transport == "tcp");
  CHECK(least.moves.back() == Move{.row = 1, .choices = {0}});
}

TEST_CASE("Reasons that differ in numbers alone are one") {
  CHECK(without_numbers("the Pong to 77 on connection 0") == "the Pong to # on connection #");
  CHECK(without_numbers("got 0x12ab, 00ff02") == "got #, #");
  CHECK(without_numbers("no deed, added") == "no deed, added");
}

TEST_CASE("The same seed makes the same conversations") {
  auto const subject = claims();
  auto const model = whole_model();
  Generator one{model, subject, {.seed = 7}};
  Generator other{model, subject, {.seed = 7}};
  for (int i = 0; i < 50; ++i)
    CHECK(one.next() == other.next());
}

namespace {

// Claims all that the model asks for.
Subject able_in(Dialect dialect) {
  Subject able = claims();
  able.roles = {vox::Role::initiator, vox::Role::acceptor};
  able.conduits = {"bare", "stable"};
  able.abilities = {"testbed",
                    "inbound-connections",
                    "outbound-connections",
                    "refuses-connections",
                    "keepalive",
                    "reconnects",
                    "resumes",
                    "client-scenarios",
                    "many-links"};
  able.speak(dialect);
  return able;
}

}  // namespace

TEST_CASE("A row that has no meaning in a dialect is not played in it") {
  auto const model = whole_model();
  auto const row = model.row("channel/announced");
  for (auto const dialect : {Dialect::vox_0_4, Dialect::vox_0_5}) {
    auto const able = able_in(dialect);
    Generator const generator{model, able, {}};
    auto const has_row = std::ranges::find(generator.playable(), row) != generator.playable().end();
    CHECK(has_row == (dialect == Dialect::vox_0_5));
  }
}

TEST_CASE(
    "r[rpc.flow-control.credit.initial] the credit of a channel is what we announced for it") {
  auto const model = whole_model();
  Conversation conversation;
  conversation.dialect = Dialect::vox_0_5;
  conversation.moves = {{.row = model.row("establish/credit"), .choices = {0}},
                        {.row = model.row("channel/stopped-by-credit"), .choices = {}},
                        {.row = model.row("channel/announced"), .choices = {}}};
  auto const script = script_of(model, conversation, Manner::judging);
  REQUIRE_MESSAGE(script.has_value(), text(script.error()));
  auto const& steps = script->document["steps"];
  CHECK(steps[0]["establish"]["hello"]["connection_settings"]["initial_channel_credit"] == 3);
  CHECK(steps[1]["request"]["args"][0] == 6);
  CHECK(steps[2]["repeat"]["times"] == 3);
  // How many we may send the subject says when it is asked.
  auto const is_asked = [](Json const& step) {
    return step.contains("repeat") && step["repeat"]["times"] == "$taken";
  };
  CHECK(std::ranges::count_if(steps, is_asked) == 1);
  // A finding is a case of its dialect.
  CHECK(script->document["dialects"] == Json::array({"vox_0_5"}));
}

TEST_CASE("What may come by itself may come in each alternative of a move, too") {
  auto const model = whole_model();
  Conversation conversation;
  conversation.dialect = Dialect::vox_0_5;
  conversation.moves = {{.row = model.row("establish/credit"), .choices = {}},
                        {.row = model.row("channel/sum"), .choices = {}},
                        {.row = model.row("connection/zero-credit"), .choices = {}}};
  auto const script = script_of(model, conversation, Manner::judging);
  REQUIRE_MESSAGE(script.has_value(), text(script.error()));
  auto const& alternatives = script->document["steps"][3]["one_of"];
  REQUIRE(alternatives.size() == 2);
  for (auto const& each : alternatives)
    CHECK(each["steps"][0]["passing"] == Json::array({"schema", "channel_grant_credit"}));
}

TEST_CASE("The model makes cases of the trace language, and makes every row of each dialect") {
  auto const model = whole_model();
  std::set<std::size_t> made;
  auto const make = [&](Dialect dialect, Manner manner) {
    auto const able = able_in(dialect);
    Generator generator{model, able, {.manner = manner, .seed = 1}};
    auto const is_made = [&](std::size_t row) { return made.contains(row); };
    auto const is_judging = manner == Manner::judging;
    for (int i = 0; i < (is_judging ? 600 : 50); ++i) {
      if (is_judging && std::ranges::all_of(generator.playable(), is_made)) break;
      auto const conversation = generator.next();
      auto const script = script_of(model, conversation, manner);
      REQUIRE_MESSAGE(script.has_value(), text(script.error()));
      CHECK(script->trace.dialect == dialect);
      for (auto const& move : conversation.moves)
        made.insert(move.row);
    }
  };
  for (auto const dialect : {Dialect::vox_0_4, Dialect::vox_0_5}) {
    make(dialect, Manner::judging);
    make(dialect, Manner::comparing);
  }
  for (std::size_t row = 0; row < model.rows.size(); ++row)
    CHECK_MESSAGE(made.contains(row), model.rows[row].name);
}

}  // namespace voxspec::explore
