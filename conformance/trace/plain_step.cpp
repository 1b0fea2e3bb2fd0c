#include "conformance/trace/plain_step.hpp"

#include "conformance/trace/field_list.hpp"
#include "conformance/trace/trace_keys.hpp"
#include "spec/assert.hpp"

#include <string>
#include <utility>

namespace voxspec {
namespace {

// Writes the keys of one kind of step behind its head.
struct Body {
  Step const& step;
  vox::Parity ours;

  [[nodiscard]] Json head(std::string_view kind) const { return step_head(kind, step); }

  Json operator()(ExpectEnd const& body) const {
    auto json = head("expect_end");
    json["ends"] = Json::array();
    for (auto const cause : body.causes)
      json["ends"].push_back(word_of("end", cause));
    json["process"] = Json::array();
    for (auto const& ending : body.process) {
      json["process"].push_back(
          {{"state", word_of("process_word", ending.kind)},
           {"codes", ending.code ? Json::array({*ending.code}) : Json::array()}});
    }
    json["any_may_pass"] = !body.passing.has_value();
    json["passing"] = body.passing ? Json(*body.passing) : Json::array();
    return json;
  }
  Json operator()(ExpectExit const& body) const {
    auto json = head("expect_exit");
    json["codes"] = body.codes;
    return json;
  }
  Json operator()(Drop const& body) const {
    auto json = head("drop");
    json["reset"] = body.reset;
    return json;
  }
  Json operator()(HalfClose const&) const { return head("half_close"); }
  Json operator()(StopReading const&) const { return head("stop_reading"); }
  Json operator()(NextLink const&) const { return head("next_link"); }
  Json operator()(RefuseDials const&) const { return head("refuse_dials"); }
  Json operator()(Restart const&) const { return head("restart"); }
  Json operator()(Wait const& body) const {
    auto json = head("wait");
    json["ms"] = body.duration.count();
    json["reason"] = body.reason;
    return json;
  }
  Json operator()(AwaitCredit const& body) const {
    auto json = head("await_credit");
    json["on"] = condition(body.on, FieldType::id, ours);
    json["channel"] = condition(body.channel, FieldType::id, ours);
    json["items"] = body.items;
    return json;
  }
  Json operator()(Do const& body) const {
    auto json = head("order");
    json["verb"] = body.verb;
    json["with"] = body.with;
    json["as"] = body.name;
    return json;
  }
  Json operator()(Saw const& body) const {
    auto json = head("saw");
    json["of"] = body.of;
    json["is"] = condition(body.pattern, FieldType::typed, ours);
    return json;
  }
  // The others have frames.
  Json operator()(auto const&) const { VOX_ASSERT(false); }
};

}  // namespace

Json step_head(std::string_view kind, Step const& step) {
  return {{"step", kind},
          {"link", step.link.empty() ? std::string{"first"} : step.link},
          {"note", step.note},
          {"basic", false}};
}

Json plain_step(Step const& step, vox::Parity ours) {
  return std::visit(Body{step, ours}, step.body);
}

std::string_view reaction_word(Reaction reaction) {
  return word_of("reaction", reaction);
}
std::string_view worth_word(Alternative::Worth worth) {
  return word_of("worth", worth);
}

}  // namespace voxspec
