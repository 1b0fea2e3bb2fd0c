#include "impl/net/session_builder.hpp"

#include "impl/net/entropy.hpp"
#include "impl/net/in_time.hpp"
#include "impl/net/session_driver.hpp"
#include "impl/net/source_recoverer.hpp"

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
  if (role == Role::acceptor && config.resumable) options.resume_key = fresh_resume_key();
  return options;
}

session::SessionOptions session_options(SessionConfig const& config,
                                        session::HandshakeOutcome const& outcome) {
  session::SessionOptions options{.rulebook = config.rulebook,
                                  .client_service = config.service,
                                  .must_be_resumable = config.resumable,
                                  .recovery_timeout = config.recovery_timeout,
                                  .keepalive = config.keepalive,
                                  .seed = fresh_seed(),
                                  .limits = config.limits};
  options.is_registered = config.registry != nullptr && outcome.resume_key.has_value();
  // 0.4.0 takes no other parity than the configured one, whatever the peer has left it.
  if (config.rulebook == Rulebook::vox_0_4) options.expected_settings = config.settings;
  return options;
}

// From the finished handshake to the root that can be used.
asio::awaitable<SessionResult> begin(SessionConfig config, std::shared_ptr<Recoverer> recoverer,
                                     Attachment attachment) {
  auto const executor = co_await asio::this_coro::executor;
  auto const key = attachment.outcome.resume_key;
  DriverOptions options{.session = session_options(config, attachment.outcome),
                        .acceptor = config.acceptor,
                        .recoverer = std::move(recoverer),
                        .log = config.log};
  auto const number = std::make_shared<std::uint64_t>(0);
  bool const is_registered = options.session.is_registered;
  if (is_registered) {
    options.on_ended = [registry = config.registry, number] { registry->remove(*number); };
  }
  auto driver = SessionDriver::start(executor, std::move(options), std::move(attachment));
  if (!driver) co_return std::unexpected(std::move(driver.error()));
  if (is_registered) *number = config.registry->add(*key, *driver);
  auto root = co_await (*driver)->root();
  if (!root) co_return std::unexpected(std::move(root.error()));
  Established established{.session = SessionHandle{*driver}, .root = std::move(*root)};
  co_return std::move(established);
}

asio::awaitable<SessionResult> initiate(SessionConfig config, std::shared_ptr<Recoverer> recoverer,
                                        std::unique_ptr<Link> link, ConduitMode mode) {
  auto options = handshake_options(config, Role::initiator);
  auto attachment = co_await in_time(
      config.connect_timeout, establish_as_initiator(std::move(link), mode, std::move(options)));
  if (!attachment) co_return std::unexpected(std::move(attachment.error()));
  co_return co_await begin(std::move(config), std::move(recoverer), std::move(*attachment));
}

asio::awaitable<SessionResult> dial_and_begin(SessionConfig config,
                                              std::shared_ptr<LinkSource> source,
                                              ConduitMode mode) {
  DialPlan plan{.source = std::move(source),
                .mode = mode,
                .handshake = handshake_options(config, Role::initiator),
                .connect_timeout = config.connect_timeout,
                .recovery_timeout = config.recovery_timeout};
  auto again = plan;
  auto attachment = co_await dial(std::move(plan));
  if (!attachment) co_return std::unexpected(std::move(attachment.error()));
  std::shared_ptr<Recoverer> recoverer;
  if (mode == ConduitMode::bare) recoverer = make_source_recoverer(std::move(again));
  co_return co_await begin(std::move(config), std::move(recoverer), std::move(*attachment));
}

asio::awaitable<SessionResult> accept(SessionConfig config, std::unique_ptr<Link> link) {
  auto options = handshake_options(config, Role::acceptor);
  auto attachment = co_await in_time(config.connect_timeout,
                                     establish_as_acceptor(std::move(link), std::move(options)));
  if (!attachment) co_return std::unexpected(std::move(attachment.error()));
  co_return co_await begin(std::move(config), nullptr, std::move(*attachment));
}

// r[impl core.M5]
asio::awaitable<AcceptResult> accept_or_resume(SessionConfig config, std::unique_ptr<Link> link) {
  auto options = handshake_options(config, Role::acceptor);
  auto stable = config.registry ? config.registry->stable() : nullptr;
  auto accepted = co_await in_time(
      config.connect_timeout, accept_link(std::move(link), std::move(options), std::move(stable)));
  if (!accepted) co_return std::unexpected(std::move(accepted.error()));
  auto* const attachment = std::get_if<Attachment>(&*accepted);
  if (attachment == nullptr) co_return Resumed{};
  // 0.4.0 resumes on bare conduits only.
  bool const may_resume =
      config.rulebook == Rulebook::spec || attachment->mode == ConduitMode::bare;
  if (config.registry && may_resume) {
    if (auto const resumed = config.registry->resume(*attachment)) {
      if (!*resumed) co_return std::unexpected(resumed->error());
      co_return Resumed{};
    }
  }
  auto established = co_await begin(std::move(config), nullptr, std::move(*attachment));
  if (!established) co_return std::unexpected(std::move(established.error()));
  co_return std::move(*established);
}

}  // namespace

asio::awaitable<SessionResult> InitiatorBuilder::establish(Attachment attachment) const {
  return begin(config(), recoverer_, std::move(attachment));
}

asio::awaitable<SessionResult> InitiatorBuilder::establish_on(std::unique_ptr<Link> link,
                                                              ConduitMode mode) const {
  return initiate(config(), recoverer_, std::move(link), mode);
}

asio::awaitable<SessionResult> InitiatorBuilder::establish_from(std::shared_ptr<LinkSource> source,
                                                                ConduitMode mode) const {
  return dial_and_begin(config(), std::move(source), mode);
}

asio::awaitable<SessionResult> AcceptorBuilder::establish(Attachment attachment) const {
  return begin(config(), nullptr, std::move(attachment));
}

asio::awaitable<SessionResult> AcceptorBuilder::establish_on(std::unique_ptr<Link> link) const {
  return accept(config(), std::move(link));
}

asio::awaitable<AcceptResult> AcceptorBuilder::establish_or_resume(
    std::unique_ptr<Link> link) const {
  return accept_or_resume(config(), std::move(link));
}

}  // namespace vox::net
