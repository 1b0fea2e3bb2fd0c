#include "conformance/trace/establish.hpp"

#include "conformance/peer/term_json.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

namespace voxspec {
namespace {

struct Exchange {
  std::string_view kind;
  vox::Role sender;
  bool stable_only = false;
};

// Prologue, handshake and, on a stable conduit, its hellos: who says what, in order.
constexpr std::array<Exchange, 7> exchanges{{
    {"transport_hello", vox::Role::initiator},
    {"transport_accept", vox::Role::acceptor},
    {"hello", vox::Role::initiator},
    {"hello_yourself", vox::Role::acceptor},
    {"lets_go", vox::Role::initiator},
    {"client_hello", vox::Role::initiator, true},
    {"server_hello", vox::Role::acceptor, true},
}};

bool is_prologue(std::string_view kind) {
  return kind.starts_with("transport_");
}

Json with_mode(Json changes, Conduit conduit) {
  if (!changes.contains("mode")) changes["mode"] = conduit == Conduit::stable ? 1 : 0;
  return changes;
}

Step step_for(Exchange const& exchange, Json const& changes, std::string const& pointer,
              vox::Role role) {
  Json const item{{std::string{exchange.kind}, changes}};
  Step step;
  if (exchange.sender == role) {
    step.body = Send{.items = {read_template({item, pointer})}, .together = false, .write = {}};
  } else {
    Expect expect;
    expect.frames = {read_pattern({item, pointer})};
    expect.passing = passing_by_default(expect.frames);
    step.body = std::move(expect);
  }
  return step;
}

}  // namespace

std::vector<Step> establish_steps(Place const& place, vox::Role role, Conduit conduit) {
  place.check_keys(key_names("establish"));
  std::vector<Step> steps;
  for (auto const& exchange : exchanges) {
    std::string const kind{exchange.kind};
    auto const said = place.has(kind);
    if (exchange.stable_only && conduit != Conduit::stable) {
      if (said) (place / kind).fail("only a stable conduit has a " + kind);
      continue;
    }
    auto changes = said ? (place / kind).value() : Json::object();
    if (changes.is_null()) continue;
    if (is_prologue(kind) && changes.is_object()) changes = with_mode(changes, conduit);
    steps.push_back(step_for(exchange, changes, place.pointer(), role));
  }
  return steps;
}

}  // namespace voxspec
