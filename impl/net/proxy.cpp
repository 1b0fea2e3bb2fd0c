#include "impl/net/proxy.hpp"

#include "impl/net/runner.hpp"
#include "impl/rpc/proxy.hpp"

#include <utility>
#include <variant>

namespace vox::net {

namespace {

std::size_t bytes_of(session::Event const& message) {
  return std::visit(
      [](auto const& said) -> std::size_t {
        if constexpr (requires { said.backing; }) return said.backing.view().size();
        return 0;
      },
      message);
}

}  // namespace

Proxy::Proxy(Runner& runner, session::ConnectionId id, Connection const& target)
    : ends_{End{.runner = runner.weak_from_this(), .id = id},
            End{.runner = target.runner(), .id = target.id()}},
      target_{target} {}

std::expected<void, rpc::Refusal> Proxy::join(Runner& runner, session::ConnectionId id,
                                              Connection const& target) {
  auto const& other = *target.runner();
  auto const of_one = runner.session().connection(id);
  auto const of_other = other.session().connection(target.id());
  auto const is_usable = [](std::optional<session::ConnectionInfo> const& info) {
    return info && (info->state == session::ConnectionState::active ||
                    info->state == session::ConnectionState::root);
  };
  if (!is_usable(of_one) || !is_usable(of_other)) {
    return std::unexpected(rpc::Refusal{rpc::Misuse::connection_unknown});
  }
  if (of_one->our_settings.parity == of_other->our_settings.parity) {
    return std::unexpected(
        rpc::Refusal{session::Refusal{session::protocol_error(session::text::same_parities)}});
  }
  for (auto const& [end, its_id] :
       {std::pair{&runner, id}, std::pair{target.runner().get(), target.id()}}) {
    auto forwarding = end->command(rpc::command::Forward{.connection_id = its_id});
    if (!forwarding) return std::unexpected(std::move(forwarding.error()));
  }
  auto const proxy = std::make_shared<Proxy>(runner, id, target);
  runner.add_proxy(id, proxy);
  target.runner()->add_proxy(target.id(), proxy);
  return {};
}

void Proxy::take(Runner& from, session::Event&& message) {
  if (is_over_) return;
  auto const id = std::visit(
      [](auto const& said) -> session::ConnectionId {
        if constexpr (requires { said.connection_id; }) return said.connection_id;
        return 0;
      },
      message);
  auto const first = ends_[0].runner.lock();
  std::size_t const side = first.get() == &from && ends_[0].id == id ? 0 : 1;
  auto& queue = queues_[side];
  queue.bytes += bytes_of(message);
  queue.messages.push_back(std::move(message));
  flush(side);
  note_room(side, from);
}

void Proxy::flush(Runner const& target) {
  auto const self = shared_from_this();
  for (std::size_t side = 0; side < ends_.size() && !is_over_; ++side) {
    if (ends_[1 - side].runner.lock().get() != &target) continue;
    queues_[side].waits_for_room = false;
    flush(side);
    if (auto const runner = ends_[side].runner.lock()) note_room(side, *runner);
  }
}

void Proxy::flush(std::size_t from) {
  auto& queue = queues_[from];
  auto const& target = ends_[1 - from];
  auto const runner = target.runner.lock();
  while (!queue.messages.empty() && !is_over_) {
    if (!runner) return end();
    // Responses are always taken, so that their room has to be looked at here.
    bool const has_room = runner->session().can_send() && runner->session().can_receive();
    if (has_room) {
      auto const& message = queue.messages.front();
      auto const bytes = bytes_of(message);
      auto const sent =
          rpc::pass_on(message, runner->session(), target.id,
                       [&](rpc::Command&& passed) { return runner->command(std::move(passed)); });
      if (is_over_) return;
      if (sent) {
        queue.messages.pop_front();
        queue.bytes -= bytes;
        continue;
      }
      if (!sent.error().may_pass()) return end();
    }
    // Once is enough: a list that grew with each message would double whenever it is gone through.
    if (!std::exchange(queue.waits_for_room, true)) runner->wait_for_room(shared_from_this());
    return;
  }
}

// Tells the source to slow down, or to go on.
void Proxy::note_room(std::size_t of, Runner& runner) {
  auto& queue = queues_[of];
  constexpr Limits limits{};
  bool const is_full = !is_over_ && (queue.messages.size() >= limits.wanted_messages_max ||
                                     queue.bytes >= limits.wanted_bytes_max);
  if (is_full == std::exchange(queue.is_full, is_full)) return;
  if (is_full) {
    runner.slow_down();
  } else {
    runner.speed_up();
  }
}

void Proxy::end() {
  if (std::exchange(is_over_, true)) return;
  auto const self = shared_from_this();
  for (std::size_t side = 0; side < ends_.size(); ++side) {
    queues_[side].messages.clear();
    auto const runner = ends_[side].runner.lock();
    if (!runner) continue;
    note_room(side, *runner);
    runner->remove_proxy(ends_[side].id);
    // An ended session refuses, and has nothing left to close.
    static_cast<void>(
        runner->command(session::command::DropCaller{.connection_id = ends_[side].id}));
  }
  target_.reset();
}

}  // namespace vox::net
