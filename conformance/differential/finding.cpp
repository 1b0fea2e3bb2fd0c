#include "conformance/differential/finding.hpp"

#include "conformance/differential/frames.hpp"
#include "conformance/peer/frame.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace voxspec::differential {

namespace {

std::string lines_of(std::vector<std::string> const& lines) {
  if (lines.empty()) return "    (nothing)\n";
  std::string out;
  for (auto const& line : lines)
    out += "    " + line + "\n";
  return out;
}

std::string greeting_text(Greeting const& greeting, vox::Role peer) {
  constexpr std::string_view keys[] = {"no key", "a key of its own", "the first key",
                                       "the latest key"};
  std::string out = readable(first_payload(greeting, peer, std::nullopt), true) + ", " +
                    std::string{keys[std::to_underlying(greeting.key)]};
  if (!greeting.dialect.positions.empty()) {
    out += ", kinds of message at";
    for (auto const position : greeting.dialect.positions)
      out += " " + std::to_string(position);
  }
  if (greeting.last_instead) out += ", then " + readable(*greeting.last_instead, true);
  return out;
}

std::string step_text(Step const& step, vox::Role peer) {
  if (auto const* const back = std::get_if<ComeBack>(&step)) {
    return "come back: " + greeting_text(back->greeting, peer) + "\n";
  }
  auto const* const say = std::get_if<Say>(&step);
  if (say == nullptr) return "hang up\n";
  std::string out = say->payloads.size() > 1 ? "say together\n" : "say\n";
  for (auto const& payload : say->payloads)
    out += "    " + readable(payload, false) + "\n";
  return out;
}

std::string transcript_text(Transcript const& transcript) {
  std::string out;
  for (auto const& heard : transcript.heard) {
    out += "    step " + std::to_string(heard.step) + ", link " + std::to_string(heard.link) +
           ": " + readable(heard.payload, heard.in_handshake) + "\n";
  }
  for (std::size_t link = 0; link < transcript.links.size(); ++link)
    out += "    link " + std::to_string(link) + " is " + fate_text(transcript.links[link]) + "\n";
  if (!transcript.death.empty()) out += "    the process: " + transcript.death + "\n";
  return out.empty() ? "    (nothing)\n" : out;
}

// A payload to be sent: as JSON if that gives the same bytes again, as hex otherwise.
Json item_of(vox::ByteView payload, Layer layer) {
  if (auto const frame = decode(layer, payload)) {
    auto const again = encode(*frame);
    if (again && vox::equal(*again, payload)) return frame_json(*frame);
  }
  return {{"frame", vox::to_hex(payload)}};
}

Json pattern_of(Heard const& heard) {
  Json const exact{{"frame", vox::to_hex(heard.payload)}};
  auto const frame = decode(Layer::message, heard.payload);
  auto const message = read_message(heard.payload);
  if (!frame || !message) return exact;
  auto json = frame_json(*frame);
  if (json.contains("schema")) json["schema"].erase("schemas");
  if (auto const response = response_in(*message)) {
    auto& body = json["request_response"];
    body.erase("schemas");
    if (is_invalid_payload(response->response.ret)) body.erase("ret");
  }
  return json;
}

class TraceWriter {
 public:
  explicit TraceWriter(Finding const& finding) : finding_{finding} {}

  Json write() {
    auto const& script = finding_.script;
    auto const peer = peer_of(script.role);
    bool const dials = peer == vox::Role::initiator;
    greet(0, script.greetings.front());
    std::size_t greeting = 1;
    for (std::size_t step = 1; step <= script.steps.size(); ++step) {
      auto const& body = script.steps[step - 1];
      if (auto const* const say = std::get_if<Say>(&body)) {
        Json items = Json::array();
        for (auto const& payload : say->payloads)
          items.push_back(item_of(in_dialect(payload, dialect_), Layer::message));
        add({{"send", std::move(items)}, {"together", true}});
      } else if (auto const* const back = std::get_if<ComeBack>(&body)) {
        add({{"drop", Json::object()}});
        add({{"next_link", Json::object()}});
        greet(step, back->greeting);
      } else {
        add({{"half_close", Json::object()}});
      }
      expect(step, false);
      if (!dials && has_handshake(step)) {
        add({{"next_link", Json::object()}});
        greet(step, script.greetings[std::min(greeting++, script.greetings.size() - 1)]);
      }
    }
    add({{"alive", {{"echo", false}}}});
    Json env = Json::object();
    for (auto const& [name, value] : environment(script.manner))
      env[name] = value;
    return {{"about", "Differs from our session in: " + finding_.difference.stream},
            {"subject", {{"env", std::move(env)}}},
            {"rules", Json::array({"core.P4/1"})},
            {"peer", {{"role", dials ? "initiator" : "acceptor"}}},
            {"steps", std::move(steps_)}};
  }

 private:
  void add(Json step) { steps_.push_back(std::move(step)); }

  [[nodiscard]] bool has_handshake(std::size_t step) const {
    for (auto const& heard : finding_.conversation.ours.heard) {
      if (heard.step == step && heard.in_handshake) return true;
    }
    return false;
  }

  void greet(std::size_t step, Greeting const& greeting) {
    bool const is_first = step == 0 || finding_.script.role == vox::Role::acceptor;
    dialect_ = is_first ? greeting.dialect : own_dialect();
    auto const peer = peer_of(finding_.script.role);
    auto const first =
        item_of(first_payload(
                    greeting, peer,
                    greeting.key == KeyChoice::none ? std::nullopt : std::optional{unknown_key()}),
                Layer::handshake);
    if (peer == vox::Role::initiator) {
      add({{"send", {{"transport_hello", Json::object()}}}});
      add({{"expect", Json::array({{{"transport_accept", Json::object()}}})}});
      add({{"send", with_key(first, greeting)}});
      if (!has_handshake(step)) return add({{"expect_end", Json::array({"any"})}});
      Json answer{{"hello_yourself", {{"resume_key", "$key" + std::to_string(step)}}}};
      add({{"expect", Json::array({std::move(answer)})}});
      add({{"send", item_of(last_payload(greeting), Layer::handshake)}});
    } else {
      add({{"expect", Json::array({{{"transport_hello", Json::object()}}})}});
      add({{"send", {{"transport_accept", Json::object()}}}});
      add({{"expect", Json::array({{{"hello", Json::object()}}})}});
      add({{"send", first}});
      add({{"expect", Json::array({{{"lets_go", Json::object()}}})}});
    }
  }

  // The keys that the subject gives out are names in the trace: $key0 is the first.
  Json with_key(Json first, Greeting const& greeting) const {
    if (!first.contains("hello")) return first;
    if (greeting.key == KeyChoice::first) first["hello"]["resume_key"] = "$key0";
    return first;
  }

  // What our session said in the step, in any order.
  void expect(std::size_t step, bool in_handshake) {
    Json frames = Json::array();
    for (auto const& heard : finding_.conversation.ours.heard) {
      if (heard.step != step || heard.in_handshake != in_handshake || is_probe(heard)) continue;
      frames.push_back(pattern_of(heard));
    }
    if (!frames.empty()) add({{"expect", std::move(frames)}, {"any_order", true}});
  }

  // The answer to the ping that ends each step; the trace has its own way to ask.
  static bool is_probe(Heard const& heard) {
    auto const message = read_message(heard.payload);
    if (!message) return false;
    auto const* const pong = std::get_if<vox::wire::Pong>(&message->payload);
    return pong != nullptr && pong->nonce >= first_probe_nonce;
  }

  Finding const& finding_;
  Dialect dialect_;
  Json steps_ = Json::array();
};

}  // namespace

std::string describe(Script const& script, Conversation const& conversation) {
  auto const peer = peer_of(script.role);
  constexpr std::string_view manners[] = {"accepts connections", "refuses connections",
                                          "opens connections"};
  std::string out = "seed " + std::to_string(script.seed) + ", the subject as " +
                    (script.role == vox::Role::acceptor ? "acceptor" : "initiator") + " that " +
                    std::string{manners[std::to_underlying(script.manner)]} + "\n";
  for (auto const& greeting : script.greetings)
    out += "greeting: " + greeting_text(greeting, peer) + "\n";
  std::size_t number = 0;
  for (auto const& step : script.steps)
    out += "step " + std::to_string(++number) + ": " + step_text(step, peer);
  out += "our session says:\n" + transcript_text(conversation.ours);
  out += "the subject says:\n" + transcript_text(conversation.theirs);
  for (auto const& [name, reason] : conversation.loose.responses) {
    out += "not compared: the answer to request " + std::to_string(name.second) +
           " on connection " + std::to_string(name.first) + ", since " + std::string{reason} + "\n";
  }
  return out;
}

std::string report(Finding const& finding) {
  auto const& difference = finding.difference;
  return describe(finding.script, finding.conversation) + "they differ in: " + difference.stream +
         "\n  ours:\n" + lines_of(difference.ours) + "  the subject's:\n" +
         lines_of(difference.theirs);
}

Json trace_of(Finding const& finding) {
  return TraceWriter{finding}.write();
}

}  // namespace voxspec::differential
