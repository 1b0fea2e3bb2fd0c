// What an endpoint asks of a durable store about its session.
#include "impl/rpc/endpoint.hpp"
#include "impl/rpc/endpoint_pair.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace vox;
using namespace vox::rpc;
using namespace vox::rpc::test;

// What was asked of the store since the last look, a letter each: keep, admit, seal, forget, and
// ForgetSession.
char letter(StoreRequest const& request) {
  constexpr std::string_view letters = "kasfF";
  return letters.at(request.what.index());
}

// A server with a store that does everything at once, and its client.
struct Stored {
  explicit Stored(PairOptions options = {.durable = true}) : pair{options} {}

  EndpointPair pair;
  EndpointPair::Side& client = pair.client;
  EndpointPair::Side& server = pair.server;

  std::string asked() {
    std::string all;
    pair.run();
    while (auto const happened = next(server)) {
      if (auto const* const arrived = std::get_if<event::CallArrived>(&*happened)) {
        last_arrived_ = arrived->request;
      }
      auto const* const wanted = std::get_if<event::StoreWanted>(&*happened);
      if (wanted == nullptr) continue;
      all += letter(wanted->request);
      StoreDone done{.number = wanted->request.number, .session = wanted->request.session};
      if (auto const* const admit = std::get_if<store_request::Admit>(&wanted->request.what))
        done.operation = admit->operation;
      if (auto const* const seal = std::get_if<store_request::Seal>(&wanted->request.what))
        done.operation = seal->operation;
      server.endpoint->handle(pair.now, input::Stored{std::move(done)});
      pair.run();
    }
    return all;
  }
  // A persistent call, whose handler has started; the store is asked for what `first` says.
  RequestToken begin(std::string_view first = "ka") {
    pair.call(client, *methods().keep, args(std::string{"x"}));
    CHECK(asked() == first);
    CHECK(last_arrived_ != 0);
    return last_arrived_;
  }

 private:
  static std::optional<Event> next(EndpointPair::Side& side) {
    if (side.events.empty()) return std::nullopt;
    std::optional<Event> event{std::move(side.events.front())};
    side.events.pop_front();
    return event;
  }

  RequestToken last_arrived_ = 0;
};

void time_out(Stored& stored) {
  stored.pair.lose_link();
  stored.pair.pass(Limits{}.resume_window);
}

TEST_SUITE_BEGIN("rpc");

TEST_CASE("r[retry.op-id.scope] the store forgets a session that nobody resumed") {
  Stored stored;
  auto const request = stored.begin();
  stored.pair.respond(stored.server, request, ok(std::string{"done"}));
  CHECK(stored.asked() == "s");
  time_out(stored);
  CHECK(stored.asked() == "F");
}

TEST_CASE("r[retry.op-id.scope] the store forgets a session when the last of its handlers ends") {
  for (bool const answers : {true, false}) {
    Stored stored;
    auto const request = stored.begin();
    time_out(stored);
    CHECK(stored.asked().empty());
    if (answers) {
      stored.pair.respond(stored.server, request, ok(std::string{"done"}));
    } else {
      REQUIRE(stored.server.endpoint->call(stored.pair.now, command::Drop{.request = request}));
    }
    CHECK(stored.asked() == (answers ? "sF" : "F"));
  }
}

TEST_CASE("r[retry.op-id.scope] the store forgets a session whose peer broke a rule") {
  Stored stored;
  auto const request = stored.begin();
  stored.pair.respond(stored.server, request, ok(std::string{"done"}));
  CHECK(stored.asked() == "s");
  stored.server.endpoint->handle(stored.pair.now, input::Received{Backing{Bytes(3)}});
  CHECK(stored.asked() == "F");
}

TEST_CASE("r[retry.op-id.scope] the store forgets a session whose payloads take no answer") {
  // They take the call and the type of its arguments, but the type of no answer.
  PairOptions options{.durable = true};
  options.limits.frame_bytes_max = 300;
  Stored stored{options};
  auto const request = stored.begin();
  stored.pair.respond(stored.server, request, ok(std::string{"done"}));
  CHECK(stored.asked() == "sF");
  CHECK_FALSE(stored.pair.is_alive());
}

TEST_CASE("r[retry.policy.persist.crash] a session that is shut down stays for the next process") {
  Stored stored;
  auto const request = stored.begin();
  REQUIRE(stored.server.endpoint->call(stored.pair.now, session::command::Shutdown{}));
  stored.pair.respond(stored.server, request, ok(std::string{"done"}));
  CHECK(stored.asked() == "s");
}

TEST_CASE("in vox_0_4 persistent operations are kept in memory, and no store is asked") {
  Stored stored{{.rulebook = Rulebook::vox_0_4, .durable = true}};
  auto const request = stored.begin("");
  stored.pair.respond(stored.server, request, ok(std::string{"done"}));
  CHECK(stored.asked().empty());
  CHECK(stored.pair.outcome(stored.client) == "ok done");
}

TEST_CASE("a session of which the store knows nothing is not forgotten there") {
  Stored stored;
  time_out(stored);
  CHECK(stored.asked().empty());
}

TEST_CASE(
    "r[retry.policy.persist.crash] the store hears at once of the key of a restored session") {
  EndpointPair const pair;
  EndpointOptions options{.durable = true, .restored = RestoredSession{}};
  options.session.rulebook = Rulebook::spec;
  options.session.has_acceptor = false;
  auto endpoint = Endpoint::establish(pair.now, std::move(options), pair.handshake(Role::acceptor));
  REQUIRE(endpoint);
  bool is_kept = false;
  while (auto const event = endpoint->poll_event()) {
    auto const* const wanted = std::get_if<event::StoreWanted>(&*event);
    is_kept = is_kept || (wanted != nullptr && letter(wanted->request) == 'k');
  }
  CHECK(is_kept);
}

TEST_SUITE_END();

}  // namespace
