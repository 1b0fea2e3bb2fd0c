#include "impl/net/typed/call_result.hpp"

#include "impl/wire/reader.hpp"

namespace vox::net {

namespace {

constexpr std::uint64_t error_count = std::variant_size_v<schema::VoxError<>::variant>;

}  // namespace

CallResult result_of(ByteView response) {
  wire::Reader reader{response, "rpc.fallible.vox-error", wire::Strictness::vox_0_4};
  auto const is_error = reader.take_variant(2) == 1;
  auto const index = is_error ? reader.take_variant(error_count) : 0;
  if (reader.failed()) return CallResult::invalid_payload;
  return is_error ? static_cast<CallResult>(index + 1) : CallResult::value;
}

CallResult result_of(rpc::CallOutcome const& outcome) {
  if (outcome) return result_of(outcome->ret);
  return result_of(error_of(outcome.error()));
}

bool is_retryable(CallResult result) {
  switch (result) {
    case CallResult::connection_closed:
    case CallResult::session_shutdown:
    case CallResult::send_failed:
      return true;
    case CallResult::value:
    case CallResult::user_error:
    case CallResult::unknown_method:
    case CallResult::invalid_payload:
    case CallResult::cancelled:
    case CallResult::indeterminate:
    case CallResult::dropped:
      return false;
  }
  std::unreachable();
}

schema::VoxError<> error_of(rpc::CallError const& error) {
  switch (error.failure) {
    case rpc::CallFailure::connection_closed:
      return schema::ConnectionClosed{};
    case rpc::CallFailure::session_shutdown:
      return schema::SessionShutdown{};
    case rpc::CallFailure::send_failed:
      return schema::SendFailed{};
    case rpc::CallFailure::indeterminate:
      return schema::Indeterminate{};
    case rpc::CallFailure::invalid_response:
      return schema::InvalidPayload{error.detail};
  }
  std::unreachable();
}

}  // namespace vox::net
