// Messages about connections, and which kind comes next.
#include "conformance/differential/message_maker.hpp"

#include "conformance/differential/samples.hpp"

#include <span>
#include <string_view>
#include <utility>

namespace voxspec::differential {

namespace session = vox::session;
namespace wire = vox::wire;

MessageMaker::MessageMaker(Dice& dice, vox::Role role, Manner manner)
    : dice_{dice},
      manner_{manner},
      parity_{role == vox::Role::acceptor ? vox::Parity::odd : vox::Parity::even},
      next_connection_{parity_ == vox::Parity::odd ? 1U : 2U} {}

struct MessageMaker::Draw {
  unsigned weight;
  Payloads (MessageMaker::*make)();
};

std::vector<MessageMaker::Draw> const& MessageMaker::draws(Manner manner) {
  static std::vector<Draw> const all{
      {12, &MessageMaker::open},        {7, &MessageMaker::open_unasked},
      {7, &MessageMaker::close},        {4, &MessageMaker::accept},
      {3, &MessageMaker::reject},       {4, &MessageMaker::ping},
      {3, &MessageMaker::pong},         {3, &MessageMaker::protocol_error},
      {20, &MessageMaker::call},        {4, &MessageMaker::call_unannounced},
      {5, &MessageMaker::call_unknown}, {4, &MessageMaker::call_inlined},
      {4, &MessageMaker::repeat_call},  {6, &MessageMaker::response},
      {4, &MessageMaker::cancel},       {6, &MessageMaker::channel},
      {7, &MessageMaker::odd_schemas},  {5, &MessageMaker::sloppy},
      {4, &MessageMaker::undecodable},
  };
  // Who opens connections itself waits for answers.
  static std::vector<Draw> const more = [] {
    auto draws = all;
    draws.push_back({50, &MessageMaker::accept});
    draws.push_back({50, &MessageMaker::response});
    return draws;
  }();
  return manner == Manner::opens ? more : all;
}

std::vector<vox::Bytes> MessageMaker::next() {
  unsigned sum = 0;
  for (auto const& draw : draws(manner_))
    sum += draw.weight;
  auto left = dice_.below(sum);
  for (auto const& draw : draws(manner_)) {
    if (left < draw.weight) return (this->*draw.make)();
    left -= draw.weight;
  }
  std::unreachable();
}

MessageMaker::Payloads MessageMaker::on(session::ConnectionId id,
                                        wire::MessagePayload const& payload) {
  return {wire::encode_message({.connection_id = id, .payload = payload})};
}

session::ConnectionId MessageMaker::live_connection() {
  if (opened_.empty() || dice_.chance(45)) return session::root_connection;
  return dice_.pick(std::span<session::ConnectionId const>{opened_});
}

session::ConnectionId MessageMaker::some_connection() {
  if (manner_ == Manner::opens && dice_.chance(60)) {
    return 2 * dice_.below(opened_count) + (parity_ == vox::Parity::odd ? 2 : 1);
  }
  if (dice_.chance(75)) return live_connection();
  if (!closed_.empty() && dice_.chance(50)) {
    return dice_.pick(std::span<session::ConnectionId const>{closed_});
  }
  return dice_.chance(80) ? dice_.below(12) : dice_.pick(numbers);
}

session::RequestId MessageMaker::past_request() {
  if (manner_ == Manner::opens && dice_.chance(60)) return parity_ == vox::Parity::odd ? 2 : 1;
  return dice_.chance(70) ? 1 + dice_.below(next_request_ + 1) : dice_.pick(numbers);
}

wire::Metadata MessageMaker::metadata(bool with_service) {
  constexpr std::string_view keys[] = {"trace", "vox-transport", "error", "", "vox-retry-support"};
  wire::Metadata entries;
  auto const add_some = [&] {
    for (auto left = dice_.below(3); left > 0; --left) {
      wire::MetadataValue value = dice_.pick(numbers);
      if (dice_.chance(50)) value = dice_.pick(texts);
      entries.add({.key = dice_.pick(keys), .value = value, .flags = dice_.below(5)});
    }
  };
  add_some();
  if (with_service) {
    entries.add({.key = "vox-service", .value = std::string_view{"Testbed"}, .flags = 0});
  }
  add_some();
  return entries;
}

vox::ConnectionSettings MessageMaker::settings() {
  return {.parity = dice_.chance(50) ? vox::Parity::odd : vox::Parity::even,
          .max_concurrent_requests = dice_.pick(counts)};
}

// A fresh id of the right parity, mostly with the service that it needs.
MessageMaker::Payloads MessageMaker::open() {
  auto const id = std::exchange(next_connection_, next_connection_ + (dice_.chance(80) ? 2 : 4));
  auto const entries = metadata(dice_.chance(85));
  opened_.push_back(id);
  return on(id, wire::ConnectionOpen{.connection_settings = settings(), .metadata = entries});
}

// An id that is not fresh, or not the peer's to give.
MessageMaker::Payloads MessageMaker::open_unasked() {
  auto id = some_connection();
  if (dice_.chance(30)) id = next_connection_ + 1;
  if (id == session::root_connection && manner_ == Manner::refuses) return close();
  auto const entries = metadata(dice_.chance(85));
  return on(id, wire::ConnectionOpen{.connection_settings = settings(), .metadata = entries});
}

MessageMaker::Payloads MessageMaker::close() {
  auto const id = dice_.chance(15) ? session::root_connection : some_connection();
  auto const entries = metadata(false);
  std::erase(opened_, id);
  closed_.push_back(id);
  announced_[id].reset();
  return on(id, wire::ConnectionClose{.metadata = entries});
}

MessageMaker::Payloads MessageMaker::accept() {
  auto const entries = metadata(false);
  auto const id = some_connection();
  return on(id, wire::ConnectionAccept{.connection_settings = settings(), .metadata = entries});
}

MessageMaker::Payloads MessageMaker::reject() {
  auto const entries = metadata(false);
  auto const id = some_connection();
  return on(id, wire::ConnectionReject{.metadata = entries});
}

MessageMaker::Payloads MessageMaker::ping() {
  auto const id = some_connection();
  return on(id, wire::Ping{.nonce = dice_.pick(numbers)});
}

MessageMaker::Payloads MessageMaker::pong() {
  auto const id = some_connection();
  return on(id, wire::Pong{.nonce = dice_.pick(numbers)});
}

MessageMaker::Payloads MessageMaker::protocol_error() {
  auto const id = some_connection();
  return on(id, wire::ProtocolError{.description = dice_.pick(texts)});
}

}  // namespace voxspec::differential
