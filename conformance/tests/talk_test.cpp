// What a session answers, whatever a peer says: properties whose counterexamples are traces.
#include "conformance/tests/talk.hpp"

#include "conformance/trace/trace.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <variant>

using namespace vox;
using namespace voxspec;
using namespace voxspec::test;

namespace {

constexpr Rulebook rulebooks[] = {Rulebook::vox_0_4, Rulebook::spec};

auto count_of(Exchange const& exchange, std::string_view kind) {
  return std::ranges::count(exchange.answers, kind, kind_of);
}

bool is_open(Exchange const& exchange) {
  return kind_of(exchange.said) == "connection_open";
}

bool every(Talk const& talk, auto const& holds) {
  return std::ranges::all_of(talk.exchanges, holds);
}

// The exchanges that did not end the session.
std::vector<Exchange> peaceful(Talk const& talk) {
  auto exchanges = talk.exchanges;
  if (talk.has_ended) exchanges.pop_back();
  return exchanges;
}

Claim false_claim() {
  return {.about = "No peer ever gets a reject",
          .clauses = {"core.O1/1"},
          .holds = [](Talk const& talk) {
            return every(talk, [](auto const& exchange) {
              return count_of(exchange, "connection_reject") == 0;
            });
          }};
}

}  // namespace

TEST_SUITE_BEGIN("session");

TEST_CASE(
    "r[session.keepalive] r[core.P1] each ping that is allowed gets one pong with its nonce") {
  for (auto const rulebook : rulebooks) {
    holds_in_every_talk(rulebook,
                        {.about = "A ping gets one pong, with its nonce and on its connection",
                         .clauses = {"session.keepalive/4", "core.P1/1"},
                         .holds = [](Talk const& talk) {
                           return std::ranges::all_of(peaceful(talk), [](auto const& had) {
                             if (kind_of(had.said) != "ping") return true;
                             auto pong = had.said;
                             Json const answer{{"on", pong["on"]}, {"pong", pong["ping"]}};
                             return had.answers == std::vector{answer};
                           });
                         }});
  }
}

TEST_CASE(
    "r[core.O1] r[core.O2] r[core.O6] 0.4.0 answers every open once, and nothing else with an "
    "answer") {
  holds_in_every_talk(
      Rulebook::vox_0_4,
      {.about = "An open gets one accept or one reject, on its id; nothing else does",
       .clauses = {"core.O1/1", "core.O2/1", "core.O6/1"},
       .holds = [](Talk const& talk) {
         return every(talk, [](auto const& exchange) {
           auto const verdicts =
               count_of(exchange, "connection_accept") + count_of(exchange, "connection_reject");
           if (verdicts != (is_open(exchange) ? 1 : 0)) return false;
           return verdicts == 0 || exchange.answers[0]["on"] == exchange.said["on"];
         });
       }});
}

TEST_CASE(
    "r[connection.open] r[connection.parity] an open is accepted when its id is free and the "
    "peer's") {
  for (auto const rulebook : rulebooks) {
    holds_in_every_talk(
        rulebook,
        {.about = "An open with a service is accepted exactly if its id is the peer's and free",
         .clauses = {"connection.open/3", "connection.parity/3"},
         .holds = [](Talk const& talk) {
           std::map<std::uint64_t, bool> taken;
           return every(talk, [&](auto const& exchange) {
             auto const on = exchange.said["on"].template get<std::uint64_t>();
             if (kind_of(exchange.said) == "connection_close") taken[on] = false;
             if (!is_open(exchange)) return count_of(exchange, "connection_accept") == 0;
             auto const names_service = !exchange.said["connection_open"]["metadata"].empty();
             auto const is_due = on % 2 == 1 && !taken[on] && names_service;
             if (is_due) taken[on] = true;
             return (count_of(exchange, "connection_accept") == 1) == is_due;
           });
         }});
  }
}

TEST_CASE(
    "r[session.protocol-error] by the specification a complaint is the last word, and 0.4.0 has "
    "none") {
  holds_in_every_talk(Rulebook::vox_0_4,
                      {.about = "0.4.0 neither complains nor ends",
                       .clauses = {"core.P6/1"},
                       .holds = [](Talk const& talk) { return !talk.has_ended; }});
  holds_in_every_talk(Rulebook::spec,
                      {.about = "A protocol error is alone, on connection 0, and ends the session",
                       .clauses = {"session.protocol-error/1"},
                       .holds = [](Talk const& talk) {
                         for (auto const& exchange : talk.exchanges) {
                           auto const is_last = &exchange == &talk.exchanges.back();
                           auto const complaints = count_of(exchange, "protocol_error");
                           if (complaints != (is_last && talk.has_ended ? 1 : 0)) return false;
                           if (complaints == 1 && exchange.answers.size() != 1) return false;
                           if (complaints == 1 && exchange.answers[0]["on"] != 0) return false;
                         }
                         return true;
                       }});
}

TEST_CASE("a claim that is false is refuted by the shortest trace, which is a trace") {
  auto const refutation = refute(Rulebook::vox_0_4, false_claim());
  REQUIRE(refutation.has_value());
  CHECK(refutation->note.find("run again with RC_PARAMS=seed=") != std::string::npos);
  auto const file = parse_trace(refutation->trace.dump(), "refutation.json");
  REQUIRE(file.has_value());
  REQUIRE(file->cases.size() == 1);
  auto const& steps = file->cases[0].steps;
  REQUIRE(steps.size() == 3);
  CHECK(std::holds_alternative<Establish>(steps[0].body));
  CHECK(std::get<Send>(steps[1].body).items.at(0).name() == "connection_open");
  CHECK(std::get<Expect>(steps[2].body).frames.at(0).name() == "connection_reject");
}

TEST_SUITE_END();
