#include "conformance/tests/talk.hpp"

#include "conformance/tests/session_script.hpp"
#include "conformance/tests/watched_session.hpp"
#include "impl/wire/message.hpp"
#include "spec/assert.hpp"

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
  Talk talk;
  std::vector<Json> answers;
  auto const listen = [&] {
    while (auto const event = session.poll_event()) {
      if (auto const* const asked = std::get_if<event::ConnectionRequested>(&*event)) {
        static_cast<void>(
            session.call(TimePoint{}, command::Accept{.connection_id = asked->connection_id}));
      }
    }
    wire::Buffer payload;
    while (session.poll_transmit(payload)) {
      answers.push_back(frame_of(payload.view()));
      talk.record.session_said(payload.view());
      payload.clear();
    }
    session.write(TimePoint{});
  };
  listen();
  for (auto const& word : words) {
    if (session.has_ended()) break;
    auto payload = payload_of(word);
    auto said = frame_of(payload);
    talk.record.peer_said(payload);
    session.handle(TimePoint{}, input::Received{.payload = Backing{std::move(payload)}});
    listen();
    talk.exchanges.push_back({std::move(said), std::exchange(answers, {})});
  }
  talk.has_ended = session.has_ended();
  if (talk.has_ended) talk.record.ended();
  VOX_ASSERT(session.complaints().empty());
  return talk;
}

std::optional<Refutation> refute(Rulebook rulebook, Claim const& claim) {
  return refute<std::vector<Word>>(
      claim.about, claim.clauses, [&](std::vector<Word> const& words) -> std::optional<Broken> {
        auto had = talk(rulebook, words);
        if (claim.holds(had)) return std::nullopt;
        return Broken{.why = "refuted", .record = std::move(had.record)};
      });
}

void holds_in_every_talk(Rulebook rulebook, Claim const& claim) {
  if (auto const refutation = refute(rulebook, claim)) show(claim.about, *refutation);
}

}  // namespace voxspec::test
