#include "conformance/differential/script.hpp"

#include "impl/wire/handshake.hpp"
namespace voxspec::differential {

namespace wire = vox::wire;

namespace {

// Marks what the keys of a script are, so that nobody takes one for random bytes.
vox::ResumeKey key_of(std::uint8_t kind, std::size_t number) {
  vox::ResumeKey key{};
  key[0] = std::byte{kind};
  key[15] = static_cast<std::byte>(number);
  return key;
}

void append(vox::Bytes& out, vox::ByteView bytes) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<std::byte>(bytes.size() >> shift));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append(vox::Bytes& out, Greeting const& greeting, vox::Role peer) {
  out.push_back(static_cast<std::byte>(greeting.key));
  append(out, first_payload(greeting, peer, std::nullopt));
  append(out, last_payload(greeting));
}

}  // namespace

vox::ResumeKey unknown_key() {
  return key_of(0xEE, 0);
}
vox::ResumeKey issued_key(std::size_t handshake) {
  return key_of(0x11, handshake);
}

std::map<std::string, std::string> environment(Manner manner) {
  return {{"ACCEPT_CONNECTIONS", manner == Manner::refuses ? "0" : "1"},
          {"OPEN_CONNECTIONS", manner == Manner::opens ? std::to_string(opened_count) : "0"}};
}

vox::Bytes first_payload(Greeting const& greeting, vox::Role peer,
                         std::optional<vox::ResumeKey> const& key) {
  if (greeting.first_instead) return *greeting.first_instead;
  auto const& schemas = greeting.dialect.schemas;
  if (peer == vox::Role::initiator) {
    return wire::encode_handshake(wire::Hello{.parity = greeting.parity,
                                              .connection_settings = greeting.settings,
                                              .message_payload_schema = schemas,
                                              .supports_retry = greeting.supports_retry,
                                              .resume_key = key,
                                              .metadata = greeting.metadata});
  }
  return wire::encode_handshake(wire::HelloYourself{.connection_settings = greeting.settings,
                                                    .message_payload_schema = schemas,
                                                    .supports_retry = greeting.supports_retry,
                                                    .resume_key = key,
                                                    .metadata = greeting.metadata});
}

vox::Bytes last_payload(Greeting const& greeting) {
  return greeting.last_instead ? *greeting.last_instead : wire::encode_handshake(wire::LetsGo{});
}

vox::Bytes fixed_bytes(Script const& script) {
  auto const peer = peer_of(script.role);
  vox::Bytes out{static_cast<std::byte>(script.role), static_cast<std::byte>(script.manner)};
  for (auto const& greeting : script.greetings)
    append(out, greeting, peer);
  for (auto const& step : script.steps) {
    out.push_back(static_cast<std::byte>(step.index()));
    if (auto const* const say = std::get_if<Say>(&step)) {
      for (auto const& payload : say->payloads)
        append(out, payload);
    } else if (auto const* const back = std::get_if<ComeBack>(&step)) {
      append(out, back->greeting, peer);
    }
  }
  return out;
}

std::size_t payload_count(Script const& script) {
  std::size_t count = 0;
  for (auto const& step : script.steps) {
    auto const* const say = std::get_if<Say>(&step);
    count += say == nullptr ? 1 : say->payloads.size();
  }
  return count;
}

}  // namespace voxspec::differential
