#include "conformance/cases/talk.hpp"

#include "conformance/cases/session_script.hpp"
#include "conformance/cases/watched_session.hpp"
#include "conformance/peer/frame_json.hpp"
#include "conformance/property.hpp"
#include "impl/wire/message.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <variant>

namespace voxspec::test {

using namespace vox;
using namespace vox::session;

namespace {

wire::Metadata const& testbed_service() {
  static wire::Metadata const metadata{
      {.key = "vox-service", .value = std::string_view{"Testbed"}, .flags = 0}};
  return metadata;
}

ConnectionSettings settings_of(std::uint8_t number) {
  return {.parity = number % 2 == 0 ? Parity::odd : Parity::even,
          .max_concurrent_requests = 64U + number / 2U};
}

using Make = wire::MessagePayload (*)(std::uint8_t);
constexpr Make vocabulary[] = {
    [](std::uint8_t number) -> wire::MessagePayload { return wire::Ping{.nonce = number}; },
    [](std::uint8_t number) -> wire::MessagePayload {
      return wire::ConnectionOpen{.connection_settings = settings_of(number),
                                  .metadata = testbed_service()};
    },
    [](std::uint8_t) -> wire::MessagePayload { return wire::ConnectionClose{}; },
    [](std::uint8_t number) -> wire::MessagePayload {
      return wire::ConnectionOpen{.connection_settings = settings_of(number), .metadata = {}};
    },
    [](std::uint8_t number) -> wire::MessagePayload {
      return wire::ConnectionAccept{.connection_settings = settings_of(number), .metadata = {}};
    },
    [](std::uint8_t) -> wire::MessagePayload { return wire::ConnectionReject{}; },
    [](std::uint8_t number) -> wire::MessagePayload { return wire::Pong{.nonce = number}; },
    [](std::uint8_t number) { return cancel(number); },
    [](std::uint8_t number) { return item(number); },
};

Bytes payload_of(Word const& word) {
  auto const [kind, on, number] = word;
  return wire::encode_message(
      {.connection_id = on % 6U, .payload = vocabulary[kind % std::size(vocabulary)](number)});
}

Json frame_of(ByteView payload) {
  auto frame = decode_payload(Layer::message, payload);
  VOX_ASSERT(frame.has_value());
  return *frame;
}

// A frame as something to expect: the words of a complaint are the complainer's own.
Json expected(Json frame) {
  if (frame.contains("protocol_error")) frame["protocol_error"] = Json::object();
  return frame;
}

Json trace_of(Claim const& claim, Talk const& talk) {
  Json steps = Json::array({{{"establish", Json::object()}}});
  for (auto const& exchange : talk.exchanges) {
    steps.push_back({{"send", exchange.said}});
    Json answers = Json::array();
    for (auto const& answer : exchange.answers)
      answers.push_back(expected(answer));
    if (!answers.empty()) steps.push_back({{"expect", std::move(answers)}});
  }
  if (talk.has_ended) steps.push_back({{"expect_end", {"any"}}});
  Json rules = Json::array();
  for (auto const& rule : claim.rules)
    rules.push_back(std::string{rule.id()});
  return {{"version", 1},
          {"about", "Refutes: " + claim.about},
          {"rules", std::move(rules)},
          {"peer", {{"role", "initiator"}}},
          {"steps", std::move(steps)}};
}

// "What a peer says" is what-a-peer-says.json.
std::string file_name(std::string const& about) {
  std::string name;
  for (auto const letter : about) {
    auto const byte = static_cast<unsigned char>(letter);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::tolower(byte)) : '-';
  }
  return name.substr(0, 60) + ".json";
}

std::string keep(Claim const& claim, Json const& trace) {
  auto const* const folder = std::getenv("VOXSPEC_COUNTEREXAMPLES");
  if (folder == nullptr) return {};
  std::filesystem::create_directories(folder);
  auto const path = std::filesystem::path{folder} / file_name(claim.about);
  std::ofstream{path} << trace.dump(2) << '\n';
  return "voxspec replay " + path.string() + " --subject NAME\n";
}

}  // namespace

std::string_view kind_of(Json const& frame) {
  for (auto const& [key, value] : frame.items()) {
    if (key != "on") return key;
  }
  return {};
}

Talk talk(Rulebook rulebook, std::vector<Word> const& words) {
  SessionOptions options;
  options.rulebook = rulebook;
  WatchedSession session{Session::establish(TimePoint{}, options, as_acceptor()).value()};
  std::vector<Json> answers;
  auto const listen = [&] {
    while (auto const output = session.poll()) {
      if (auto const* const sent = std::get_if<output::Send>(&*output)) {
        answers.push_back(frame_of(sent->payload));
      } else if (auto const* const asked = std::get_if<output::ConnectionRequested>(&*output)) {
        static_cast<void>(
            session.call(TimePoint{}, command::Accept{.connection_id = asked->connection_id}));
      }
    }
  };
  listen();
  Talk talk;
  for (auto const& word : words) {
    if (session.has_ended()) break;
    auto payload = payload_of(word);
    auto said = frame_of(payload);
    session.handle(TimePoint{}, input::Received{.payload = Backing{std::move(payload)}});
    listen();
    talk.exchanges.push_back({std::move(said), std::exchange(answers, {})});
  }
  talk.has_ended = session.has_ended();
  VOX_ASSERT(session.complaints().empty());
  return talk;
}

std::optional<Refutation> refute(Rulebook rulebook, Claim const& claim) {
  // What fails last is what shrinking ends with.
  std::optional<Talk> refuting;
  auto const result = rc::detail::checkTestable([&](std::vector<Word> const& words) {
    auto had = talk(rulebook, words);
    if (claim.holds(had)) return;
    refuting = std::move(had);
    RC_FAIL("refuted");
  });
  if (!refuting) {
    VOX_ASSERT(result.template is<rc::detail::SuccessResult>());
    return std::nullopt;
  }
  return Refutation{.trace = trace_of(claim, *refuting), .note = seed_note()};
}

void holds_in_every_talk(Rulebook rulebook, Claim const& claim) {
  auto const refutation = refute(rulebook, claim);
  if (!refutation) return;
  FAIL_CHECK(claim.about, "\n", refutation->trace.dump(2), "\n", keep(claim, refutation->trace),
             refutation->note);
}

}  // namespace voxspec::test
