#include "conformance/peer/method_name.hpp"
#include "conformance/peer/typed_value.hpp"
#include "conformance/peer/verdict.hpp"
#include "conformance/trace/abilities.hpp"
#include "conformance/trace/any_step.hpp"
#include "conformance/trace/describe.hpp"
#include "conformance/trace/expanded_steps.hpp"
#include "conformance/trace/field_list.hpp"
#include "conformance/trace/scripted_pings.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace voxspec {
namespace {

template <class Enum>
std::string enum_word(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

Json clause_ids(Case const& trace) {
  Json ids = Json::array();
  for (auto const clause : trace.clauses)
    ids.push_back(clause.id());
  return ids;
}

Json clauses_json(Case const& trace) {
  Json list = Json::array();
  for (auto const clause : trace.clauses) {
    auto const& entry = clause.entry();
    list.push_back({{"id", clause.id()},
                    {"level", enum_word(entry.level)},
                    {"rests_on", enum_word(entry.authority)},
                    {"obligation", entry.obligation}});
  }
  return list;
}

Json abilities_json(Case const& trace) {
  auto all = trace.needs;
  auto const is_client = trace.subject.mode == SubjectStart::Mode::client;
  if (is_client && std::ranges::find(all, client_scenarios) == all.end()) {
    all.emplace_back(client_scenarios);
  }
  return all;
}

Json subject_json(Case const& trace) {
  auto const is_client = trace.subject.mode == SubjectStart::Mode::client;
  auto const listens = trace.role == vox::Role::initiator;
  Json environment = Json::object();
  for (auto const& [name, value] : trace.subject.env)
    environment[name] = value;
  environment["SUBJECT_MODE"] = listens ? "server-listen" : is_client ? "client" : "server";
  if (is_client) environment["CLIENT_SCENARIO"] = trace.subject.scenario;
  environment["SPEC_CONDUIT"] = enum_word(trace.conduit);
  return {{"role", enum_word(opposite(trace.role))},
          {"environment", std::move(environment)},
          {"store", trace.subject.store}};
}

Json transports_json(Case const& trace) {
  if (trace.transports.empty()) return Json::array({"tcp", "local", "ws", "stdio"});
  Json out = Json::array();
  for (auto const& name : trace.transports)
    out.push_back(name == "websocket" ? "ws" : name);
  return out;
}

// The methods that calls of the case are about, in either direction.
class Methods {
 public:
  explicit Methods(Case const& trace) {
    serves_ = trace.subject.mode == SubjectStart::Mode::serve;
    (void)any_step(trace.steps, [&](Step const& step) {
      std::visit([&](auto const& body) { note(body); }, step.body);
      return false;
    });
  }
  [[nodiscard]] Json json() const { return names_; }

 private:
  void note(FrameTerm const& frame) {
    for (auto const& inside : frame.inside)
      note(inside);
    auto const* const term = frame.field("method_id");
    auto const* const value = term == nullptr ? nullptr : term->get<Value>();
    if (value == nullptr || !value->number()) return;
    auto const name = method_of(*value->number());
    if (!name.empty()) names_.insert(full_method_name(name));
  }
  void note_all(auto const& frames) {
    for (auto const& frame : frames)
      note(frame);
  }
  void note(Send const& body) { note_all(body.items); }
  void note(Expect const& body) { note_all(body.frames); }
  void note(ExpectNone const& body) {
    note_all(body.frames);
    if (body.probe.kind == Probe::Kind::call) names_.insert("Testbed.echo");
  }
  void note(Announce const& body) { names_.insert(full_method_name(body.method)); }
  void note(Alive const& body) {
    if (body.echo && serves_) names_.insert("Testbed.echo");
  }
  void note(Do const& body) {
    if (body.with.contains("method")) {
      names_.insert(full_method_name(body.with["method"].get<std::string>()));
    }
  }
  void note(auto const&) {}

  bool serves_ = false;
  std::set<std::string> names_;
};

Json failing_json(Case const& trace) {
  auto const before = breach_of(trace.level());
  auto const in_session = trace.is_by_behaviour() ? Verdict::differs : before;
  return {{"in_session", enum_word(in_session)}, {"before", enum_word(before)}};
}

}  // namespace

Json expand_case(Case const& trace) {
  return {{"format", "voxspec-case/1"},
          {"id", trace.id},
          {"about", trace.about},
          {"clauses", clauses_json(trace)},
          {"strictness", enum_word(trace.level())},
          {"failing", failing_json(trace)},
          {"role", enum_word(trace.role)},
          {"conduit", enum_word(trace.conduit)},
          {"transports", transports_json(trace)},
          {"dialect", enum_word(trace.dialect)},
          {"subject", subject_json(trace)},
          {"abilities", abilities_json(trace)},
          {"methods", Methods{trace}.json()},
          {"pings", scripts_pings(trace) ? "scripted" : "answered"},
          {"slow", trace.slow},
          {"hostile", trace.hostile},
          {"steps", expanded_steps(trace)}};
}

Json index_entry(Case const& trace) {
  return {{"id", trace.id},
          {"about", trace.about},
          {"clauses", clause_ids(trace)},
          {"strictness", enum_word(trace.level())},
          {"role", enum_word(trace.role)},
          {"conduit", enum_word(trace.conduit)},
          {"transports", transports_json(trace)},
          {"abilities", abilities_json(trace)},
          {"methods", Methods{trace}.json()}};
}

Json frame_layouts(Dialect dialect) {
  Json out = Json::object();
  for (auto const& kind : frame_kinds(dialect))
    out[std::string{kind.name}] = field_list(kind)["fields"];
  return out;
}

}  // namespace voxspec
