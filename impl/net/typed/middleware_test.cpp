#include "impl/net/typed/middleware.hpp"

#include "impl/net/typed/typed_test.hpp"
#include "impl/wire/metadata_text.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using namespace vox;
using namespace vox::net;
using namespace vox::net::test;

using Lines = std::vector<std::string>;

std::string name_of(CallResult result) {
  return boost::describe::enum_to_string(result, "?");
}

// Writes down what it sees, and adds an entry under one key that all of its kind use.
class Tagging final : public ClientMiddleware {
 public:
  Tagging(Lines& lines, std::string tag) : lines_{&lines}, tag_{std::move(tag)} {}

  asio::awaitable<void> before(rpc::Method const& method, wire::Metadata& metadata) override {
    lines_->push_back(tag_ + " before " + method.name());
    metadata.add({.key = "tag", .value = std::string_view{tag_}, .flags = 0});
    co_return;
  }
  void after(rpc::Method const&, CallResult result, wire::MetadataView metadata) override {
    auto const served = metadata.text("served");
    lines_->push_back(tag_ + " after " + name_of(result) +
                      (served ? " of " + std::string{*served} : ""));
  }

 private:
  Lines* lines_;
  std::string tag_;
};

class Watching final : public ServerMiddleware {
 public:
  explicit Watching(Lines& lines) : lines_{&lines} {}

  asio::awaitable<std::expected<void, schema::VoxError<>>> before(
      CallContext const& call) override {
    lines_->push_back(call.method->name() + ": " + wire::to_text(call.metadata));
    co_return std::expected<void, schema::VoxError<>>{};
  }
  void after(CallContext const& call, CallResult result, wire::Metadata& metadata) override {
    lines_->push_back(call.method->name() + ": " + name_of(result));
    metadata.add({.key = "served", .value = std::string_view{call.method->name()}, .flags = 0});
  }

 private:
  Lines* lines_;
};

// Lets only those calls pass that know the word.
class Guarding final : public ServerMiddleware {
 public:
  asio::awaitable<std::expected<void, schema::VoxError<>>> before(
      CallContext const& call) override {
    if (call.metadata.text("password") == "open sesame") {
      co_return std::expected<void, schema::VoxError<>>{};
    }
    co_return std::unexpected(schema::InvalidPayload{"who are you?"});
  }
};

std::shared_ptr<Dispatcher<Calculator>> adder() {
  auto calculator = std::make_shared<Dispatcher<Calculator>>();
  calculator->on<"add">([](std::int64_t a, std::int64_t b) { return a + b; });
  calculator->on<"sum">([](Rx<std::int32_t> numbers) -> asio::awaitable<std::int64_t> {
    co_return co_await numbers.next() ? 1 : 0;
  });
  calculator->on<"divide">(
      [](std::int64_t, std::int64_t) -> std::expected<std::int64_t, MathError> {
        return std::unexpected(MathError::overflow);
      });
  calculator->on<"forget">([] { throw std::runtime_error{"no"}; });
  return calculator;
}

TEST_SUITE_BEGIN("typed");

TEST_CASE("r[rpc.metadata.duplicates] hooks of a client add entries, which keep their order") {
  Lines lines;
  Lines seen;
  auto const calculator = adder();
  calculator->add(std::make_shared<Watching>(seen));
  auto const body = [&](Client<Calculator> client) -> asio::awaitable<void> {
    client.add(std::make_shared<Tagging>(lines, "outer"))
        .add(std::make_shared<Tagging>(lines, "inner"));
    wire::Metadata metadata{{.key = "tag", .value = std::uint64_t{0}}};
    CHECK(co_await client.call_with<"add">(metadata, 1, 2) == 3);
  };
  with_client(calculator, body, Rulebook::spec);
  CHECK(lines == Lines{"outer before add", "inner before add", "inner after value of add",
                       "outer after value of add"});
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].starts_with(R"(add: tag=0, tag="outer", tag="inner")"));
  CHECK(seen[1] == "add: value");
}

TEST_CASE("hooks see how a call went, on both sides") {
  Lines lines;
  Lines seen;
  auto const calculator = adder();
  calculator->add(std::make_shared<Watching>(seen));
  auto const body = [&](Client<Calculator> client) -> asio::awaitable<void> {
    client.add(std::make_shared<Tagging>(lines, "c"));
    CHECK_FALSE(co_await client.call<"divide">(1, 2));
    CHECK_FALSE(co_await client.call<"forget">());
    CHECK_FALSE(co_await client.call<"note">("not served"));
  };
  with_client(calculator, body);
  CHECK(lines == Lines{"c before divide", "c after user_error of divide", "c before forget",
                       "c after cancelled", "c before note", "c after unknown_method"});
  REQUIRE(seen.size() == 4);
  CHECK(seen[1] == "divide: user_error");
  CHECK(seen[3] == "forget: dropped");
}

TEST_CASE("a hook of the server may refuse a call before its function runs") {
  Lines seen;
  auto const calculator = adder();
  calculator->add(std::make_shared<Watching>(seen)).add(std::make_shared<Guarding>());
  auto const body = [&](Client<Calculator> client) -> asio::awaitable<void> {
    auto const refused = co_await client.call<"add">(1, 2);
    REQUIRE_FALSE(refused);
    auto const* const why = std::get_if<schema::InvalidPayload>(&refused.error());
    REQUIRE(why != nullptr);
    CHECK(why->reason == "who are you?");
    auto [output, input] = channel<std::int32_t>();
    CHECK_FALSE(co_await client.call<"sum">(std::move(input)));
    wire::Metadata const word{{.key = "password",
                               .value = std::string_view{"open sesame"},
                               .flags = wire::MetadataFlag::sensitive}};
    CHECK(co_await client.call_with<"add">(word, 1, 2) == 3);
  };
  with_client(calculator, body);
  REQUIRE(seen.size() == 6);
  CHECK(seen[1] == "add: invalid_payload");
  CHECK(seen[4].starts_with("add: password=<sensitive>"));
  CHECK(seen[5] == "add: value");
}

TEST_SUITE_END();

}  // namespace
