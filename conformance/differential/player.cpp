#include "conformance/differential/player.hpp"

#include "conformance/differential/frames.hpp"
#include "impl/link/deadline.hpp"
#include "impl/wire/handshake.hpp"
#include "impl/wire/message.hpp"
#include "impl/wire/method_id.hpp"
#include "impl/wire/prologue.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <variant>

namespace voxspec::differential {

namespace asio = boost::asio;
namespace link = vox::link;
namespace wire = vox::wire;

namespace {

// The request id of the call that ends every script, of either parity's.
constexpr std::uint64_t last_request = 9'001;

}  // namespace

Player::Player(Script const& script, Home const& home, asio::any_io_executor const& executor)
    : script_{script},
      home_{home},
      executor_{executor},
      ours_{script.role, script.manner, home.flaws} {}

Player::Task<void> Player::run() {
  if (script_.role == vox::Role::acceptor) {
    co_await greet(script_.greetings.front());
  } else {
    start_dialling_subject();
    if (process_) co_await take_dial();
  }
  for (auto const& step : script_.steps) {
    if (links_.empty()) break;
    ++step_;
    co_await perform(step);
    if (ours_.wants_link()) co_await take_dial();
  }
  if (!links_.empty()) co_await close_down();
  if (process_ && process_->state().crashed()) result_.theirs.death = text(process_->state());
}

Player::Task<void> Player::perform(Step const& step) {
  if (auto const* const words = std::get_if<Say>(&step)) {
    co_await say(words->payloads);
  } else if (auto const* const back = std::get_if<ComeBack>(&step)) {
    co_await greet(back->greeting);
  } else {
    co_await hang_up();
  }
}

Player::Task<void> Player::say(std::span<vox::Bytes const> payloads) {
  wire::Ping const ping{.nonce = next_nonce_++};
  std::vector<vox::Bytes> all{payloads.begin(), payloads.end()};
  all.push_back(wire::encode_message({.connection_id = 0, .payload = ping}));
  loose_ends_.begin_burst();
  for (auto const& payload : all) {
    ours_.receive(current_, in_dialect(payload, dialect_), payload);
    auto said = ours_.take_said();
    loose_ends_.after(payload, said, ours_.take_losses());
    keep_ours(std::move(said));
  }
  loose_ends_.settle(step_, result_.loose);
  vox::Bytes burst;
  for (auto const& payload : all)
    append_framed(burst, in_dialect(payload, dialect_));
  auto& link = links_[current_];
  if (link.ended) co_return;
  auto const sent = co_await link.link->send_raw(burst);
  if (!sent && sent.error().kind == link::LinkEndKind::reset) link.ended = true;
  co_await catch_up();
}

Player::Task<void> Player::hang_up() {
  ours_.lose(current_);
  keep_ours(ours_.take_said());
  static_cast<void>(ours_.take_losses());
  co_await links_[current_].link->finish();
  co_await catch_up();
}

// The subject is the acceptor.
Player::Task<void> Player::greet(Greeting const& greeting) {
  if (!co_await dial()) co_return;
  auto const before = std::exchange(current_, ours_.begin_link());
  auto const peer = vox::Role::initiator;
  ours_.receive(current_, first_payload(greeting, peer, choose(greeting.key, our_keys_)));
  keep_ours(ours_.take_said());
  vox::Bytes const hello = first_payload(greeting, peer, choose(greeting.key, their_keys_));
  co_await send(hello);
  co_await catch_up();
  if (talks()) {
    auto const consent = last_payload(greeting);
    ours_.receive(current_, consent);
    keep_ours(ours_.take_said());
    co_await send(consent);
    co_await catch_up();
  }
  if (!talks() && current_ > 0) {
    current_ = before;
    key_was_refused_ = true;
  } else if (talks()) {
    dialect_ = greeting.dialect;
    co_await say({});
  }
}

// The subject is the initiator.
Player::Task<void> Player::take_dial() {
  if (!co_await accept()) co_return;
  auto const number = std::min(greetings_used_++, script_.greetings.size() - 1);
  auto const& greeting = script_.greetings[number];
  current_ = ours_.begin_link();
  keep_ours(ours_.take_said());
  co_await catch_up();
  std::optional<vox::ResumeKey> key;
  if (greeting.key != KeyChoice::none) key = issued_key(greetings_used_);
  auto const answer = first_payload(greeting, vox::Role::acceptor, key);
  ours_.receive(current_, answer);
  keep_ours(ours_.take_said());
  // On a link that replaces another an 0.4.0 initiator reads as if all peers wrote as it does.
  dialect_ = greetings_used_ == 1 ? greeting.dialect : own_dialect();
  if (ours_.fate(current_) == LinkFate::closed) result_.loose.farewells.insert(current_);
  co_await send(answer);
  co_await catch_up();
  if (talks()) co_await say({});
}

// Leaves no question open: a session that is mute is taken up again, which proves that it had lost
// its link and closes the old one; one that talks answers a call; a link that is to be closed is
// waited for.
Player::Task<void> Player::close_down() {
  ++step_;
  if (script_.role == vox::Role::acceptor && ours_.fate(current_) == LinkFate::mute) {
    Greeting back = script_.greetings.front();
    back.key = KeyChoice::first;
    back.first_instead.reset();
    back.last_instead.reset();
    co_await greet(back);
  }
  if (talks()) {
    ++step_;
    wire::Call const call{.method_id = wire::method_id("Testbed", "no_such_method"),
                          .metadata = {},
                          .args = {},
                          .schemas = {}};
    std::array const payloads{wire::encode_message(
        {.connection_id = 0, .payload = wire::RequestMessage{.id = last_request, .body = call}})};
    co_await say(payloads);
  }
  for (std::size_t link = 0; link < links_.size(); ++link) {
    auto const fate = ours_.fate(link);
    result_.ours.links.push_back(fate);
    if (fate == LinkFate::closed) co_await hear_end(link);
    result_.theirs.links.push_back(links_[link].ended         ? LinkFate::closed
                                   : fate == LinkFate::closed ? LinkFate::open
                                                              : fate);
  }
  for (auto& link : links_)
    link.link->abort();
}

void Player::start_dialling_subject() {
  link::Address const any{
      .transport = link::Transport::tcp, .host = "127.0.0.1", .port = 0, .path = {}};
  auto listener = link::listen(executor_, any);
  if (!listener) {
    result_.theirs.death = listener.error();
    return;
  }
  listener_ = *std::move(listener);
  Launch launch{.command = home_.command, .environment = environment(script_.manner)};
  launch.environment["SUBJECT_MODE"] = "server";
  launch.environment["PEER_ADDR"] = link::to_string(listener_->address());
  auto process = SubjectProcess::start(executor_, launch);
  if (!process) {
    result_.theirs.death = process.error().detail;
  } else {
    process_ = *std::move(process);
  }
}

Player::Task<bool> Player::dial() {
  auto link = co_await link::connect(home_.listening);
  if (!link) {
    if (result_.theirs.death.empty()) result_.theirs.death = link.error();
    co_return false;
  }
  links_.push_back({.link = *std::move(link)});
  wire::TransportHello const hello{};
  auto const request = wire::encode_prologue(hello);
  co_await send(request);
  auto const answer = co_await link::receive_within(*links_.back().link, home_.patience);
  links_.back().ended = !answer || !*answer;
  co_return true;
}

Player::Task<bool> Player::accept() {
  auto link = co_await link::within(home_.patience, listener_->accept());
  if (!link || !*link) {
    if (result_.theirs.death.empty()) result_.theirs.death = "it did not dial";
    co_return false;
  }
  links_.push_back({.link = **std::move(link)});
  auto const request = co_await link::receive_within(*links_.back().link, home_.patience);
  links_.back().ended = !request || !*request;
  wire::TransportAccept const agreement{};
  auto const answer = wire::encode_prologue(agreement);
  co_await send(answer);
  co_return true;
}

Player::Task<void> Player::send(vox::ByteView payload) {
  auto& link = links_.back();
  if (link.ended) co_return;
  static_cast<void>(co_await link.link->send(payload));
}

Player::Task<bool> Player::hear(std::size_t number) {
  if (links_[number].ended) co_return false;
  auto const received = co_await link::receive_within(*links_[number].link, home_.patience);
  auto& link = links_[number];
  if (!received) co_return false;
  if (!*received) {
    link.ended = true;
    co_return true;
  }
  auto payload = vox::to_bytes((*received)->view());
  std::size_t const greetings = script_.role == vox::Role::initiator ? 2 : 1;
  bool const in_handshake = link.heard++ < greetings;
  if (in_handshake) note_key(their_keys_, payload);
  result_.theirs.heard.push_back(
      {.step = step_, .link = number, .in_handshake = in_handshake, .payload = std::move(payload)});
  co_return true;
}

Player::Task<void> Player::hear_end(std::size_t link) {
  bool goes_on = true;
  while (goes_on)
    goes_on = co_await hear(link);
}

Player::Task<void> Player::catch_up() {
  bool goes_on = true;
  while (goes_on && is_behind())
    goes_on = co_await hear(current_);
  if (ours_.fate(current_) == LinkFate::closed) co_await hear_end(current_);
}

// Compares counts only: what is different is found later.
bool Player::is_behind() const {
  std::map<Kinship, int> missing;
  auto const in_step = [this](Heard const& heard) {
    return heard.step == step_ && heard.link == current_;
  };
  for (auto const& heard : result_.ours.heard) {
    if (!in_step(heard)) continue;
    auto const kin = kinship(heard);
    if (!kin) continue;
    if (kin->response && result_.loose.responses.contains(*kin->response)) continue;
    ++missing[*kin];
  }
  for (auto const& heard : result_.theirs.heard) {
    auto const kin = in_step(heard) ? kinship(heard) : std::nullopt;
    if (kin) --missing[*kin];
  }
  return std::ranges::any_of(missing, [](auto const& entry) { return entry.second > 0; });
}

void Player::keep_ours(std::vector<Heard> said) {
  for (auto& heard : said) {
    heard.step = step_;
    if (heard.in_handshake) note_key(our_keys_, heard.payload);
    result_.ours.heard.push_back(std::move(heard));
  }
}

void Player::note_key(Keys& keys, vox::ByteView payload) {
  auto const key = key_in(payload);
  if (!key) return;
  if (!keys.first) keys.first = key;
  keys.latest = key;
}

std::optional<vox::ResumeKey> Player::choose(KeyChoice choice, Keys const& keys) const {
  if (key_was_refused_ && choice != KeyChoice::none) return unknown_key();
  switch (choice) {
    case KeyChoice::none:
      return std::nullopt;
    case KeyChoice::unknown:
      return unknown_key();
    case KeyChoice::first:
      return keys.first;
    case KeyChoice::latest:
      return keys.latest;
  }
  return std::nullopt;
}

}  // namespace voxspec::differential
