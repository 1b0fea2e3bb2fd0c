#include "conformance/differential/generator.hpp"

#include "conformance/differential/dice.hpp"
#include "conformance/differential/frames.hpp"
#include "conformance/differential/message_maker.hpp"
#include "conformance/subjects/testbed/catalog.hpp"
#include "impl/wire/handshake.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

namespace voxspec::differential {

namespace wire = vox::wire;

namespace {

constexpr LeftOut left_out_inputs[] = {
    {"metadata values of the kind bytes",
     "0.4.0 cannot decode them anywhere, although it sends them"},
    {"counts and lengths beyond the payload",
     "0.4.0 makes room for the count, or adds without "
     "looking for overflow, and its process aborts"},
    {"recursive types and deep CBOR", "0.4.0 walks them without a bound and overflows its stack"},
    {"operation ids used twice", "the answer depends on whether the first call is still running"},
    {"a call, and in the same burst schemas for its connection",
     "the handler may read those or the ones before, and 0.4.0 keeps what it made of them"},
    {"two calls of a method with errors of its own in one burst",
     "an InvalidPayload and a value are announced in two ways, and the faster answer decides"},
    {"a resume key after it was refused",
     "0.4.0 closes the link and forgets the key a moment later; until then the key is still good"},
    {"an open of connection 0 that would be refused",
     "0.4.0 then takes its root for let go, and ends the session when it has read what is there"},
    {"calls of methods with channels", "they are the business of whoever serves a connection"},
};

// What goes out in one write: no schemas for a connection behind a call on it, and no two calls of
// a method whose errors are announced in two ways.
class Burst {
 public:
  [[nodiscard]] bool takes(vox::Bytes const& payload) const {
    auto const message = read_message(payload);
    if (!message || !called_.contains(message->connection_id)) return true;
    auto const* const call = call_in(*message);
    if (call != nullptr && call->method_id == fallible_method()) return false;
    auto const announces = std::holds_alternative<wire::SchemaMessage>(message->payload) ||
                           (call != nullptr && !call->schemas.empty());
    return !announces;
  }
  void add(vox::Bytes payload) {
    auto const message = read_message(payload);
    if (message && call_in(*message) != nullptr) called_.insert(message->connection_id);
    say_.payloads.push_back(std::move(payload));
  }
  [[nodiscard]] Say take() { return std::move(say_); }

 private:
  static vox::session::MethodId fallible_method() {
    static auto const id = testbed::find_method("divide")->id;
    return id;
  }
  static wire::Call const* call_in(wire::Message const& message) {
    auto const* const request = std::get_if<wire::RequestMessage>(&message.payload);
    return request == nullptr ? nullptr : std::get_if<wire::Call>(&request->body);
  }

  Say say_;
  std::set<vox::session::ConnectionId> called_;
};

class Generator {
 public:
  Generator(std::uint64_t seed, std::optional<vox::Role> role)
      : dice_{seed},
        seed_{seed},
        role_{role ? *role : role_of(dice_)},
        manner_{manner_of(dice_)},
        maker_{dice_, role_, manner_} {}

  Script make() {
    Script script{.seed = seed_, .manner = manner_, .role = role_, .greetings = {}, .steps = {}};
    script.greetings.push_back(greeting(dice_.chance(20)));
    if (role_ == vox::Role::initiator) {
      for (int more = 0; more < 3; ++more)
        script.greetings.push_back(greeting_again(script.greetings.front()));
    }
    for (auto left = 1 + dice_.below(12); left > 0; --left) {
      script.steps.push_back(step());
      if (role_ == vox::Role::acceptor && manner_ != Manner::opens &&
          dice_.chance(percent_of_return(script.steps.back()))) {
        script.steps.emplace_back(ComeBack{greeting_again(script.greetings.front())});
        maker_.forget_root();
      }
    }
    return script;
  }

 private:
  // Each script with the subject as the initiator needs a process of its own.
  static vox::Role role_of(Dice& dice) {
    return dice.chance(85) ? vox::Role::acceptor : vox::Role::initiator;
  }

  static Manner manner_of(Dice& dice) {
    if (dice.chance(75)) return Manner::accepts;
    return dice.chance(60) ? Manner::opens : Manner::refuses;
  }

  // A subject that dials comes back by itself. One that listens hears nothing more on a link that
  // it takes for lost, so that the script had better go on with another.
  unsigned percent_of_return(Step const& step) {
    auto const* const say = std::get_if<Say>(&step);
    auto const may_be_lost =
        say == nullptr || std::ranges::any_of(say->payloads, [](vox::Bytes const& payload) {
          return !read_message(payload).has_value();
        });
    return may_be_lost ? 70 : 4;
  }

  // What the subject does by itself goes on beside the loop that reads its link, so that such a
  // script says one thing at a time, and never has the link lost.
  Step single() {
    auto payloads = maker_.next();
    std::erase_if(payloads, [](vox::Bytes const& payload) { return !read_message(payload); });
    Say say;
    if (!payloads.empty()) say.payloads.push_back(std::move(payloads.back()));
    return say;
  }

  Step step() {
    if (manner_ == Manner::opens) return single();
    if (dice_.chance(4)) return HangUp{};
    Burst burst;
    do {
      auto payloads = kept_.empty() ? maker_.next() : std::exchange(kept_, {});
      for (auto& payload : payloads) {
        if (kept_.empty() && burst.takes(payload)) {
          burst.add(std::move(payload));
        } else {
          kept_.push_back(std::move(payload));
        }
      }
    } while (kept_.empty() && dice_.chance(25));
    return burst.take();
  }

  Greeting greeting(bool is_odd) {
    Greeting greeting;
    greeting.parity = vox::Parity::odd;
    greeting.settings = {
        .parity = role_ == vox::Role::acceptor ? vox::Parity::odd : vox::Parity::even,
        .max_concurrent_requests = 64};
    greeting.key = dice_.chance(25) ? KeyChoice::unknown : KeyChoice::none;
    greeting.metadata = maker_.metadata(dice_.chance(70));
    greeting.dialect = dialect();
    greeting.supports_retry = dice_.chance(70);
    if (dice_.chance(25)) greeting.settings = maker_.settings();
    if (dice_.chance(5)) greeting.parity = vox::Parity::even;
    if (is_odd) spoil(greeting);
    return greeting;
  }

  Dialect dialect() {
    auto const drawn = dice_.below(100);
    if (drawn < 50) return own_dialect();
    if (drawn < 70) return silent_dialect();
    if (drawn < 95) return shuffled_dialect(dice_, manner_ != Manner::opens);
    return broken_dialect(dice_);
  }

  // What a peer says that comes back: mostly what it said before, with a key.
  Greeting greeting_again(Greeting const& first) {
    auto again = dice_.chance(80) ? first : greeting(false);
    again.first_instead.reset();
    again.last_instead.reset();
    constexpr KeyChoice keys[] = {KeyChoice::first, KeyChoice::first,  KeyChoice::first,
                                  KeyChoice::first, KeyChoice::latest, KeyChoice::unknown,
                                  KeyChoice::none};
    again.key = dice_.pick(keys);
    return again;
  }

  // Something else than the handshake payload that is due.
  void spoil(Greeting& greeting) {
    auto const peer = peer_of(role_);
    auto payload = first_payload(greeting, peer, std::nullopt);
    switch (dice_.below(7)) {
      case 0:
        payload.resize(dice_.below(payload.size()));
        greeting.first_instead = std::move(payload);
        break;
      case 1:
        payload.push_back(std::byte{0});
        greeting.first_instead = std::move(payload);
        break;
      case 2:
        greeting.first_instead = wire::encode_handshake(wire::Sorry{.reason = "no"});
        break;
      case 3:
        greeting.first_instead = first_payload(greeting, role_, std::nullopt);
        break;
      case 4:
        greeting.first_instead = vox::Bytes{};
        break;
      case 5:
        greeting.last_instead = wire::encode_handshake(wire::Sorry{.reason = "no"});
        break;
      default:
        greeting.last_instead = std::move(payload);
        break;
    }
  }

  Dice dice_;
  std::uint64_t seed_;
  vox::Role role_;
  Manner manner_;
  MessageMaker maker_;
  std::vector<vox::Bytes> kept_;  // made already, for the next burst
};

}  // namespace

Script generate(std::uint64_t seed, std::optional<vox::Role> role) {
  return Generator{seed, role}.make();
}

std::vector<LeftOut> left_out() {
  return {std::begin(left_out_inputs), std::end(left_out_inputs)};
}

}  // namespace voxspec::differential
