#include "conformance/differential/comparison.hpp"

#include "conformance/differential/frames.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/message_schema.hpp"
#include "impl/schema/tracker.hpp"
#include "impl/wire/handshake.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

namespace voxspec::differential {

namespace schema = vox::schema;
namespace session = vox::session;
namespace wire = vox::wire;

namespace {

using Methods = std::map<RequestName, std::optional<session::MethodId>>;

// The method of each request, where the script uses its id for one alone.
Methods methods_of(Script const& script) {
  Methods methods;
  for (auto const& step : script.steps) {
    auto const* const say = std::get_if<Say>(&step);
    if (say == nullptr) continue;
    for (auto const& payload : say->payloads) {
      auto const message = read_message(payload);
      if (!message) continue;
      auto const* const request = std::get_if<wire::RequestMessage>(&message->payload);
      if (request == nullptr) continue;
      auto const* const call = std::get_if<wire::Call>(&request->body);
      if (call == nullptr) continue;
      auto const [at, is_new] =
          methods.emplace(RequestName{message->connection_id, request->id}, call->method_id);
      if (!is_new && at->second != call->method_id) at->second.reset();
    }
  }
  return methods;
}

// With every key the same and our own schemas by their name.
std::string handshake_text(vox::ByteView payload) {
  auto message = wire::decode_handshake(payload, wire::Strictness::vox_0_4);
  if (!message) return readable(payload, true);
  bool has_own_schemas = false;
  std::visit(
      [&](auto& hello) {
        if constexpr (requires { hello.resume_key; }) {
          if (hello.resume_key) hello.resume_key = unknown_key();
          has_own_schemas =
              vox::equal(hello.message_payload_schema, vox::schema::message_schemas_cbor());
          if (has_own_schemas) hello.message_payload_schema = {};
        }
      },
      *message);
  return readable(wire::encode_handshake(*message), true) +
         (has_own_schemas ? " with the schemas of Message" : "");
}

// What the application began, beside the loop that answers the peer.
bool is_own(wire::Message const& message) {
  return std::holds_alternative<wire::ConnectionOpen>(message.payload) ||
         std::holds_alternative<wire::ConnectionClose>(message.payload) ||
         std::holds_alternative<wire::RequestMessage>(message.payload);
}

bool is_lets_go(vox::ByteView payload) {
  auto const message = wire::decode_handshake(payload, wire::Strictness::vox_0_4);
  return message && std::holds_alternative<wire::LetsGo>(*message);
}

class Sorter {
 public:
  Sorter(Script const& script, Loose const& loose) : methods_{methods_of(script)}, loose_{loose} {}

  void add(Heard const& heard) {
    auto const link = "link " + std::to_string(heard.link);
    if (heard.in_handshake) {
      if (loose_.farewells.contains(heard.link) && is_lets_go(heard.payload)) return;
      streams_["handshake on " + link].push_back(handshake_text(heard.payload));
      return;
    }
    auto const message = read_message(heard.payload);
    if (message) {
      if (auto const response = response_in(*message)) return add(heard, *response);
      if (auto const* const schemas = std::get_if<wire::SchemaMessage>(&message->payload)) {
        return add(heard, message->connection_id, *schemas);
      }
    }
    auto const stream = message && is_own(*message) ? "what it does by itself on " : "session on ";
    streams_[stream + link].push_back(readable(heard.payload, false));
  }

  // What was announced counts as a set: handlers that run side by side announce in any order, and
  // the first of them takes the types that both need.
  Streams take() {
    for (auto& [name, entries] : announced_)
      streams_[name].assign(entries.begin(), entries.end());
    return std::move(streams_);
  }

 private:
  void add(Heard const& heard, ResponseIn const& response) {
    if (loose_.responses.contains(response.name)) return;
    auto const [connection, request] = response.name;
    auto const ret = response.response.ret;
    auto text = is_invalid_payload(ret) ? "InvalidPayload" : vox::to_hex(ret);
    if (!response.response.metadata.empty()) text += " with metadata";
    if (!response.response.schemas.empty()) text += " with schemas inlined";
    auto const at = methods_.find(response.name);
    if (at != methods_.end() && at->second && !loose_.announcements.contains(connection)) {
      auto const is_announced = bindings_.contains({connection, *at->second});
      text += is_announced ? " of an announced type" : " of a type not announced";
    }
    streams_["answers to request " + std::to_string(request) + " on connection " +
             std::to_string(connection) + " in step " + std::to_string(heard.step)]
        .push_back(std::move(text));
  }

  void add(Heard const& heard, session::ConnectionId connection,
           wire::SchemaMessage const& message) {
    bindings_.emplace(connection, message.method_id);
    auto const loose = loose_.announcements.find(connection);
    if (loose != loose_.announcements.end() && heard.step >= loose->second) return;
    auto& entries = announced_["announcements on connection " + std::to_string(connection) +
                               " in step " + std::to_string(heard.step)];
    auto const payload = schema::decode_payload(message.schemas, wire::Strictness::vox_0_4);
    if (!payload) {
      entries.insert("not decodable: " + vox::to_hex(message.schemas));
      return;
    }
    auto const binding =
        std::to_string(message.method_id) +
        (message.direction == wire::BindingDirection::args ? " args" : " response");
    entries.insert(binding + " is " +
                   vox::to_hex(schema::encode({.schemas = {}, .root = payload->root})));
    for (auto const& type : payload->schemas)
      entries.insert("type " + vox::to_hex(schema::encode(std::span{&type, 1})));
  }

  Methods methods_;
  Loose const& loose_;
  Streams streams_;
  std::map<std::string, std::multiset<std::string>> announced_;
  std::set<std::pair<session::ConnectionId, session::MethodId>> bindings_;
};

}  // namespace

Streams streams(Script const& script, Transcript const& transcript, Loose const& loose) {
  Sorter sorter{script, loose};
  for (auto const& heard : transcript.heard)
    sorter.add(heard);
  auto all = sorter.take();
  for (std::size_t link = 0; link < transcript.links.size(); ++link)
    all["the end of link " + std::to_string(link)].push_back(fate_text(transcript.links[link]));
  if (!transcript.death.empty()) all["the process"].push_back(transcript.death);
  return all;
}

std::optional<Difference> compare(Script const& script, Conversation const& conversation) {
  auto const ours = streams(script, conversation.ours, conversation.loose);
  auto const theirs = streams(script, conversation.theirs, conversation.loose);
  auto const lines = [](Streams const& all, std::string const& name) {
    auto const at = all.find(name);
    return at == all.end() ? std::vector<std::string>{} : at->second;
  };
  std::set<std::string> names;
  for (auto const* const side : {&ours, &theirs}) {
    for (auto const& [name, _] : *side)
      names.insert(name);
  }
  for (auto const& name : names) {
    auto our_lines = lines(ours, name);
    auto their_lines = lines(theirs, name);
    if (our_lines == their_lines) continue;
    return Difference{
        .stream = name, .ours = std::move(our_lines), .theirs = std::move(their_lines)};
  }
  return std::nullopt;
}

}  // namespace voxspec::differential
