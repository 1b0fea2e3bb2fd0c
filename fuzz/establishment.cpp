#include "impl/rpc/establishment.hpp"

#include "impl/wire/handshake.hpp"
#include "impl/wire/prologue.hpp"
#include "spec/assert.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

using namespace vox;
using namespace vox::rpc;

namespace {

constexpr TimePoint begin{};
constexpr ResumeKey session_key{std::byte{1}};
constexpr ResumeKey conduit_key{std::byte{2}};
constexpr SessionNumber known_session = 11;

// The first byte of the input.
struct Setting {
  explicit Setting(std::uint8_t flags)
      : role{(flags & 1U) != 0 ? Role::acceptor : Role::initiator},
        rulebook{(flags & 2U) != 0 ? Rulebook::spec : Rulebook::vox_0_4},
        mode{(flags & 4U) != 0 ? ConduitMode::stable : ConduitMode::bare},
        takes_up_again{(flags & 8U) != 0},
        loses_link{(flags & 16U) != 0} {}

  [[nodiscard]] EstablishmentOptions options(Role side) const {
    EstablishmentOptions made{.mode = mode, .fresh_key = [] { return ResumeKey{std::byte{3}}; }};
    made.handshake.role = side;
    made.handshake.rulebook = rulebook;
    made.handshake.resume_key =
        side == Role::initiator && takes_up_again ? session_key : ResumeKey{std::byte{4}};
    if (side == Role::initiator && takes_up_again && mode == ConduitMode::stable) {
      made.stable_resume = wire::ClientHello{.resume_key = conduit_key, .last_received = {}};
    }
    return made;
  }

  Role role;
  Rulebook rulebook;
  ConduitMode mode;
  bool takes_up_again;
  bool loses_link;
};

bool is_readable(ByteView payload) {
  return wire::decode_prologue(payload) || wire::decode_handshake(payload) ||
         wire::decode_client_hello(payload) || wire::decode_server_hello(payload);
}

// Takes what the side says, and gives it to the partner, if there is one.
void speak(Establishment& side, Establishment* partner) {
  wire::Buffer out;
  while (side.poll_transmit(out)) {
    VOX_ASSERT(is_readable(out.view()));
    if (partner != nullptr) partner->receive(begin, out.view());
    out.clear();
  }
}

void check_end(Establishment const& side, Setting const& setting) {
  VOX_ASSERT(side.is_over() && !side.next_deadline());
  if (!side.outcome()) {
    VOX_ASSERT(!side.outcome().error().text().empty());
  } else if (auto const* const session = std::get_if<NewSession>(&*side.outcome())) {
    VOX_ASSERT(session->stable.has_value() == (session->mode == ConduitMode::stable));
  } else if (auto const* const resumed = std::get_if<ResumeSession>(&*side.outcome())) {
    VOX_ASSERT(setting.role == Role::acceptor && resumed->session == known_session);
    VOX_ASSERT(resumed->handshake.presented_key == session_key);
  } else if (setting.role == Role::acceptor) {
    auto const& conduit = std::get<ResumeConduit>(*side.outcome());
    VOX_ASSERT(setting.rulebook == Rulebook::spec && conduit.session == known_session);
    VOX_ASSERT(std::get<wire::ClientHello>(conduit.hello).resume_key == conduit_key);
  }
}

}  // namespace

// The first byte is the setting; the second says how many payloads a peer that obeys says before
// the rest of the input does, as payloads with 2 bytes of length before each. Whatever comes, there
// is one end in time, and what was said can be read.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  auto input = std::as_bytes(std::span{data, size});
  if (input.size() < 2) return 0;
  Setting const setting{data[0]};
  SessionRegistry registry{setting.rulebook};
  registry.established(session_key, known_session);
  registry.conduit_issued(conduit_key, std::nullopt, known_session);
  static_cast<void>(registry.detached(begin, known_session));
  auto* const registered = setting.role == Role::acceptor ? &registry : nullptr;
  Establishment side{begin, setting.options(setting.role), registered};
  Establishment partner{
      begin, setting.options(setting.role == Role::acceptor ? Role::initiator : Role::acceptor)};
  for (unsigned from_partner = data[1] % 8; from_partner > 0; --from_partner) {
    speak(side, &partner);
    wire::Buffer payload;
    if (partner.poll_transmit(payload)) side.receive(begin, payload.view());
  }
  input = input.subspan(2);
  while (input.size() >= 2) {
    auto const length =
        std::to_integer<std::size_t>(input[0]) | (std::to_integer<std::size_t>(input[1]) << 8U);
    input = input.subspan(2);
    auto const payload = input.first(std::min(length, input.size()));
    speak(side, nullptr);
    side.receive(begin, payload);
    input = input.subspan(payload.size());
  }
  if (setting.loses_link) side.lose_link("reset");
  if (auto const deadline = side.next_deadline()) side.reach_deadline(*deadline);
  speak(side, nullptr);
  check_end(side, setting);
  return 0;
}
