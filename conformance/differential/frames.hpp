#pragma once
#include "conformance/differential/transcript.hpp"
#include "impl/wire/bytes.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/resume_key.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

// What is looked at in single payloads.
namespace voxspec::differential {

// As the subject reads it.
[[nodiscard]] vox::Result<vox::wire::Message> read_message(vox::ByteView payload);

// The response, its connection and the id of its request, if the message is one.
struct ResponseIn {
  RequestName name;
  vox::wire::Response response;
};
[[nodiscard]] std::optional<ResponseIn> response_in(vox::wire::Message const& message);

// Whether a response's value is VoxError::InvalidPayload, whose text is for people.
[[nodiscard]] bool is_invalid_payload(vox::ByteView ret);

// What makes two payloads of the two sides the same piece of a conversation, so that one that came
// on one side can be waited for on the other. Announcements have none: they go before what has.
struct Kinship {
  std::size_t kind = 0;  // the place of the message among its alternatives, or a number above them
  vox::session::ConnectionId connection_id = 0;
  std::optional<RequestName> response{};
  auto operator<=>(Kinship const&) const = default;
};
[[nodiscard]] std::optional<Kinship> kinship(Heard const& heard);

// The resume key of a HelloYourself.
[[nodiscard]] std::optional<vox::ResumeKey> key_in(vox::ByteView handshake_payload);

// A payload as a person reads it: JSON on one line, or hex.
[[nodiscard]] std::string readable(vox::ByteView payload, bool in_handshake);

// The payload with its length before it.
void append_framed(vox::Bytes& out, vox::ByteView payload);

}  // namespace voxspec::differential
