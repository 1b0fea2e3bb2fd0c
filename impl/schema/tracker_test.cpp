#include "impl/schema/tracker.hpp"

#include "impl/schema/content_hash.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace vox::schema {
namespace {

constexpr Binding echo_args{.method_id = 1, .direction = wire::BindingDirection::args};
constexpr Binding echo_response{.method_id = 1, .direction = wire::BindingDirection::response};
constexpr Binding reverse_args{.method_id = 2, .direction = wire::BindingDirection::args};

Schema with_id(Kind kind) {
  Schema schema{.id = 0, .type_params = {}, .kind = std::move(kind)};
  schema.id = content_hash(schema);
  return schema;
}
Schema const text = with_id(Primitive::string);
Schema const number = with_id(Primitive::u32);
Schema const text_list = with_id(List{TypeRef::concrete(text.id)});

SchemaPayload type_of(std::vector<Schema> schemas) {
  auto const root = schemas.back().id;
  return {std::move(schemas), TypeRef::concrete(root)};
}

TEST_SUITE_BEGIN("schema");

TEST_CASE("r[schema.tracking.sent] what was sent is not announced again") {
  SendTracker tracker;
  auto const first = tracker.missing(echo_args, type_of({text}));
  REQUIRE(first == type_of({text}));
  tracker.sent(echo_args, *first);
  CHECK_FALSE(tracker.missing(echo_args, type_of({text})));
  CHECK(tracker.missing(reverse_args, type_of({text, text_list})) ==
        SchemaPayload{{text_list}, TypeRef::concrete(text_list.id)});
}

TEST_CASE("r[schema.exchange.idempotent] a new binding is announced even if no schema is new") {
  SendTracker tracker;
  tracker.sent(echo_args, type_of({text}));
  CHECK(tracker.missing(echo_response, type_of({text})) ==
        SchemaPayload{{}, TypeRef::concrete(text.id)});
}

TEST_CASE("r[core.X2] an announcement that did not go out is asked for again") {
  SendTracker const tracker;
  auto const first = tracker.missing(echo_args, type_of({text}));
  CHECK(tracker.missing(echo_args, type_of({text})) == first);
  CHECK_FALSE(tracker.has_sent(echo_args));
}

TEST_CASE("r[core.M4] after a reset everything is announced again") {
  SendTracker tracker;
  tracker.sent(echo_args, type_of({text}));
  tracker.reset();
  CHECK(tracker.missing(echo_args, type_of({text})) == type_of({text}));
}

TEST_CASE("r[schema.tracking.received] an announcement binds its root and keeps its schemas") {
  ReceiveTracker tracker;
  REQUIRE(tracker.record(echo_args, type_of({text, text_list})));
  REQUIRE(tracker.root(echo_args) != nullptr);
  CHECK(*tracker.root(echo_args) == TypeRef::concrete(text_list.id));
  CHECK(tracker.root(echo_response) == nullptr);
  REQUIRE(tracker.registry().find(text.id) != nullptr);
  CHECK(*tracker.registry().find(text.id) == text);
}

TEST_CASE(
    "r[core.P3] a type id that comes twice is refused, and nothing of its announcement kept") {
  ReceiveTracker tracker;
  REQUIRE(tracker.record(echo_args, type_of({text})));
  auto const repeated = tracker.record(reverse_args, type_of({number, text}));
  REQUIRE_FALSE(repeated);
  CHECK(repeated.error().rule == Rule{"schema.format.delivery"});
  CHECK(tracker.root(reverse_args) == nullptr);
  CHECK(tracker.registry().find(number.id) == nullptr);
  CHECK_FALSE(tracker.record(reverse_args, type_of({number, number})));
}

TEST_CASE("a binding may be announced again, and its last root counts") {
  ReceiveTracker tracker;
  REQUIRE(tracker.record(echo_args, type_of({text, number})));
  REQUIRE(tracker.record(echo_args, {{}, TypeRef::concrete(text.id)}));
  CHECK(*tracker.root(echo_args) == TypeRef::concrete(text.id));
}

TEST_CASE("r[core.M4] a reset forgets what was received") {
  ReceiveTracker tracker;
  REQUIRE(tracker.record(echo_args, type_of({text})));
  tracker.reset();
  CHECK(tracker.root(echo_args) == nullptr);
  CHECK(tracker.record(echo_args, type_of({text})));
}

TEST_CASE("after a renewal everything still holds, and may be announced once more") {
  ReceiveTracker tracker{{.schemas_received_max = 2}};
  REQUIRE(tracker.record(echo_args, type_of({text, number})));
  tracker.renew();
  CHECK(*tracker.root(echo_args) == TypeRef::concrete(number.id));
  REQUIRE(tracker.record(echo_args, type_of({text, number})));
  CHECK_FALSE(tracker.record(echo_args, type_of({text})));
}

TEST_CASE("of an announcement that repeats an earlier one only what is new counts") {
  ReceiveTracker tracker;
  CHECK(tracker.new_bytes(echo_args, type_of({text}), 100) == 100);
  REQUIRE(tracker.record(echo_args, type_of({text})));
  tracker.renew();
  CHECK(tracker.new_bytes(echo_args, type_of({text}), 100) == 0);
  auto const of_binding = tracker.new_bytes(reverse_args, type_of({text}), 100);
  auto const of_list = tracker.new_bytes(reverse_args, type_of({text, text_list}), 100);
  CHECK(of_binding > 0);
  CHECK(of_list > of_binding);
  // Another type for the binding is held in the place of the first, and counts.
  CHECK(tracker.new_bytes(echo_args, {{}, TypeRef::concrete(number.id)}, 20) == 20);
}

TEST_CASE("a connection cannot announce without end") {
  ReceiveTracker tracker{{.schemas_received_max = 2}};
  REQUIRE(tracker.record(echo_args, type_of({text, number})));
  CHECK_FALSE(tracker.record(echo_response, type_of({text_list})));
  CHECK(tracker.record(echo_response, {{}, TypeRef::concrete(text.id)}));
  CHECK_FALSE(tracker.record(reverse_args, {{}, TypeRef::concrete(text.id)}));
  CHECK(tracker.record(echo_args, {{}, TypeRef::concrete(text.id)}));
}

TEST_CASE("r[core.X4] what is forwarded carries all schemas that it needs, and no others") {
  ReceiveTracker tracker;
  REQUIRE(tracker.record(echo_args, type_of({text, number})));
  REQUIRE(tracker.record(reverse_args, type_of({text_list})));
  CHECK(tracker.announced(reverse_args).payload() == type_of({text, text_list}));
  CHECK_FALSE(tracker.announced(echo_response).payload());
}

TEST_CASE("what was taken along holds, whatever is announced or forgotten later") {
  ReceiveTracker tracker;
  REQUIRE(tracker.record(echo_args, type_of({text, text_list})));
  auto const taken = tracker.announced(echo_args);
  REQUIRE(tracker.record(echo_args, type_of({number})));
  CHECK(tracker.announced(echo_args).payload() == type_of({number}));
  CHECK(taken.payload() == type_of({text, text_list}));
  tracker.reset();
  CHECK(taken.payload() == type_of({text, text_list}));
}

TEST_CASE("r[schema.format.self-contained] a reference to what was never announced is found") {
  Registry const registry{std::vector{text_list}};
  CHECK(registry.first_missing(TypeRef::concrete(text_list.id)) == text.id);
  Registry const complete{std::vector{text, text_list}};
  CHECK_FALSE(complete.first_missing(TypeRef::concrete(text_list.id)));
  CHECK(complete.first_missing(TypeRef::concrete(text.id, {TypeRef::concrete(9)})) == 9);
}

TEST_CASE("r[schema.format.self-contained] what is missing is found, also when asked again") {
  Registry registry;
  registry.add({.id = 1, .type_params = {}, .kind = List{TypeRef::concrete(2)}});
  registry.add({.id = 3, .type_params = {}, .kind = Option{TypeRef::concrete(1)}});
  CHECK(registry.first_missing_of_new(TypeRef::concrete(3)) == 2);
  CHECK(registry.first_missing_of_new(TypeRef::concrete(3)) == 2);
  registry.add({.id = 2, .type_params = {}, .kind = Primitive::u8});
  CHECK_FALSE(registry.first_missing_of_new(TypeRef::concrete(3)));
  CHECK_FALSE(registry.first_missing_of_new(TypeRef::concrete(3)));
  CHECK(registry.first_missing_of_new(TypeRef::concrete(1, {TypeRef::concrete(4)})) == 4);
  registry.clear();
  CHECK(registry.first_missing_of_new(TypeRef::concrete(3)) == 3);
}

TEST_CASE("as many announcements of one large type as there may be cost no more than they weigh") {
  // Each of 20,000 methods has the same type of 20,000 schemas: 4 * 10^8 looks without a memory.
  constexpr TypeId count = 20'000;
  ReceiveTracker tracker;
  SchemaPayload payload;
  payload.schemas.push_back({.id = 1, .type_params = {}, .kind = Primitive::u8});
  for (TypeId id = 2; id <= count; ++id)
    payload.schemas.push_back(
        {.id = id, .type_params = {}, .kind = Option{TypeRef::concrete(id - 1)}});
  payload.root = TypeRef::concrete(count);
  auto const root = payload.root;
  REQUIRE(tracker.record({.method_id = 0}, std::move(payload)));
  for (std::uint64_t method = 1; method < count; ++method) {
    REQUIRE(tracker.record({.method_id = method}, SchemaPayload{.schemas = {}, .root = root}));
    REQUIRE_FALSE(tracker.first_missing(root));
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace vox::schema
