#pragma once
#include "impl/wire/bytes.hpp"
#include "impl/wire/metadata.hpp"
#include "impl/wire/reader.hpp"
#include "impl/wire/resume_key.hpp"
#include "impl/wire/violation.hpp"
#include "impl/wire/writer.hpp"
#include "spec/limits.hpp"
#include "spec/parity.hpp"
#include "spec/settings.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// The three CBOR payloads that make a session of a link.
// r[impl session.handshake] r[impl session.handshake.cbor]
namespace vox::wire {

// The initiator's offer. `message_payload_schema` is the sender's schemas of Message as the CBOR
// array that they are on the wire: a view, empty for an empty list; its content is not looked at
// here. `metadata` is owned, since in CBOR it is not what MetadataView reads.
// r[impl session.connection-settings.hello]
struct Hello {
  static constexpr std::string_view name = "Hello";
  Parity parity = Parity::odd;
  ConnectionSettings connection_settings{};
  ByteView message_payload_schema{};
  bool supports_retry = false;
  std::optional<ResumeKey> resume_key{};
  Metadata metadata{};
};
[[nodiscard]] bool operator==(Hello const& a, Hello const& b);

// The acceptor's answer. It has no parity of its own: it takes the one that is left.
struct HelloYourself {
  static constexpr std::string_view name = "HelloYourself";
  ConnectionSettings connection_settings{};
  ByteView message_payload_schema{};
  bool supports_retry = false;
  std::optional<ResumeKey> resume_key{};
  Metadata metadata{};
};
[[nodiscard]] bool operator==(HelloYourself const& a, HelloYourself const& b);

// The initiator's consent.
struct LetsGo {
  static constexpr std::string_view name = "LetsGo";
  bool operator==(LetsGo const&) const = default;
};

// In place of the second or third payload: there will be no session.
// r[impl session.handshake.sorry]
struct Sorry {
  static constexpr std::string_view name = "Sorry";
  std::string_view reason;
  bool operator==(Sorry const&) const = default;
};

using HandshakeMessage = std::variant<Hello, HelloYourself, LetsGo, Sorry>;

// Takes the schema list of a hello while that is decoded, so that it is read once.
class SchemaListTaker {
 public:
  // `list` begins with the list and goes on with what follows it. Gives how many bytes the list
  // takes, or 0 if it is not taken: then it is passed over as any CBOR item.
  virtual std::size_t take(ByteView list) = 0;

 protected:
  ~SchemaListTaker() = default;
};

// Decodes one handshake payload; views point into it. Unknown keys are passed over. Metadata bytes
// are taken both as the byte string that TypeScript sends and as the array that Rust sends. A
// resume key that is not 16 bytes long is taken for none.
[[nodiscard]] Result<HandshakeMessage> decode_handshake(ByteView payload,
                                                        Strictness strictness = Strictness::strict,
                                                        Limits const& limits = {},
                                                        SchemaListTaker* schemas = nullptr);

// Appends the message to `out` in one pass.
void encode_handshake(Buffer& out, HandshakeMessage const& message);
[[nodiscard]] Bytes encode_handshake(HandshakeMessage const& message);

}  // namespace vox::wire
