#include "impl/net/source_recoverer.hpp"

#include "impl/net/backoff.hpp"
#include "impl/net/in_time.hpp"

#include <utility>

namespace vox::net {

namespace asio = boost::asio;

namespace {

asio::awaitable<Establishment> attempt(DialPlan plan) {
  auto link = co_await plan.source->next();
  if (!link) co_return std::unexpected(std::move(link.error()));
  StableLinks links{.source = plan.source, .patience = plan.recovery_timeout};
  co_return co_await establish_as_initiator(std::move(*link), plan.mode, std::move(plan.handshake),
                                            std::move(links));
}

class SourceRecoverer final : public Recoverer {
 public:
  SourceRecoverer(DialPlan plan, Pause pause) : plan_{std::move(plan)}, pause_{std::move(pause)} {}

  // r[impl core.B1] r[impl core.E2]
  asio::awaitable<Establishment> recover(std::optional<ResumeKey> resume_key) override {
    Backoff backoff;
    for (;;) {
      auto plan = plan_;
      plan.handshake.resume_key = resume_key;
      plan.handshake.is_recovery = true;
      auto attachment = co_await dial(std::move(plan));
      if (attachment || !attachment.error().retryable()) co_return std::move(attachment);
      if (plan_.handshake.rulebook == Rulebook::vox_0_4) resume_key.reset();
      co_await pause_(backoff.next());
    }
  }

 private:
  DialPlan plan_;
  Pause pause_;
};

}  // namespace

asio::awaitable<Establishment> dial(DialPlan plan) {
  auto const timeout = plan.connect_timeout;
  return in_time(timeout, attempt(std::move(plan)));
}

std::unique_ptr<Recoverer> make_source_recoverer(DialPlan plan, Pause pause) {
  return std::make_unique<SourceRecoverer>(std::move(plan), std::move(pause));
}

}  // namespace vox::net
