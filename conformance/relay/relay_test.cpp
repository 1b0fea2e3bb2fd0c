#include "conformance/relay/relay.hpp"

#include "conformance/peer/cbor_value.hpp"
#include "conformance/peer/fault.hpp"
#include "conformance/peer/fill.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/relay/fault_file.hpp"
#include "conformance/relay/translation.hpp"
#include "impl/schema/cbor_form.hpp"
#include "impl/schema/content_hash.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace voxspec;
using namespace voxspec::relay;

namespace {

vox::Bytes bytes_of(std::string const& json, Dialect dialect = Dialect::vox_0_4) {
  auto const value = Json::parse(json);
  auto const frame = fill(read_template({value, {}}, dialect), {}, IdSpace{});
  return encode(frame.value()).value();
}

std::vector<WireFault> faults(std::string const& rule, Dialect dialect = Dialect::vox_0_4) {
  auto read =
      parse_faults(R"({"faults": [{"id": "a", "about": "b", "clauses": ["session.keepalive/2"], )" +
                       rule + "}]}",
                   "f.json", {}, dialect);
  if (!read) FAIL(text(read.error()));
  return *std::move(read);
}

// A session with the judge as the initiator, and a relay in its link.
struct Talk {
  explicit Talk(std::string const& rule = {}, bool is_stable = false,
                Dialect spoken = Dialect::vox_0_4)
      : stable{is_stable}, conversation{vox::Role::acceptor, "tcp", spoken} {
    if (!rule.empty()) {
      loaded = faults(rule, spoken);
      conversation.use(loaded.front());
    }
    greet();
  }

  void greet(std::string const& client = "{}", std::string const& server = "{}") {
    link.emplace(conversation);
    std::string const mode = stable ? "1" : "0";
    go(Side::judge, R"({"transport_hello": {"mode": )" + mode + "}}");
    go(Side::subject, R"({"transport_accept": {"mode": )" + mode + "}}");
    if (client == "{}") {
      go(Side::judge, R"({"hello": {}})");
      go(Side::subject, R"({"hello_yourself": {"connection_settings": {"parity": "even"}}})");
      go(Side::judge, R"({"lets_go": {}})");
    }
    if (!stable) return;
    go(Side::judge, R"({"client_hello": )" + client + "}");
    go(Side::subject, R"({"server_hello": )" + server + "}");
  }

  std::vector<Move> go(Side from, std::string const& frame) {
    return link->take(from, bytes_of(frame, conversation.dialect));
  }
  // What goes out, as text: "judge 000963".
  std::vector<std::string> said(Side from, std::string const& frame) {
    return words(go(from, frame));
  }
  static std::vector<std::string> words(std::vector<Move> const& moves) {
    std::vector<std::string> out;
    for (auto const& move : moves) {
      std::string text = move.to == Side::judge ? "judge " : "subject ";
      if (move.kind == Move::Kind::end) text += "end";
      if (move.kind == Move::Kind::reset) text += "reset";
      out.push_back(text + vox::to_hex(move.payload));
    }
    return out;
  }

  bool stable;
  std::vector<WireFault> loaded;
  Conversation conversation;
  std::optional<Relay> link;
};

using Words = std::vector<std::string>;

std::string to_judge(std::string const& frame) {
  return "judge " + vox::to_hex(bytes_of(frame));
}
std::string to_subject(std::string const& frame) {
  return "subject " + vox::to_hex(bytes_of(frame));
}
std::string stable(unsigned seq, std::string const& message, std::string const& ack = "\"none\"") {
  return R"({"stable_frame": {"seq": )" + std::to_string(seq) + R"(, "ack": )" + ack +
         R"(, "message": )" + message + "}}";
}
std::string pong(unsigned nonce) {
  return R"({"pong": {"nonce": )" + std::to_string(nonce) + "}}";
}
std::string ping(unsigned nonce) {
  return R"({"ping": {"nonce": )" + std::to_string(nonce) + "}}";
}

}  // namespace

TEST_CASE("what no rule touches goes out with its very bytes, frame or not") {
  Talk talk;
  auto const noise = vox::from_hex("ffffffff").value();
  auto const moves = talk.link->take(Side::subject, noise);
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].as_it_came);
  CHECK(moves[0].payload == noise);
  // Padded, which no encoder of ours writes.
  auto const padded = vox::from_hex("80000807").value();
  CHECK(talk.link->take(Side::judge, padded).front().payload == padded);
}

namespace {

std::string credit_of(unsigned credit) {
  return R"({"on": 3, "connection_open": {"connection_settings": {"parity": "even",
    "max_concurrent_requests": 64, "initial_channel_credit": )" +
         std::to_string(credit) + "}}}";
}
std::string in_0_5(std::string const& frame) {
  return vox::to_hex(bytes_of(frame, Dialect::vox_0_5));
}

}  // namespace

TEST_CASE("in a dialect whose settings announce a credit they are passed on, and changed") {
  Talk talk{R"("from": "subject", "match": {"connection_open": {}},
    "do": {"change": {"connection_settings": {"initial_channel_credit": 5}}})",
            false, Dialect::vox_0_5};
  CHECK(talk.said(Side::judge, credit_of(16)) == Words{"subject " + in_0_5(credit_of(16))});
  CHECK(talk.said(Side::subject, credit_of(16)) == Words{"judge " + in_0_5(credit_of(5))});
  CHECK(talk.conversation.problem.empty());
}

TEST_CASE("a field is changed, a frame dropped, repeated, cut and lengthened") {
  auto const rule = [](std::string const& action) {
    return R"("from": "subject", "match": {"pong": {}}, "do": )" + action;
  };
  CHECK(Talk{rule(R"({"change": {"nonce": 99}})")}.said(Side::subject, pong(1)) ==
        Words{to_judge(pong(99))});
  CHECK(Talk{rule(R"({"add": {"nonce": -1}})")}.said(Side::subject, pong(5)) ==
        Words{to_judge(pong(4))});
  CHECK(Talk{rule(R"("drop")")}.said(Side::subject, pong(1)).empty());
  CHECK(Talk{rule(R"({"repeat": 2})")}.said(Side::subject, pong(1)) ==
        Words{to_judge(pong(1)), to_judge(pong(1)), to_judge(pong(1))});
  CHECK(Talk{rule(R"({"append": "00"})")}.said(Side::subject, pong(1)) ==
        Words{to_judge(pong(1)) + "00"});
  CHECK(Talk{rule(R"({"shorten": 1})")}.said(Side::subject, pong(1)) == Words{"judge 0009"});
  CHECK(Talk{rule(R"({"encode": {"varint_padding": 1}})")}.said(Side::subject, pong(7)) ==
        Words{"judge 800089008700"});
  CHECK(Talk{rule(R"("drop")")}.said(Side::judge, pong(1)) == Words{to_subject(pong(1))});
}

TEST_CASE("frames are put in before and behind, and sent back") {
  Talk before{R"("from": "subject", "match": {"pong": {}},
                 "do": {"insert": {"ping": {"nonce": 4}}, "before": true})"};
  CHECK(before.said(Side::subject, pong(1)) == Words{to_judge(ping(4)), to_judge(pong(1))});
  Talk answer{R"("from": "judge", "match": {"ping": {"nonce": "$n"}},
                 "do": {"answer": {"pong": {"nonce": "$n"}}})"};
  CHECK(answer.said(Side::judge, ping(8)) == Words{to_judge(pong(8))});
  CHECK(answer.said(Side::judge, ping(9)) == Words{to_judge(pong(9))});
}

TEST_CASE("occurrences are counted") {
  auto const dropped = [](std::string const& count) {
    Talk talk{R"("from": "subject", "match": {"pong": {}}, "do": "drop", )" + count};
    std::string out;
    for (auto i = 0; i < 5; ++i)
      out += talk.said(Side::subject, pong(1)).empty() ? "-" : "+";
    return out;
  };
  CHECK(dropped(R"("nth": 2)") == "+-+++");
  CHECK(dropped(R"("after": 2)") == "++---");
  CHECK(dropped(R"("every": 2)") == "+-+-+");
}

TEST_CASE("a rule may wait for another one, from the next frame on") {
  Talk talk{R"("rules": [
    {"name": "told", "from": "subject", "match": {"protocol_error": {}}, "do": "pass"},
    {"when": "told", "from": "judge", "match": {"ping": {"nonce": "$n"}},
     "do": {"answer": {"pong": {"nonce": "$n"}}}},
    {"when": "told", "from": "subject", "match": "end", "do": "drop"}
  ])"};
  CHECK(talk.said(Side::judge, ping(1)) == Words{to_subject(ping(1))});
  CHECK(talk.said(Side::subject, R"({"protocol_error": {}})").size() == 1);
  CHECK(talk.said(Side::judge, ping(2)) == Words{to_judge(pong(2))});
  CHECK(talk.link->take_end(Side::subject, false).empty());
}

TEST_CASE("a frame is held until another one, and let go before the end") {
  Talk talk{R"("from": "subject", "match": {"pong": {}}, "nth": 1,
               "do": {"hold": {"from": "subject", "match": {"pong": {}}}})"};
  CHECK(talk.said(Side::subject, pong(1)).empty());
  CHECK(talk.said(Side::subject, ping(5)) == Words{to_judge(ping(5))});
  CHECK(talk.said(Side::subject, pong(2)) == Words{to_judge(pong(2)), to_judge(pong(1))});
  Talk ended{R"("from": "subject", "match": {"pong": {}}, "do": "swap")"};
  CHECK(ended.said(Side::subject, pong(1)).empty());
  CHECK(Talk::words(ended.link->take_end(Side::subject, false)) ==
        Words{to_judge(pong(1)), "judge end"});
}

TEST_CASE("an id is another on the other side, both ways") {
  Talk talk{R"("from": "judge", "match": {"request_call": {}},
               "do": {"map": {"id": {"times": 3, "plus": 10}}})"};
  CHECK(talk.said(Side::judge, R"({"request_call": {"id": 1, "method_id": 5}})") ==
        Words{to_subject(R"({"request_call": {"id": 13, "method_id": 5}})")});
  CHECK(talk.said(Side::subject, R"({"request_response": {"id": 13}})") ==
        Words{to_judge(R"({"request_response": {"id": 1}})")});
  CHECK(talk.said(Side::judge, R"({"request_cancel": {"id": 1}})") ==
        Words{to_subject(R"({"request_cancel": {"id": 13}})")});
  Talk connections{R"("from": "judge", "match": {"connection_open": {}},
                      "do": {"map": {"on": {"plus": 100}}})"};
  CHECK(connections.said(Side::judge, R"({"on": 1, "connection_open": {}})") ==
        Words{to_subject(R"({"on": 101, "connection_open": {}})")});
  CHECK(connections.said(Side::subject, R"({"on": 101, "connection_accept": {}})") ==
        Words{to_judge(R"({"on": 1, "connection_accept": {}})")});
}

TEST_CASE("links are ended towards either side") {
  Talk talk{
      R"("from": "subject", "match": {"pong": {}}, "do": [{"end": "judge"}, {"reset": "subject"}])"};
  CHECK(talk.said(Side::subject, pong(1)) ==
        Words{to_judge(pong(1)), "judge end", "subject reset"});
}

TEST_CASE("the numbers of a stable conduit close over what is dropped and put in") {
  Talk dropped{R"("from": "subject", "match": {"pong": {}}, "nth": 2, "do": "drop")", true};
  CHECK(dropped.said(Side::subject, stable(0, pong(1))) == Words{to_judge(stable(0, pong(1)))});
  CHECK(dropped.said(Side::subject, stable(1, pong(2))).empty());
  CHECK(dropped.said(Side::subject, stable(2, pong(3))) == Words{to_judge(stable(1, pong(3)))});
  // The judge has seen number 1, which is number 2 of the subject's.
  CHECK(dropped.said(Side::judge, stable(0, ping(4), "1")) ==
        Words{to_subject(stable(0, ping(4), "2"))});
  CHECK(dropped.said(Side::judge, stable(1, ping(4), "0")) ==
        Words{to_subject(stable(1, ping(4), "0"))});

  Talk added{R"("from": "subject", "match": {"pong": {}}, "nth": 1,
                "do": {"insert": {"ping": {"nonce": 6}}})",
             true};
  CHECK(added.said(Side::subject, stable(0, pong(1))) ==
        Words{to_judge(stable(0, pong(1))), to_judge(stable(1, ping(6)))});
  CHECK(added.said(Side::subject, stable(1, pong(2))) == Words{to_judge(stable(2, pong(2)))});
  CHECK(added.said(Side::judge, stable(0, pong(6), "2")) ==
        Words{to_subject(stable(0, pong(6), "1"))});

  Talk first{R"("from": "subject", "match": {"pong": {}}, "nth": 1,
                "do": {"insert": {"ping": {"nonce": 6}}, "before": true})",
             true};
  CHECK(first.said(Side::subject, stable(0, pong(1))) ==
        Words{to_judge(stable(0, ping(6))), to_judge(stable(1, pong(1)))});
  CHECK(first.said(Side::subject, stable(1, pong(2))) == Words{to_judge(stable(2, pong(2)))});
}

TEST_CASE("a rule about stable frames leaves their numbers alone") {
  Talk talk{R"("from": "subject", "match": {"stable_frame": {}}, "nth": 1, "do": "drop")", true};
  CHECK(talk.said(Side::subject, stable(0, pong(1))).empty());
  CHECK(talk.said(Side::subject, stable(1, pong(2))) == Words{to_judge(stable(1, pong(2)))});
}

TEST_CASE("a resumed conduit says to each side what it counts itself") {
  Talk talk{R"("from": "subject", "match": {"pong": {}}, "nth": 1, "do": "drop")", true};
  CHECK(talk.said(Side::subject, stable(0, pong(1))).empty());
  CHECK(talk.said(Side::subject, stable(1, pong(2))) == Words{to_judge(stable(0, pong(2)))});
  auto const* const key = R"("resume_key": {"hex": "00112233445566778899aabbccddeeff"})";
  talk.link.emplace(talk.conversation);
  talk.go(Side::judge, R"({"transport_hello": {"mode": 1}})");
  talk.go(Side::subject, R"({"transport_accept": {"mode": 1}})");
  auto const hello = talk.said(
      Side::judge, std::string{R"({"client_hello": {)"} + key + R"(, "last_received": 0}})");
  CHECK(hello == Words{to_subject(std::string{R"({"client_hello": {)"} + key +
                                  R"(, "last_received": 1}})")});
}

namespace {

// A subject's hello announces the layout, and an open of it is written so.
void check_layout(std::string const& word, Layout layout, Dialect dialect) {
  Talk talk{R"("from": "subject", "match": {"hello_yourself": {}}, "do": {"translate": ")" + word +
                R"("})",
            false, dialect};
  // The judge reads by what was announced to it.
  auto const* const open = R"({"on": 2, "connection_open": {"metadata": [
                      {"key": "a", "value": 300, "flags": 1}]}})";
  auto const before = bytes_of(open, dialect);
  auto const moves = talk.link->take(Side::subject, before);
  REQUIRE(moves.size() == 1);
  auto const list = vox::schema::decode_schemas(cbor_bytes(other_layout(layout, dialect))).value();
  auto const plan = vox::schema::build_message_plan(list, {}, dialect).value();
  auto const read =
      decode(Layer::message, moves[0].payload, {.dialect = dialect, .messages = &plan});
  REQUIRE(read.has_value());
  CHECK(encode(*read).value() == before);
  CHECK((moves[0].payload == before) == (layout == Layout::extra_variant));
}

}  // namespace

TEST_CASE("a hello announces another layout, and messages are written by it, in each dialect") {
  for (auto const dialect : {Dialect::vox_0_4, Dialect::vox_0_5}) {
    check_layout("reversed", Layout::reversed, dialect);
    check_layout("extra_field", Layout::extra_field, dialect);
    check_layout("extra_variant", Layout::extra_variant, dialect);
  }
}

TEST_CASE(
    "r[session.handshake.protocol-schema] what we send is written as our own hello announced") {
  LinkCodec codec;
  for (auto const* const prologue : {R"({"transport_hello": {}})", R"({"transport_accept": {}})"})
    (void)codec.decode(bytes_of(prologue));
  auto hello = fill(read_template({Json::parse(R"({"hello": {}})"), {}}), {}, IdSpace{}).value();
  hello.body["message_payload_schema"] = other_layout(Layout::reversed);
  REQUIRE(codec.encode(hello).has_value());
  auto const pong = codec.encode(message_frame("pong", 0, {{{"nonce", std::uint64_t{5}}}}));
  REQUIRE(pong.has_value());
  // The payload before the connection.
  CHECK(vox::to_hex(pong->bytes) == "090500");
}

TEST_CASE("what the judge writes is cut, or waits for the next frame") {
  Talk cut{R"("from": "judge", "match": {"ping": {}}, "do": {"cut": [1, 4]})"};
  auto const moves = cut.go(Side::judge, ping(1));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].as_it_came);
  CHECK(moves[0].form == WriteForm{.cuts = {1, 4}});
  CHECK(cut.go(Side::judge, pong(1)).front().form == WriteForm{});
  Talk bytewise{R"("from": "judge", "match": {"ping": {}}, "do": {"cut": "bytewise"})"};
  CHECK(bytewise.go(Side::judge, ping(1)).front().form == WriteForm{.is_bytewise = true});
  Talk joined{R"("from": "judge", "match": {"ping": {}}, "do": "join")"};
  CHECK(joined.go(Side::judge, ping(1)).front().form == WriteForm{.joins_next = true});
}

TEST_CASE("nothing is cut or joined where a write is a payload") {
  auto const loaded = faults(R"("from": "judge", "match": {"ping": {}}, "do": "join")");
  for (auto const* const transport : {"ws", "memory"}) {
    Conversation conversation{vox::Role::acceptor, transport};
    conversation.use(loaded.front());
    Relay relay{conversation};
    for (auto const* const hello :
         {R"({"transport_hello": {}})", R"({"hello": {}})", R"({"lets_go": {}})"})
      (void)relay.take(Side::judge, bytes_of(hello));
    CHECK(relay.take(Side::judge, bytes_of(ping(1))).front().form == WriteForm{});
    CHECK_FALSE(conversation.fault_in_use->applied());
  }
}

namespace {

// The schemas in the one frame that goes out.
vox::schema::SchemaPayload announced(std::vector<Move> const& moves) {
  REQUIRE(moves.size() == 1);
  auto const frame = decode(Layer::message, moves[0].payload);
  REQUIRE(frame.has_value());
  auto const& value = *frame->field("schemas");
  auto const* const bytes = value.get<vox::Bytes>();
  return vox::schema::decode_payload(bytes == nullptr ? cbor_bytes(value) : *bytes).value();
}

std::string_view names(vox::schema::SchemaPayload const& payload, vox::schema::TypeId id) {
  for (auto const& schema : payload.schemas) {
    if (schema.id == id) return vox::schema::nominal_name(schema.kind);
  }
  return "?";
}

vox::schema::TypeId id_of(vox::schema::SchemaPayload const& payload, std::string_view name) {
  for (auto const& schema : payload.schemas) {
    if (vox::schema::nominal_name(schema.kind) == name) return schema.id;
  }
  return 0;
}

bool has_content_ids(vox::schema::SchemaPayload const& payload) {
  auto const ids = vox::schema::content_ids(payload.schemas);
  return std::ranges::equal(payload.schemas, ids, {}, &vox::schema::Schema::id);
}

std::string schema_of(std::string const& method, std::string const& schemas, unsigned on = 0) {
  return R"({"on": )" + std::to_string(on) + R"(, "schema": {"method_id": {"method": ")" + method +
         R"("}, "direction": "response", "schemas": )" + schemas + "}}";
}

// A struct by itself, and a list of it that goes without it.
constexpr char const* point =
    R"({"as": "P", "types": {"P": {"struct": {"x": "i32", "y": "i32"}}}})";
constexpr char const* points =
    R"({"as": {"list": "P"}, "types": {"P": {"struct": {"x": "i32", "y": "i32"}}},
        "without": ["P", "i32"]})";

}  // namespace

TEST_CASE("a type is another, and its id is that of its content") {
  auto const frame = schema_of("echo_point", point);
  Talk neutral;
  auto const before = announced(neutral.go(Side::subject, frame));

  Talk renamed{R"("from": "subject", "match": {"schema": {}}, "do": {"retype": {"suffix": "2"}})"};
  auto const stale = announced(renamed.go(Side::subject, frame));
  CHECK(names(stale, id_of(before, "P")) == "P2");
  CHECK_FALSE(has_content_ids(stale));

  Talk whole{R"("from": "subject", "match": {"schema": {}},
                "do": [{"retype": {"suffix": "2"}}, "rehash"])"};
  auto const after = announced(whole.go(Side::subject, frame));
  CHECK(has_content_ids(after));
  CHECK(after.schemas.size() == before.schemas.size());
  CHECK(id_of(after, "P2") != id_of(before, "P"));
  CHECK(after.root == vox::schema::TypeRef::concrete(id_of(after, "P2")));
}

TEST_CASE("later frames name a type as it was made, on its connection alone") {
  Talk talk{R"("from": "subject",
               "match": {"schema": {"method_id": {"method": "echo_point"}}},
               "do": [{"retype": {"type": "P", "suffix": "2"}}, "rehash"])"};
  auto const made = announced(talk.go(Side::subject, schema_of("echo_point", point)));
  auto const later = announced(talk.go(Side::subject, schema_of("get_points", points)));
  CHECK(has_content_ids(later));
  std::vector<vox::schema::TypeId> named;
  auto const note = [&](vox::schema::TypeRef const& type) {
    vox::schema::for_each_type_id(type, [&](vox::schema::TypeId id) { named.push_back(id); });
  };
  note(later.root);
  for (auto const& schema : later.schemas)
    vox::schema::for_each_ref(schema.kind, note);
  CHECK(std::ranges::count(named, id_of(made, "P2")) == 1);
  // Elsewhere it was described as it is.
  Talk neutral;
  auto const as_it_is = announced(neutral.go(Side::subject, schema_of("get_points", points, 1)));
  CHECK(announced(talk.go(Side::subject, schema_of("get_points", points, 1))) == as_it_is);
}

TEST_CASE("a struct has one more field, with its schema, and fields have other names") {
  Talk talk{R"("from": "subject", "match": {"schema": {}},
               "do": [{"retype": {"type": "P", "extra": "z", "field": "x", "name": "u"}}, "rehash"])"};
  auto const made = announced(talk.go(Side::subject, schema_of("echo_point", point)));
  CHECK(has_content_ids(made));
  for (auto const& schema : made.schemas) {
    auto const* const form = std::get_if<vox::schema::Struct>(&schema.kind);
    if (form == nullptr) continue;
    REQUIRE(form->fields.size() == 3);
    CHECK(form->fields[0].name.view() == "u");
    CHECK(form->fields[2].name.view() == "z");
    CHECK_FALSE(form->fields[2].required);
  }
  auto const is_unit = [](auto const& schema) {
    return schema.kind == vox::schema::Kind{vox::schema::Primitive::unit};
  };
  CHECK(std::ranges::count_if(made.schemas, is_unit) == 1);
  // It is known now, also when the other side describes it itself.
  auto const unit = announced(talk.go(Side::subject, schema_of("echo", R"({"as": "unit"})")));
  CHECK(std::ranges::count_if(unit.schemas, is_unit) == 0);
}
