#include "conformance/trace/frame_record.hpp"

#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/trace/step_json.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace voxspec {
namespace {

using Queue = std::deque<FrameRecord const*>;

// A recording has no repeats: every step that ran is a step.
void flatten(std::vector<Step> const& steps, std::vector<Step>& out) {
  for (auto const& step : steps) {
    if (auto const* const repeat = std::get_if<Repeat>(&step.body)) {
      for (auto const& round : repeat->rounds)
        flatten(round, out);
    } else {
      out.push_back(step);
    }
  }
}

bool takes(Step const& step, FrameRecord const& record, std::size_t& left) {
  if (auto const* const send = std::get_if<Send>(&step.body)) {
    if (record.direction != Direction::sent || left >= send->items.size()) return false;
    ++left;
    return true;
  }
  auto const* const expect = std::get_if<Expect>(&step.body);
  if (expect == nullptr || record.direction == Direction::sent) return false;
  auto const kind = kind_of_frame(record.decoded);
  if (std::ranges::find(expect->passing, kind) != expect->passing.end()) return true;
  if (left >= expect->frames.size()) return false;
  ++left;
  return true;
}

// The frames that belong to one of several steps with the same place in the file (the rounds of a
// repeat, the steps of a macro) go to each in turn, as many as it asks for; the last takes the
// rest.
Json frames_of(Step const& step, Queue& queue, bool is_last) {
  Json frames = Json::array();
  std::size_t taken = 0;
  while (!queue.empty() && (is_last || takes(step, *queue.front(), taken))) {
    frames.push_back(record_json(*queue.front()));
    queue.pop_front();
  }
  return frames;
}

// Steps inside an alternative have places of their own; their frames stand with the one_of.
std::string place_in(std::vector<Step> const& steps, std::string const& pointer) {
  auto const owns = [&](Step const& step) {
    return pointer == step.pointer || pointer.starts_with(step.pointer + "/");
  };
  auto const found = std::ranges::find_if(steps, owns);
  return found == steps.end() ? std::string{} : found->pointer;
}

}  // namespace

std::string_view kind_of_frame(Json const& frame) {
  if (!frame.is_object()) return {};
  if (frame.contains("stable_frame") && frame["stable_frame"].contains("message")) {
    return kind_of_frame(frame["stable_frame"]["message"]);
  }
  for (auto const& [key, value] : frame.items()) {
    if (auto const* const kind = find_frame_kind(key)) return kind->name;
    if (key == "frame") return "frame";
  }
  return {};
}

Json record_json(FrameRecord const& record) {
  Json out{{"at_us", record.at_us}};
  out[record.direction == Direction::sent ? "sent" : "received"] = record.decoded;
  out["hex"] = vox::to_hex(record.bytes);
  if (record.raw) out["raw"] = true;
  if (!record.link.empty()) out["link"] = record.link;
  if (!record.problem.empty()) out["problem"] = record.problem;
  return out;
}

FrameRecord record_from_json(Json const& record) {
  FrameRecord out;
  auto const text = [&](char const* key) {
    return record.contains(key) && record[key].is_string() ? record[key].get<std::string>()
                                                           : std::string{};
  };
  out.at_us = record.contains("at_us") ? number_from(record["at_us"]).value_or(0) : 0;
  out.direction = record.contains("sent") ? Direction::sent : Direction::received;
  out.decoded = record.value(out.direction == Direction::sent ? "sent" : "received", Json{});
  out.bytes = vox::from_hex(text("hex")).value_or(vox::Bytes{});
  out.raw = record.value("raw", false);
  out.link = text("link");
  out.problem = text("problem");
  return out;
}

Json recording(Case const& trace, std::vector<FrameRecord> const& frames, Json const& result) {
  std::vector<Step> steps;
  flatten(trace.steps, steps);
  std::map<std::string, Queue> queues;
  for (auto const& record : frames)
    queues[place_in(steps, record.step)].push_back(&record);
  std::map<std::string, std::size_t> left;
  for (auto const& step : steps)
    ++left[step.pointer];
  auto out = case_head_json(trace);
  out["result"] = result;
  auto& list = out["steps"] = Json::array();
  for (auto const& step : steps) {
    auto json = step_json(step);
    auto const is_last = --left[step.pointer] == 0;
    auto own = frames_of(step, queues[step.pointer], is_last);
    if (!own.empty()) json["frames"] = std::move(own);
    list.push_back(std::move(json));
  }
  return out;
}

}  // namespace voxspec
