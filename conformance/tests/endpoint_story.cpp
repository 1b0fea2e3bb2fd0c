#include "conformance/tests/endpoint_story.hpp"

#include "impl/wire/message.hpp"
#include "impl/wire/postcard.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace voxspec::test {

using namespace vox;
using namespace vox::rpc;
using vox::rpc::test::args;
using vox::rpc::test::methods;
using vox::rpc::test::ok;

namespace {

// Small limits, so that short stories come to them.
Limits small_limits() {
  Limits limits;
  limits.session_bytes_max = 100'000;
  limits.event_bytes_max = 4'000;
  limits.owed_bytes_max = 4'000;
  limits.owed_messages_max = 16;
  limits.wanted_messages_max = 16;
  limits.wanted_bytes_max = 4'000;
  limits.calls_waiting_max = 8;
  limits.channels_max = 16;
  limits.early_items_max = 8;
  limits.operations_max = 64;
  limits.frame_bytes_max = 8'000;
  return limits;
}

constexpr std::size_t slack = 3uz * 8'000;  // a payload each way and one in an event

}  // namespace

std::uint8_t EndpointStory::next() {
  if (story_.empty()) return 0;
  auto const byte = std::to_integer<std::uint8_t>(story_.front());
  story_ = story_.subspan(1);
  return byte;
}

std::size_t EndpointStory::choose(std::size_t count) {
  return count == 0 ? 0 : next() % count;
}

void EndpointStory::complain(std::string what) {
  complaints_.push_back(std::move(what));
}

void EndpointStory::mix(std::uint64_t value) {
  digest_ = (digest_ ^ value) * 0x100000001b3U;
}
void EndpointStory::mix(ByteView bytes) {
  for (auto const byte : bytes)
    mix(std::to_integer<std::uint64_t>(byte));
}

void EndpointStory::play() {
  auto const options = next();
  is_spec_ = (options & 1U) == 0;
  pair_.emplace(
      vox::rpc::test::PairOptions{.rulebook = is_spec_ ? Rulebook::spec : Rulebook::vox_0_4,
                                  .max_concurrent_requests = (options & 2U) == 0 ? 64U : 3U,
                                  .resumable = (options & 4U) == 0,
                                  .limits = small_limits()});
  connections_ = {session::root_connection};
  while (!story_.empty() && pair_->is_alive()) {
    step();
    note(pair_->client, client_);
    note(pair_->server, server_);
    check_bounds(pair_->client);
    check_bounds(pair_->server);
  }
  finish();
}

void EndpointStory::step() {
  auto const word = next();
  bool const is_client = (word & 0x80U) == 0;
  auto& side = is_client ? pair_->client : pair_->server;
  auto& book = is_client ? client_ : server_;
  switch (word & 0x0fU) {
    case 0:
    case 1:
      return call(side, book);
    case 2:
      return stream(side, book);
    case 3:
    case 4:
      return answer(side, book);
    case 5:
      return cancel(side, book);
    case 6:
    case 7:
      return use_stream(side, book);
    case 8:
    case 9:
      return pair_->run();
    case 10:
    case 11:
      static_cast<void>(pair_->step(side));
      return;
    case 12:
      if (pair_->link_is_up()) {
        pair_->lose_link();
      } else if (pair_->is_alive()) {
        pair_->resume();
      }
      return;
    case 13:
      return pair_->pass(std::chrono::milliseconds{10 * next()});
    case 14:
      return open_or_close(side);
    case 15:
      if ((word & 0x70U) == 0x70U) inject(side);
      return;
    default:
      return;
  }
}

void EndpointStory::call(Pair::Side& side, Book& book) {
  auto const kind = next();
  auto const& method = (kind & 1U) == 0 ? *methods().echo : *methods().keep;
  auto text = std::to_string(next_text_++);
  text.append(std::size_t{kind & 0xf0U} * 4, 'x');
  auto const made = side.endpoint->call(
      pair_->now, command::Call{.connection_id = connections_[choose(connections_.size())],
                                .method = (kind & 6U) == 6U ? methods().missing : &method,
                                .metadata = {},
                                .args = args(text)});
  if (made) book.calls.emplace(made->id, text);
}

void EndpointStory::stream(Pair::Side& side, Book& book) {
  auto const kind = next();
  auto const* method = methods().generate;
  if ((kind & 3U) == 0) method = methods().sum;
  if ((kind & 3U) == 1) method = methods().generate_idem;
  auto const made = side.endpoint->call(
      pair_->now,
      command::MakeChannel{.connection_id = session::root_connection, .method = method, .type = 0});
  if (!made) return;
  auto const id = *side.endpoint->channel_id(made->id);
  auto const called = side.endpoint->call(
      pair_->now,
      command::Call{.connection_id = session::root_connection,
                    .method = method,
                    .metadata = {},
                    .args = method == methods().sum
                                ? args(schema::Rx<std::int32_t>{id})
                                : args(std::uint32_t{100}, schema::Tx<std::int32_t>{id})});
  if (!called) {
    static_cast<void>(side.endpoint->call(
        pair_->now, method == methods().sum ? Command{command::CloseChannel{made->id}}
                                            : Command{command::ReleaseChannel{made->id}}));
    return;
  }
  book.calls.emplace(called->id, "stream");
  book.streams.push_back({.ref = made->id, .sends = method == methods().sum});
}

void EndpointStory::answer(Pair::Side& side, Book& book) {
  if (book.requests.empty()) return;
  auto const kind = next();
  auto const at = choose(book.requests.size());
  auto const request = book.requests[at];
  book.requests.erase(book.requests.begin() + static_cast<std::ptrdiff_t>(at));
  auto const size = std::size_t{kind} * 16;
  auto const done = side.endpoint->call(
      pair_->now, (kind & 3U) == 3U ? Command{command::Drop{request}}
                                    : Command{command::Respond{.request = request,
                                                               .ret = ok(std::string(size, 'r')),
                                                               .metadata = {}}});
  if (!done) complain("a handler's end was refused: " + done.error().text());
}

void EndpointStory::cancel(Pair::Side& side, Book& book) {
  if (book.calls.empty()) return;
  auto at = book.calls.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(choose(book.calls.size())));
  static_cast<void>(
      side.endpoint->call(pair_->now, command::Cancel{.call = at->first, .metadata = {}}));
}

void EndpointStory::use_stream(Pair::Side& side, Book& book) {
  if (book.streams.empty()) return;
  auto const kind = next();
  auto const at = choose(book.streams.size());
  auto& stream = book.streams[at];
  if ((kind & 15U) == 15U) {
    static_cast<void>(side.endpoint->call(
        pair_->now, stream.sends ? Command{command::CloseChannel{stream.ref}}
                                 : Command{command::ReleaseChannel{stream.ref}}));
    book.streams.erase(book.streams.begin() + static_cast<std::ptrdiff_t>(at));
    return;
  }
  if (stream.sends) {
    auto const sent = side.endpoint->call(
        pair_->now,
        command::SendItem{.channel = stream.ref, .item = wire::encode_value(stream.next)});
    if (sent) ++stream.next;
    return;
  }
  auto const taken = side.endpoint->take_item(pair_->now, stream.ref);
  if (auto const* const item = std::get_if<ReceivedItem>(&taken)) {
    auto const number = wire::decode_value<std::int32_t>(item->bytes);
    bool const in_order = number && (*number == stream.next || *number == 0);
    if (!in_order && !is_hostile_) complain("an item is out of order");
    stream.next = number ? *number + 1 : 0;
  }
}

void EndpointStory::open_or_close(Pair::Side& side) {
  auto const kind = next();
  if ((kind & 1U) == 0 || connections_.size() == 1) return;
  auto const id = connections_[1 + choose(connections_.size() - 1)];
  static_cast<void>(side.endpoint->call(pair_->now, session::command::Close{.connection_id = id}));
}

// Bytes of a peer that keeps no rule: a message with numbers and a body of its own.
void EndpointStory::inject(Pair::Side& side) {
  is_hostile_ = true;
  auto const length = std::size_t{next()} % 40;
  Bytes payload;
  for (std::size_t i = 0; i < length; ++i)
    payload.push_back(std::byte{next()});
  side.wire.push_back(std::move(payload));
}

void EndpointStory::note(Pair::Side& side, Book& book) {
  for (auto& payload : std::exchange(side.seen, {}))
    mix(payload);
  while (!side.events.empty()) {
    auto event = std::move(side.events.front());
    side.events.pop_front();
    mix(event.index());
    if (auto const* const done = std::get_if<event::CallDone>(&event)) {
      ++done_;
      if (book.calls.erase(done->call) == 0) complain("a call is done twice");
    } else if (auto const* const arrived = std::get_if<event::CallArrived>(&event)) {
      book.requests.push_back(arrived->request);
      auto const text = wire::decode_value<std::tuple<std::string>>(arrived->args);
      bool const is_once = text && !arrived->method->operation().idempotent && is_spec_;
      if (is_once && !is_hostile_ && arrived->channels.empty() &&
          !book.executed.insert(std::get<0>(*text)).second) {
        complain("an operation is run twice");
      }
      for (auto const ref : arrived->channels)
        book.streams.push_back({.ref = ref, .sends = arrived->method != methods().sum});
    } else if (auto const* const ended = std::get_if<session::event::Ended>(&event)) {
      bool const is_accusation = ended->cause == session::EndCause::violation ||
                                 ended->cause == session::EndCause::accused;
      if (is_accusation && !is_hostile_) complain("accused: " + ended->detail);
    }
  }
}

void EndpointStory::check_bounds(Pair::Side& side) {
  if (side.endpoint->held_bytes() > small_limits().session_bytes_max + slack) {
    complain("more is held than the limit allows");
  }
}

// At the end of the session every call is done.
void EndpointStory::finish() {
  if (pair_->link_is_up()) pair_->run();
  for (auto* const side : {&pair_->client, &pair_->server}) {
    static_cast<void>(side->endpoint->call(pair_->now, session::command::Shutdown{}));
    while (auto event = side->endpoint->poll_event())
      side->events.push_back(std::move(*event));
  }
  note(pair_->client, client_);
  note(pair_->server, server_);
  if (!client_.calls.empty() || !server_.calls.empty()) complain("a call was never done");
}

}  // namespace voxspec::test
