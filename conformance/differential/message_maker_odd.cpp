// What no peer of good will sends.
#include "conformance/differential/message_maker.hpp"
#include "conformance/differential/samples.hpp"
#include "impl/schema/cbor_form.hpp"

#include <string_view>
#include <utility>

namespace voxspec::differential {

namespace schema = vox::schema;
namespace session = vox::session;
namespace wire = vox::wire;

// Schemas that can be read, but that no argument or response is made of.
vox::Bytes MessageMaker::schemas_of_no_use() {
  auto payload = some_method().args->payload;
  switch (dice_.below(6)) {
    case 0:  // a root that may never have been announced
      payload.schemas.clear();
      break;
    case 1:  // the same type twice
      if (!payload.schemas.empty()) payload.schemas.push_back(payload.schemas.front());
      break;
    case 2:  // a parameter as the root
      payload.root = schema::TypeRef::variable("T");
      break;
    case 3:  // a type that nobody has
      payload.root = schema::TypeRef::concrete(dice_.pick(numbers));
      break;
    case 4: {  // not to be read to its end
      auto cut = schema::encode(payload);
      cut.resize(dice_.below(cut.size()));
      return cut;
    }
    default:
      break;
  }
  auto cbor = schema::encode(payload);
  if (dice_.chance(15)) cbor.push_back(std::byte{0xF6});
  return cbor;
}

MessageMaker::Payloads MessageMaker::odd_schemas() {
  auto const cbor = schemas_of_no_use();
  auto const& method = some_method();
  auto const direction =
      dice_.chance(75) ? wire::BindingDirection::args : wire::BindingDirection::response;
  auto const id = some_connection();
  return on(id, wire::SchemaMessage{.method_id = dice_.chance(80) ? method.id : dice_.pick(numbers),
                                    .direction = direction,
                                    .schemas = cbor});
}

// What 0.4.0 reads though its own encoder never writes it: bytes behind the message, numbers in
// more bytes than they need, numbers beyond their type.
MessageMaker::Payloads MessageMaker::sloppy() {
  constexpr std::string_view long_ping{"\x80\x00\x88\x80\x00\xff\x00", 7};
  constexpr std::string_view overflowing_ping{"\x00\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
                                              12};
  constexpr std::string_view wide_credit{"\x00\x07\x01\x03\x80\x80\x80\x80\x80\x01", 10};
  switch (dice_.below(4)) {
    case 0:
      return {vox::to_bytes(vox::as_bytes(long_ping))};
    case 1:
      return {vox::to_bytes(vox::as_bytes(overflowing_ping))};
    case 2:
      return {vox::to_bytes(vox::as_bytes(wide_credit))};
    default: {
      auto payloads = dice_.chance(50) ? ping() : call_unannounced();
      for (auto left = 1 + dice_.below(4); left > 0; --left)
        payloads.back().push_back(static_cast<std::byte>(dice_.below(256)));
      return payloads;
    }
  }
}

// Bytes that are no message. None of them claims a count of elements above 127, or a length that
// would overflow: 0.4.0 dies of those.
MessageMaker::Payloads MessageMaker::undecodable() {
  switch (dice_.below(6)) {
    case 0:
      return {vox::Bytes{}};
    case 1:  // no such message
      return {vox::Bytes{std::byte{0}, static_cast<std::byte>(10 + dice_.below(118))}};
    case 2:  // no such body
      return {vox::Bytes{std::byte{0}, std::byte{5}, std::byte{1},
                         static_cast<std::byte>(3 + dice_.below(125))}};
    case 3:  // text that is not UTF-8
      return {vox::Bytes{std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0xFF}}};
    case 4: {
      vox::Bytes random(dice_.below(12));
      for (auto& byte : random)
        byte = static_cast<std::byte>(dice_.below(128));
      return {random};
    }
    default: {
      auto payloads = dice_.chance(50) ? call_unannounced() : open_unasked();
      payloads.back().resize(dice_.below(payloads.back().size()));
      return payloads;
    }
  }
}

}  // namespace voxspec::differential
