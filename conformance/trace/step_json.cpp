#include "conformance/trace/step_json.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/trace/trace_keys.hpp"

#include <string>
#include <utility>

namespace voxspec {
namespace {

template <class Frames>
Json frame_list(Frames const& frames) {
  Json list = Json::array();
  for (auto const& frame : frames)
    list.push_back(term_json(frame));
  return list;
}

Json id_json(Term const& on) {
  return term_json(on, FieldType::id);
}

// Writes what stands behind the step's key, and beside it.
struct BodyWriter {
  Json& step;

  void operator()(Establish const& body) const { step["establish"] = body.messages; }
  void operator()(Send const& body) const {
    step["send"] = frame_list(body.items);
    if (body.together) step["together"] = true;
    if (body.write.mode == Write::Mode::bytewise) step["write"] = "bytewise";
    if (body.write.mode == Write::Mode::split) step["write"] = Json{{"split", body.write.split}};
  }
  void operator()(Expect const& body) const {
    step["expect"] = frame_list(body.frames);
    if (body.any_order) step["any_order"] = true;
    if (body.ahead) step["ahead"] = true;
    if (body.passing != passing_by_default(body.frames)) step["passing"] = body.passing;
  }
  void operator()(ExpectNone const& body) const {
    step["expect_none"] = frame_list(body.frames);
    step["probe"] =
        Json{{"kind", word_of("probe_kind", body.probe.kind)}, {"on", id_json(body.probe.on)}};
  }
  void operator()(ExpectViolation const& body) const {
    Json asks = Json::array();
    for (auto const reaction : body.asks)
      asks.push_back(word_of("reaction", reaction));
    step["expect_violation"] = Json{{"asks", std::move(asks)}};
    if (body.honoured) step["expect_violation"]["honoured"] = frame_list(*body.honoured);
  }
  void operator()(ExpectEnd const& body) const {
    auto& causes = step["expect_end"] = Json::array();
    for (auto const cause : body.causes)
      causes.push_back(word_of("end", cause));
    if (body.passing) step["passing"] = *body.passing;
    if (body.process.empty()) return;
    auto& process = step["process"] = Json::array();
    for (auto const& ending : body.process) {
      process.push_back(ending.code ? Json{{"exited", *ending.code}}
                                    : word_of("process_word", ending.kind));
    }
  }
  void operator()(ExpectExit const& body) const {
    step["expect_exit"] = body.codes.empty() ? Json("any") : Json(body.codes);
  }
  void operator()(Alive const& body) const {
    step["alive"] = Json{{"on", id_json(body.on)}, {"echo", body.echo}};
  }
  void operator()(OneOf const& body) const {
    auto& list = step["one_of"] = Json::array();
    for (auto const& alternative : body.alternatives) {
      Json out{{"steps", Json::array()}};
      for (auto const& inner : alternative.steps)
        out["steps"].push_back(step_json(inner));
      out["verdict"] = word_of("worth", alternative.worth);
      if (!alternative.reason.empty()) out["reason"] = alternative.reason;
      list.push_back(std::move(out));
    }
  }
  void operator()(Drop const& body) const { step["drop"] = Json{{"reset", body.reset}}; }
  void operator()(HalfClose const&) const { step["half_close"] = Json::object(); }
  void operator()(StopReading const&) const { step["stop_reading"] = Json::object(); }
  void operator()(NextLink const&) const { step["next_link"] = Json::object(); }
  void operator()(RefuseDials const&) const { step["refuse_dials"] = Json::object(); }
  void operator()(Restart const&) const { step["restart"] = Json::object(); }
  void operator()(Repeat const& body) const {
    // One round that happens once says the same without parameters.
    Json steps = Json::array();
    for (auto const& round : body.rounds) {
      for (auto const& inner : round)
        steps.push_back(step_json(inner));
    }
    step["repeat"] = Json{{"times", 1}, {"steps", std::move(steps)}};
  }
  void operator()(Wait const& body) const {
    step["wait"] = Json{{"ms", body.duration.count()}, {"reason", body.reason}};
  }
  void operator()(Let const& body) const {
    step["let"] = body.name;
    step["be"] = term_json(body.value, FieldType::typed);
    if (body.on != root_connection()) step["on"] = id_json(body.on);
  }
  void operator()(Announce const& body) const {
    step["announce"] =
        Json{{"on", id_json(body.on)}, {"method", body.method}, {"direction", body.direction}};
  }
  void operator()(Do const& body) const {
    step["do"] = Json{{body.verb, body.with}};
    step["as"] = body.name;
  }
  void operator()(Saw const& body) const {
    step["saw"] = term_json(body.pattern, FieldType::typed);
    if (!body.of.empty()) step["of"] = body.of;
  }
  void operator()(AwaitCredit const& body) const {
    step["await_credit"] =
        Json{{"on", id_json(body.on)}, {"channel", id_json(body.channel)}, {"items", body.items}};
  }
};

Json peer_json(Case const& trace) {
  Json peer{{"role", word_of("role", trace.role)}, {"conduit", word_of("conduit", trace.conduit)}};
  if (trace.transports.empty()) return peer;
  auto& transports = peer["transports"] = Json::array();
  for (auto const& name : trace.transports) {
    transports.push_back(name == "websocket" ? std::string{"ws"} : name);
  }
  return peer;
}

}  // namespace

Json step_json(Step const& step) {
  Json out = Json::object();
  if (!step.note.empty()) out["note"] = step.note;
  if (!step.link.empty()) out["link"] = step.link;
  std::visit(BodyWriter{out}, step.body);
  return out;
}

Json case_head_json(Case const& trace) {
  Json head{{"version", trace.version}, {"case", trace.id}, {"about", trace.about}};
  auto& rules = head["rules"] = Json::array();
  for (auto const clause : trace.clauses)
    rules.push_back(clause.id());
  head["peer"] = peer_json(trace);
  if (trace.one_dialect || trace.dialect != Dialect::vox_0_4) {
    head["dialects"] = {dialect_word(trace.dialect)};
  }
  auto const is_client = trace.subject.mode == SubjectStart::Mode::client;
  if (is_client || !trace.subject.env.empty() || trace.subject.store) {
    auto& subject = head["subject"] = Json::object();
    if (is_client) subject["client"] = trace.subject.scenario;
    if (!trace.subject.env.empty()) subject["env"] = trace.subject.env;
    if (trace.subject.store) subject["store"] = true;
  }
  if (!trace.needs.empty()) head["needs"] = trace.needs;
  if (trace.slow) head["slow"] = true;
  if (trace.hostile) head["hostile"] = true;
  return head;
}

}  // namespace voxspec
