#include "impl/net/session_builder.hpp"

#include "impl/net/dialer.hpp"
#include "impl/net/entropy.hpp"
#include "impl/net/runner.hpp"
#include "impl/rpc/policy.hpp"

#include <algorithm>
#include <utility>

namespace vox::net {

namespace asio = boost::asio;

namespace {

// An acceptor gives out a key of its own with every handshake.
session::HandshakeOptions handshake_options(SessionConfig const& config, Role role) {
  session::HandshakeOptions options{.role = role,
                                    .rulebook = config.rulebook,
                                    .settings = config.settings,
                                    .supports_retry = config.supports_retry,
                                    .metadata = config.metadata,
                                    .service = config.service,
                                    .limits = config.limits};
  if (config.connect_timeout) {
    auto& time = options.limits.establishment_time;
    time = std::min(time, *config.connect_timeout);
  }
  if (role == Role::acceptor && config.resumable) options.resume_key = fresh_resume_key();
  return options;
}

rpc::EndpointOptions endpoint_options(SessionConfig const& config,
                                      session::HandshakeOutcome const& outcome) {
  bool const has_store = config.store && rpc::Policy::of(config.rulebook).operations_of_session;
  rpc::EndpointOptions options{.session = {.rulebook = config.rulebook,
                                           .client_service = config.service,
                                           .must_be_resumable = config.resumable,
                                           .recovery_timeout = config.recovery_timeout,
                                           .keepalive = config.keepalive,
                                           .seed = fresh_seed(),
                                           .limits = config.limits},
                               .durable = has_store};
  if (has_store) options.identity = fresh_resume_key();
  if (has_store && config.store.take && outcome.presented_key) {
    auto const failed =
        caught([&] { options.restored = config.store.take(*outcome.presented_key); });
    if (failed) write_line(config.log, "a stored session cannot be had: " + *failed);
  }
  options.session.is_registered = config.registry != nullptr && outcome.resume_key.has_value();
  // 0.4.0 takes no other parity than the configured one, whatever the peer has left it.
  if (config.rulebook == Rulebook::vox_0_4) options.session.expected_settings = config.settings;
  return options;
}

// From a link that is set up to the root that can be used.
asio::awaitable<SessionResult> begin(SessionConfig config, std::optional<DialPlan> redial,
                                     Attachment attachment) {
  auto const executor = co_await asio::this_coro::executor;
  auto const& handshake = std::get<rpc::NewSession>(attachment.outcome).handshake;
  RunnerOptions options{.endpoint = endpoint_options(config, handshake),
                        .acceptor = config.acceptor,
                        .redial = std::move(redial),
                        .store = config.store,
                        .log = config.log};
  if (options.endpoint.session.is_registered) options.registry = config.registry;
  auto runner = Runner::start(executor, std::move(options), std::move(attachment));
  if (!runner) co_return std::unexpected(std::move(runner.error()));
  auto root = co_await (*runner)->root();
  if (!root) co_return std::unexpected(std::move(root.error()));
  Established established{.session = SessionHandle{*runner}, .root = std::move(*root)};
  co_return std::move(established);
}

asio::awaitable<SessionResult> initiate(SessionConfig config, std::unique_ptr<link::Link> link,
                                        ConduitMode mode) {
  rpc::EstablishmentOptions options{
      .handshake = handshake_options(config, Role::initiator), .mode = mode, .link = 1};
  std::shared_ptr<link::Link> shared{std::move(link)};
  auto attachment = co_await set_up_link(std::move(shared), std::move(options));
  if (!attachment) co_return std::unexpected(std::move(attachment.error()));
  std::optional<DialPlan> none;
  co_return co_await begin(std::move(config), std::move(none), std::move(*attachment));
}

asio::awaitable<AttachmentResult> first_attachment(DialPlan plan, std::optional<Duration> wait) {
  constexpr conduit::LinkNumber first = 1;
  if (wait) return dial_within(*wait, std::move(plan), first);
  return dial(std::move(plan), first);
}

asio::awaitable<SessionResult> dial_and_begin(SessionConfig config,
                                              std::shared_ptr<LinkSource> source, ConduitMode mode,
                                              std::optional<Duration> wait, Pause pause) {
  DialPlan plan{.source = std::move(source),
                .mode = mode,
                .handshake = handshake_options(config, Role::initiator),
                .connect_timeout = config.connect_timeout,
                .pause = std::move(pause)};
  auto again = plan;
  auto attachment = co_await first_attachment(std::move(plan), wait);
  if (!attachment) co_return std::unexpected(std::move(attachment.error()));
  std::optional<DialPlan> redial{std::move(again)};
  co_return co_await begin(std::move(config), std::move(redial), std::move(*attachment));
}

// What an acceptor brings to a link.
rpc::EstablishmentOptions acceptor_options(SessionConfig const& config,
                                           conduit::LinkNumber number) {
  return {.handshake = handshake_options(config, Role::acceptor),
          .fresh_key = fresh_resume_key,
          .link = number};
}

asio::awaitable<SessionResult> accept(SessionConfig config, std::unique_ptr<link::Link> link) {
  auto options = acceptor_options(config, 1);
  std::shared_ptr<link::Link> shared{std::move(link)};
  auto attachment = co_await set_up_link(std::move(shared), std::move(options));
  if (!attachment) co_return std::unexpected(std::move(attachment.error()));
  config.registry.reset();
  std::optional<DialPlan> none;
  co_return co_await begin(std::move(config), std::move(none), std::move(*attachment));
}

// Counts a link for as long as it has no session.
class HalfOpen {
 public:
  HalfOpen(std::shared_ptr<SessionRegistry> registry, std::shared_ptr<link::Link> const& link)
      : registry_{std::move(registry)}, number_{registry_ ? registry_->link_opened(link) : 1} {}
  HalfOpen(HalfOpen const&) = delete;
  HalfOpen& operator=(HalfOpen const&) = delete;
  HalfOpen(HalfOpen&&) = delete;
  HalfOpen& operator=(HalfOpen&&) = delete;
  ~HalfOpen() {
    if (registry_) registry_->link_settled(number_);
  }
  [[nodiscard]] conduit::LinkNumber number() const { return number_; }

 private:
  std::shared_ptr<SessionRegistry> registry_;
  conduit::LinkNumber number_;
};

asio::awaitable<AttachmentResult> set_up_accepted(SessionConfig const& config,
                                                  std::shared_ptr<link::Link> link) {
  auto const& registry = config.registry;
  HalfOpen const half_open{registry ? registry : config.link_counter, link};
  auto options = acceptor_options(config, half_open.number());
  auto* const known = registry ? &registry->known() : nullptr;
  co_return co_await set_up_link(std::move(link), std::move(options), known);
}

// r[impl core.M5]
asio::awaitable<AcceptResult> accept_or_resume(SessionConfig config,
                                               std::unique_ptr<link::Link> link) {
  std::shared_ptr<link::Link> shared{std::move(link)};
  auto attachment = co_await set_up_accepted(config, std::move(shared));
  if (!attachment) co_return std::unexpected(std::move(attachment.error()));
  rpc::SessionNumber number = 0;
  auto const& outcome = attachment->outcome;
  if (auto const* const session = std::get_if<rpc::ResumeSession>(&outcome)) {
    number = session->session;
  } else if (auto const* const conduit = std::get_if<rpc::ResumeConduit>(&outcome)) {
    number = conduit->session;
  }
  if (number != 0) {
    auto const runner = config.registry->find(number);
    if (!runner) {
      attachment->link->close();
      co_return std::unexpected(session::protocol_error(session::text::session_closed));
    }
    auto resumed = co_await runner->resume(std::move(*attachment));
    if (!resumed) co_return std::unexpected(std::move(resumed.error()));
    co_return Resumed{};
  }
  std::optional<DialPlan> none;
  auto established = co_await begin(std::move(config), std::move(none), std::move(*attachment));
  if (!established) co_return std::unexpected(std::move(established.error()));
  co_return std::move(*established);
}

}  // namespace

asio::awaitable<SessionResult> InitiatorBuilder::establish_on(std::unique_ptr<link::Link> link,
                                                              ConduitMode mode) const {
  return initiate(config(), std::move(link), mode);
}

asio::awaitable<SessionResult> InitiatorBuilder::establish_from(std::shared_ptr<LinkSource> source,
                                                                ConduitMode mode) const {
  return dial_and_begin(config(), std::move(source), mode, wait_, pause_);
}

asio::awaitable<SessionResult> AcceptorBuilder::establish_on(
    std::unique_ptr<link::Link> link) const {
  return accept(config(), std::move(link));
}

asio::awaitable<AcceptResult> AcceptorBuilder::establish_or_resume(
    std::unique_ptr<link::Link> link) const {
  return accept_or_resume(config(), std::move(link));
}

}  // namespace vox::net
