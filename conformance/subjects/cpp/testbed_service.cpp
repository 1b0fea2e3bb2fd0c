#include "conformance/subjects/cpp/testbed_service.hpp"

#include "conformance/subjects/cpp/answers.hpp"
#include "conformance/subjects/cpp/named_method.hpp"
#include "impl/schema/describe.hpp"
#include "impl/schema/plan.hpp"
#include "impl/schema/translate.hpp"
#include "impl/schema/vox_error.hpp"
#include "impl/wire/method_id.hpp"
#include "impl/wire/postcard.hpp"

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace voxspec::subject {

namespace {

using namespace vox;
using testbed::Color;

// A method as the service runs it.
struct Served {
  schema::LocalType const* args = nullptr;
  schema::LocalType const* response = nullptr;
  // What 0.4.0 announces when the first answer is that the arguments are no arguments.
  schema::LocalType const* infallible = nullptr;
  // The encoded answer to encoded arguments, or why these cannot be decoded.
  std::function<std::expected<Bytes, std::string>(ByteView, wire::Strictness)> run;
};

template <class T>
inline constexpr bool is_fallible = false;
template <class T, class E>
inline constexpr bool is_fallible<std::expected<T, E>> = true;

// A function's result as the response that carries it.
template <class Method, class Result>
typename Method::Outcome outcome_of(Result result) {
  if constexpr (is_fallible<Result>) {
    if (result) return *std::move(result);
    return std::unexpected(schema::VoxError<typename Method::Error>{
        schema::User<typename Method::Error>{std::move(result.error())}});
  } else {
    return typename Method::Return{std::move(result)};
  }
}

class TestbedService final : public net::RequestHandler {
 public:
  explicit TestbedService(Rulebook rulebook);

  void on_call(net::IncomingCall const& call, net::Responder responder) override;

 private:
  template <testbed::MethodName Name, class Function>
  void serve(Function function);
  void refuse(net::Responder responder, schema::VoxError<> error,
              schema::LocalType const& type) const;
  [[nodiscard]] std::expected<Bytes, std::string> local_args(net::IncomingCall const& call,
                                                             Served const& method) const;
  [[nodiscard]] wire::Strictness strictness() const {
    return rulebook_ == Rulebook::spec ? wire::Strictness::strict : wire::Strictness::vox_0_4;
  }

  Rulebook rulebook_;
  std::map<session::MethodId, Served> methods_;
};

template <testbed::MethodName Name, class Function>
void TestbedService::serve(Function function) {
  using Method = NamedMethod<Name>;
  auto run = [function](ByteView bytes,
                        wire::Strictness strictness) -> std::expected<Bytes, std::string> {
    auto args = wire::decode_value<typename Method::Args>(bytes, strictness);
    if (!args) return std::unexpected(std::move(args.error().detail));
    return wire::encode_value(outcome_of<Method>(std::apply(function, std::move(*args))));
  };
  methods_.emplace(
      wire::method_id(testbed::service_name, Method::name),
      Served{.args = &schema::local_type<typename Method::Args>(),
             .response = &schema::local_type<typename Method::Outcome>(),
             .infallible = &schema::local_type<schema::Outcome<typename Method::Return>>(),
             .run = std::move(run)});
}

TestbedService::TestbedService(Rulebook rulebook) : rulebook_{rulebook} {
  auto const same = [](auto value) { return value; };
  serve<"echo">(same);
  serve<"reverse">(reverse);
  serve<"divide">(divide);
  serve<"lookup">(lookup);
  serve<"echo_point">(same);
  serve<"create_person">([](std::string name, std::uint8_t age, std::optional<std::string> email) {
    return testbed::Person{.name = std::move(name), .age = age, .email = std::move(email)};
  });
  serve<"rectangle_area">(rectangle_area);
  serve<"parse_color">(parse_color);
  serve<"shape_area">(shape_area);
  serve<"create_canvas">(
      [](std::string name, std::vector<testbed::Shape> shapes, Color background) {
        return testbed::Canvas{
            .name = std::move(name), .shapes = std::move(shapes), .background = background};
      });
  serve<"echo_gnarly">(same);
  serve<"process_message">(process_message);
  serve<"get_points">(get_points);
  serve<"swap_pair">([](std::tuple<std::int32_t, std::string> pair) {
    return std::tuple{std::get<1>(std::move(pair)), std::get<0>(pair)};
  });
  serve<"echo_bytes">(same);
  serve<"echo_bool">(same);
  serve<"echo_u64">(same);
  serve<"echo_option_string">(same);
  serve<"all_colors">([] { return std::vector{Color::red, Color::green, Color::blue}; });
  serve<"describe_point">([](std::string label, std::int32_t x, std::int32_t y, bool active) {
    return testbed::TaggedPoint{.label = std::move(label), .x = x, .y = y, .active = active};
  });
  serve<"echo_shape">(same);
  serve<"echo_status_v1">(same);
  serve<"echo_tag_v1">(same);
  serve<"echo_profile">(same);
  serve<"echo_record">(same);
  serve<"echo_status">(same);
  serve<"echo_tag">(same);
  serve<"echo_measurement">(same);
  serve<"echo_config">(same);
}

void TestbedService::on_call(net::IncomingCall const& call, net::Responder responder) {
  auto const found = methods_.find(call.method_id);
  if (found == methods_.end()) {
    refuse(std::move(responder), schema::UnknownMethod{},
           schema::local_type<schema::Outcome<std::monostate>>());
    return;
  }
  auto const& method = found->second;
  auto answer = local_args(call, method);
  if (answer) answer = method.run(*answer, strictness());
  if (!answer) {
    auto const& type = rulebook_ == Rulebook::spec ? *method.response : *method.infallible;
    refuse(std::move(responder), schema::InvalidPayload{std::move(answer.error())}, type);
    return;
  }
  std::move(responder).reply(std::move(*answer), share(*method.response));
}

void TestbedService::refuse(net::Responder responder, schema::VoxError<> error,
                            schema::LocalType const& type) const {
  // Without a value and without a user error, the bytes are those of every method's response.
  schema::Outcome<std::monostate> const outcome{std::unexpect, std::move(error)};
  std::move(responder).reply(wire::encode_value(outcome), share(type));
}

// The arguments as this program's own encoder would have written them.
std::expected<Bytes, std::string> TestbedService::local_args(net::IncomingCall const& call,
                                                             Served const& method) const {
  auto const* const root = call.announced == nullptr
                               ? nullptr
                               : call.announced->root({.method_id = call.method_id,
                                                       .direction = wire::BindingDirection::args});
  if (root == nullptr) {
    return std::unexpected("protocol error: no remote args schema received for method " +
                           std::to_string(call.method_id) +
                           " - sender must send schemas before data");
  }
  auto const plan = schema::build_plan(call.announced->registry(), *root, *method.args);
  if (!plan) {
    return std::unexpected("protocol error: translation plan failed: " + plan.error().text());
  }
  wire::Buffer translated;
  auto const done = schema::translate(*plan, call.args, translated, {.strictness = strictness()});
  if (!done) return std::unexpected(done.error().detail);
  return translated.take();
}

}  // namespace

std::shared_ptr<net::RequestHandler> make_testbed_service(Rulebook rulebook) {
  return std::make_shared<TestbedService>(rulebook);
}

}  // namespace voxspec::subject
