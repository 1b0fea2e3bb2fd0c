#include "conformance/differential/service.hpp"

#include "conformance/subjects/testbed/catalog.hpp"
#include "conformance/subjects/testbed/types.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/plan.hpp"
#include "impl/schema/translate.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/postcard.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace voxspec::differential {

namespace schema = vox::schema;
namespace session = vox::session;
namespace wire = vox::wire;

namespace {

constexpr auto strictness = wire::Strictness::vox_0_4;

// From the bytes of the arguments to those of the whole response; nothing if they are no arguments.
using Method = std::optional<vox::Bytes> (*)(vox::ByteView args);

template <class Arg>
std::optional<vox::Bytes> echo(vox::ByteView args) {
  auto decoded = wire::decode_value<std::tuple<Arg>>(args, strictness);
  if (!decoded) return std::nullopt;
  return wire::encode_value(schema::Outcome<Arg>{std::get<0>(*std::move(decoded))});
}

std::optional<vox::Bytes> divide(vox::ByteView args) {
  using Outcome = schema::Outcome<std::int64_t, testbed::MathError>;
  auto const decoded = wire::decode_value<std::tuple<std::int64_t, std::int64_t>>(args, strictness);
  if (!decoded) return std::nullopt;
  auto const [dividend, divisor] = *decoded;
  using Error = schema::VoxError<testbed::MathError>;
  if (divisor == 0) {
    return wire::encode_value(Outcome{std::unexpect, Error{schema::User<testbed::MathError>{
                                                         testbed::MathError::division_by_zero}}});
  }
  return wire::encode_value(Outcome{dividend / divisor});
}

std::optional<vox::Bytes> all_colors(vox::ByteView) {
  using enum testbed::Color;
  return wire::encode_value(schema::Outcome<std::vector<testbed::Color>>{{red, green, blue}});
}

struct Served {
  std::string_view name;
  Method method;
  // What 0.4.0 announces of the response when the first answer is InvalidPayload: an error type
  // that cannot be, whatever the method's own is.
  schema::LocalType const& (*invalid)();
};

constexpr Served served[] = {
    {"echo", echo<std::string>, schema::local_type<schema::Outcome<std::string>>},
    {"divide", divide, schema::local_type<schema::Outcome<std::int64_t>>},
    {"echo_point", echo<testbed::Point>, schema::local_type<schema::Outcome<testbed::Point>>},
    {"echo_u64", echo<std::uint64_t>, schema::local_type<schema::Outcome<std::uint64_t>>},
    {"echo_bool", echo<bool>, schema::local_type<schema::Outcome<bool>>},
    {"echo_option_string", echo<std::optional<std::string>>,
     schema::local_type<schema::Outcome<std::optional<std::string>>>},
    {"all_colors", all_colors, schema::local_type<schema::Outcome<std::vector<testbed::Color>>>},
};

Served const* find_served(std::string_view name) {
  auto const* const found = std::ranges::find(served, name, &Served::name);
  return found == std::end(served) ? nullptr : found;
}

// The local types live as long as the program, so that sharing one owns nothing.
session::SharedSchemas share(schema::LocalType const& local) {
  return {std::shared_ptr<void>{}, &local.payload};
}

template <class Error>
Answer failure(Error error, schema::LocalType const& announced) {
  return {.ret = wire::encode_value(
              schema::Outcome<std::monostate>{std::unexpect, schema::VoxError<>{std::move(error)}}),
          .schemas = share(announced)};
}

}  // namespace

bool is_served(session::MethodId method) {
  auto const* const entry = testbed::find_method(method);
  return entry != nullptr && find_served(entry->name) != nullptr;
}

schema::Plan const* Service::plan_for(session::Session const& session, Key key,
                                      schema::LocalType const& local) {
  if (auto const at = plans_.find(key); at != plans_.end()) return &at->second;
  auto const* const tracker = session.received_schemas(key.first);
  if (tracker == nullptr) return nullptr;
  auto const* const root =
      tracker->root({.method_id = key.second, .direction = wire::BindingDirection::args});
  if (root == nullptr) return nullptr;
  auto plan = schema::build_plan(tracker->registry(), *root, local);
  if (!plan) return nullptr;
  return &plans_.emplace(key, *std::move(plan)).first->second;
}

Answer Service::answer(session::Session const& session, session::event::CallReceived const& call) {
  auto const* const entry = testbed::find_method(call.call.method_id);
  if (entry == nullptr) {
    return failure(schema::UnknownMethod{}, schema::local_type<schema::Outcome<std::monostate>>());
  }
  auto const* const method = find_served(entry->name);
  VOX_ASSERT(method != nullptr);
  auto const* const plan =
      plan_for(session, {call.connection_id, call.call.method_id}, *entry->args);
  if (plan == nullptr) {
    return failure(schema::InvalidPayload{"arguments of no known type"}, method->invalid());
  }
  wire::Buffer args;
  auto const translated =
      schema::translate(*plan, call.call.args, args, {.strictness = strictness});
  auto ret = translated ? method->method(args.view()) : std::nullopt;
  if (!ret) return failure(schema::InvalidPayload{"no such arguments"}, method->invalid());
  return {.ret = *std::move(ret), .schemas = share(*entry->response)};
}

void Service::forget(session::ConnectionId id) {
  std::erase_if(plans_, [id](auto const& entry) { return entry.first.first == id; });
}

}  // namespace voxspec::differential
