#include "conformance/peer/ahead.hpp"

#include "conformance/peer/fill.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/wording.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace voxspec {
namespace asio = boost::asio;
namespace {

// The patterns of the case that a frame may be meant for once this step is over.
std::vector<Pattern const*> later_patterns(CaseRun const& run, LinkDriver const& link,
                                           Expect const& step) {
  std::vector<Pattern const*> out;
  bool is_later = false;
  for (auto const& each : run.trace.steps) {
    auto const* const expect = std::get_if<Expect>(&each.body);
    if (is_later && expect != nullptr && each.link == link.name()) {
      for (auto const& pattern : expect->frames)
        out.push_back(&pattern);
    }
    if (is_later && std::holds_alternative<NextLink>(each.body) && each.link == link.name()) break;
    is_later = is_later || expect == &step;
  }
  return out;
}

// One step that is being fulfilled.
class Ahead {
 public:
  Ahead(CaseRun& run, LinkDriver& link, Expect const& step)
      : run_{&run}, link_{&link}, step_{&step}, later_{later_patterns(run, link, step)} {
    for (auto const& pattern : step.frames)
      awaited_.push_back(&pattern);
  }

  [[nodiscard]] bool done() const { return awaited_.empty(); }
  [[nodiscard]] Pattern const& awaited() const { return *awaited_.front(); }

  // What the frame is to this step; a failure where it is nothing to any.
  [[nodiscard]] std::expected<bool, Failure> take(Arrival arrival) {
    if (!arrival.problem.empty()) return std::unexpected(undecodable(arrival));
    std::optional<Mismatch> nearest;
    for (auto each = awaited_.begin(); each != awaited_.end(); ++each) {
      auto mismatch = match(**each, arrival.frame, run_->bindings, link_->ids);
      if (!mismatch) {
        awaited_.erase(each);
        return true;
      }
      if (!nearest || mismatch->path.size() > nearest->path.size()) nearest = std::move(mismatch);
      if (is_of_channel_of(**each, arrival.frame))
        return std::unexpected(refused(arrival, *nearest));
    }
    if (std::ranges::find(step_->passing, arrival.frame.name()) != step_->passing.end())
      return false;
    auto const is_meant = [&](Pattern const* pattern) {
      return fits(*pattern, arrival, *link_, run_->bindings);
    };
    if (std::ranges::none_of(later_, is_meant)) return std::unexpected(refused(arrival, *nearest));
    kept_.push_back(std::move(arrival));
    return false;
  }

  // What came ahead is for the next steps, in the order in which it came.
  void leave_the_rest() {
    link_->held().insert(link_->held().begin(), std::make_move_iterator(kept_.begin()),
                         std::make_move_iterator(kept_.end()));
    kept_.clear();
  }

 private:
  // Whether both are about the items of one channel, or about their end.
  [[nodiscard]] bool is_of_channel_of(Pattern const& pattern, Frame const& frame) const {
    if (pattern.name() != "channel_item" || frame.kind == nullptr) return false;
    if (!frame.is("channel_item") && !frame.is("channel_close")) return false;
    Pattern same;
    same.kind = frame.message().kind;
    same.on = pattern.on;
    if (auto const* const id = pattern.field("id")) same.fields.emplace_back("id", *id);
    auto bindings = run_->bindings;
    return !match(same, frame, bindings, link_->ids);
  }

  [[nodiscard]] Failure refused(Arrival const& arrival, Mismatch const& mismatch) const {
    Failure failure;
    failure.expected = term_json(awaited());
    failure.got = frame_json(arrival.frame);
    failure.mismatch = mismatch.path;
    failure.reason = "expected " + in_words(awaited()) + ", got " + in_words(arrival.frame) +
                     ", which no later step expects: " + mismatch.why;
    return failure;
  }

  CaseRun* run_;
  LinkDriver* link_;
  Expect const* step_;
  std::vector<Pattern const*> awaited_;
  std::vector<Pattern const*> later_;
  std::vector<Arrival> kept_;
};

Failure not_come(CaseRun const& run, Event const& event, std::string const& awaited,
                 ProcessState process) {
  if (auto const* const end = std::get_if<Ended>(&event)) {
    return ended_instead(*end, process, awaited);
  }
  return timed_out(awaited, run.options.guard_timeout, process);
}

}  // namespace

asio::awaitable<Outcome> fulfil_ahead(CaseRun& run, LinkDriver& link, Expect const& step) {
  Ahead ahead{run, link, step};
  auto deadline = run.guard();
  while (!ahead.done()) {
    auto event = co_await run.next(link, deadline);
    if (!std::holds_alternative<Arrival>(event)) {
      auto const process = co_await run.settled();
      auto failure = not_come(run, event, in_words(ahead.awaited()), process);
      failure.expected = term_json(ahead.awaited());
      co_return std::unexpected(std::move(failure));
    }
    auto taken = ahead.take(std::get<Arrival>(std::move(event)));
    if (!taken) co_return std::unexpected(std::move(taken.error()));
    if (*taken) deadline = run.guard();
  }
  ahead.leave_the_rest();
  co_return Outcome{};
}

asio::awaitable<Outcome> fulfil(CaseRun& run, LinkDriver& link, AwaitCredit const& step) {
  auto const on = run.connection(link, step.on);
  if (!on) co_return std::unexpected(on.error());
  auto const channel = fill(step.channel, FieldType::id, run.bindings, link.ids.ours_on(*on));
  if (!channel) co_return cannot_run(channel.error());
  auto const id = channel->number().value_or(0);
  auto const deadline = run.guard();
  while (run.granted(*on, id) < step.items) {
    auto event = co_await run.look(link, deadline);
    if (!std::holds_alternative<Arrival>(event)) {
      auto const awaited = "credit for " + std::to_string(step.items) + " items on channel " +
                           std::to_string(id) + ", of which " +
                           std::to_string(run.granted(*on, id)) + " were granted,";
      auto const process = co_await run.settled();
      co_return std::unexpected(not_come(run, event, awaited, process));
    }
    link.held().push_back(std::get<Arrival>(std::move(event)));
  }
  co_return Outcome{};
}

}  // namespace voxspec
