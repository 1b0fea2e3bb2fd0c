#include "conformance/explore/comparison.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <span>
#include <utility>

namespace voxspec::explore {
namespace {

constexpr std::array left_out{
    NotCompared{"resume keys", "each subject makes its own"},
    NotCompared{"the words of protocol errors, of a Sorry and of InvalidPayload",
                "the text leaves them free"},
    NotCompared{"Pings of the subject", "they come by the clock"},
    NotCompared{"grants of credit", "a receiver may grant in any portions"},
    NotCompared{"the order of announcements",
                "handlers run side by side, and the first takes the types that both need"},
    NotCompared{"which of its calls gets which id", "callers run side by side"},
    NotCompared{"what comes behind the frame that fails a case",
                "the judge stops reading there, sooner or later"},
    NotCompared{"answers that race with a close, a cancel or a lost link",
                "what runs beside the loop that reads the link may be done by then or not"},
};

// {"kind", body, on} of a record, out of the stable frame that it may stand in.
struct Said {
  std::string kind;
  Json body = Json::object();
  std::string on;
};

Said said_in(Json const& decoded) {
  Said said;
  if (!decoded.is_object()) return said;
  for (auto const& [key, value] : decoded.items()) {
    if (key == "on") {
      said.on = value.dump();
    } else if (key == "stable_frame" && value.contains("message")) {
      return said_in(value["message"]);
    } else {
      said.kind = key;
      said.body = value;
    }
  }
  return said;
}

bool is_handshake(std::string const& kind) {
  static std::set<std::string> const kinds{
      "transport_accept", "transport_reject", "transport_hello", "hello",
      "hello_yourself",   "lets_go",          "sorry",           "client_hello",
      "server_hello"};
  return kinds.contains(kind);
}

std::string answer_text(Json const& body) {
  auto const ret = body.contains("ret") ? body["ret"] : Json();
  auto const hex = ret.is_object() && ret.contains("hex") ? ret["hex"].get<std::string>() : "";
  // Err, InvalidPayload, and words.
  if (hex.starts_with("0102")) return "InvalidPayload";
  return ret.dump();
}

class Sorter {
 public:
  explicit Sorter(Script const& script) : script_{script} {}

  void add(FrameRecord const& record) {
    auto const link = record.link.empty() ? std::string{"the first link"} : record.link;
    auto said = said_in(record.decoded);
    if (said.kind.empty()) {
      streams_["noise on " + link].push_back(vox::to_hex(record.bytes));
      return;
    }
    for (auto const* const key : {"resume_key", "message_payload_schema", "description", "reason"})
      if (said.body.is_object()) said.body.erase(key);
    if (is_handshake(said.kind)) {
      streams_["the handshake on " + link].push_back(said.kind + " " + said.body.dump());
      return;
    }
    if (said.kind == "ping" || said.kind == "channel_grant_credit") return;
    if (script_.racing.contains(said.kind)) return;
    add_message(std::move(said), link);
  }

  Streams take() {
    for (auto& [name, entries] : announced_)
      streams_[name].assign(entries.begin(), entries.end());
    for (auto& [name, entries] : called_)
      streams_[name].assign(entries.begin(), entries.end());
    return std::move(streams_);
  }

 private:
  void add_message(Said said, std::string const& link) {
    auto const on = " on connection " + said.on;
    if (said.kind == "schema") {
      if (said.body.contains("schemas")) said.body.erase("schemas");
      announced_["announcements" + on].insert(said.body.dump());
    } else if (said.kind == "request_response") {
      streams_["answers to request " + said.body["id"].dump() + on].push_back(
          answer_text(said.body));
    } else if (said.kind.starts_with("channel_")) {
      streams_["channel " + said.body["id"].dump() + on].push_back(said.kind + " " +
                                                                   said.body.dump());
    } else if (said.kind == "request_call") {
      streams_["ids of its calls" + on].push_back(said.body["id"].dump());
      // The operation id goes with the id.
      called_["what it calls" + on].insert(said.body["method_id"].dump() + " " +
                                           said.body["args"].dump());
    } else if (said.kind.starts_with("request_")) {
      streams_["what it asks by itself" + on].push_back(said.kind + " " + said.body.dump());
    } else {
      streams_["the session on " + link].push_back(said.kind + on + " " + said.body.dump());
    }
  }

  Script const& script_;
  Streams streams_;
  std::map<std::string, std::set<std::string>> announced_;
  std::map<std::string, std::multiset<std::string>> called_;
};

// The frames up to the one that failed the case, if one did.
std::span<FrameRecord const> judged(CaseResult const& result) {
  std::span<FrameRecord const> const frames{result.frames};
  if (result.verdict != Verdict::fail || result.got.is_null()) return frames;
  auto const is_culprit = [&](FrameRecord const& each) {
    return each.direction == Direction::received && each.decoded == result.got;
  };
  auto const last = std::ranges::find_if(frames.rbegin(), frames.rend(), is_culprit);
  auto const behind = static_cast<std::size_t>(last - frames.rbegin());
  return last == frames.rend() ? frames : frames.first(frames.size() - behind);
}

std::string stands(EndCause end) {
  return end == EndCause::open || end == EndCause::ours ? "stands" : "ended";
}

std::string listed(std::vector<std::string> const& lines) {
  if (lines.empty()) return "  nothing\n";
  std::string text;
  for (auto const& line : lines)
    text += "  " + line + "\n";
  return text;
}

}  // namespace

Streams streams(Script const& script, CaseReport const& report) {
  Sorter sorter{script};
  for (auto const& record : judged(report.result)) {
    if (record.direction == Direction::received) sorter.add(record);
  }
  auto all = sorter.take();
  all["the link in the end"].push_back(stands(report.result.end));
  if (report.result.process.crashed()) all["the process"].push_back(text(report.result.process));
  return all;
}

std::string difference(Script const& script, CaseReport const& one, CaseReport const& other,
                       std::string const& name_of_one, std::string const& name_of_other) {
  auto const first = streams(script, one);
  auto const second = streams(script, other);
  std::set<std::string> names;
  for (auto const* const side : {&first, &second}) {
    for (auto const& [name, lines] : *side)
      names.insert(name);
  }
  auto const lines = [](Streams const& all, std::string const& name) {
    auto const at = all.find(name);
    return at == all.end() ? std::vector<std::string>{} : at->second;
  };
  for (auto const& name : names) {
    auto const ours = lines(first, name);
    auto const theirs = lines(second, name);
    if (ours == theirs) continue;
    return name + ":\n" + name_of_one + ":\n" + listed(ours) + name_of_other + ":\n" +
           listed(theirs);
  }
  auto const cause = cause_in(script, one);
  auto const other_cause = cause_in(script, other);
  if (cause.has_value() == other_cause.has_value()) return {};
  return "the verdict:\n" + name_of_one + ": " +
         (cause ? one.result.reason : std::string{"as the model allows"}) + "\n" + name_of_other +
         ": " + (other_cause ? other.result.reason : std::string{"as the model allows"}) + "\n";
}

std::vector<NotCompared> not_compared() {
  return {left_out.begin(), left_out.end()};
}

}  // namespace voxspec::explore
