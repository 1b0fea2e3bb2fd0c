#include "conformance/peer/control.hpp"

#include "conformance/peer/match.hpp"
#include "conformance/peer/term_json.hpp"
#include "conformance/peer/value_json.hpp"
#include "conformance/peer/wording.hpp"
#include "impl/link/deadline.hpp"

#include <optional>
#include <utility>

namespace voxspec {
namespace asio = boost::asio;
namespace {

// No case has a use for more; a subject that floods the channel is not kept in memory.
constexpr std::size_t lines_max = 20'000;

// A subject that does not keep to the channel says nothing about the protocol.
std::unexpected<Failure> no_report(std::string const& line) {
  constexpr std::size_t shown_max = 200;
  return cannot_run("the subject wrote on its control channel what is no report: " +
                    line.substr(0, shown_max));
}

std::expected<Json, Failure> report_of(std::string const& line) {
  auto report = Json::parse(line, nullptr, false);
  bool const is_report = report.is_object() && report.contains("of") && report["of"].is_string() &&
                         (report.contains("saw") || report.contains("cannot"));
  if (!is_report) return no_report(line);
  return report;
}

}  // namespace

asio::awaitable<std::expected<Json, Failure>> Control::next(ControlChannel& channel,
                                                            std::string const& action,
                                                            std::chrono::milliseconds guard) {
  auto const deadline = std::chrono::steady_clock::now() + guard;
  auto& waiting = said_[action];
  while (waiting.empty()) {
    auto const left = deadline - std::chrono::steady_clock::now();
    auto const line = co_await vox::link::within(left, channel.hear());
    if (!line) {
      auto failure = fails("the subject did not say what it saw of '" + action + "' within " +
                           in_words(guard));
      failure.error().timed_out = true;
      co_return failure;
    }
    if (!*line) co_return fails(line->error());
    if (++lines_ > lines_max) co_return fails("the subject never stops reporting what it saw");
    auto report = report_of(**line);
    if (!report) co_return std::unexpected(std::move(report.error()));
    auto const of = (*report)["of"].get<std::string>();
    said_[of].push_back(std::move(*report));
  }
  auto report = std::move(waiting.front());
  waiting.pop_front();
  co_return std::move(report);
}

asio::awaitable<Outcome> Control::perform(ControlChannel& channel, Do const& action,
                                          std::chrono::milliseconds guard) {
  last_action_ = action.name;
  Json line{{"do", action.verb}, {"as", action.name}};
  line.update(action.with);
  if (auto const said = channel.say(line.dump()); !said) co_return fails(said.error());
  auto const report = co_await next(channel, action.name, guard);
  if (!report) co_return std::unexpected(report.error());
  if (report->contains("cannot")) {
    auto const& why = (*report)["cannot"];
    co_return unsupported("the subject cannot " + action.verb +
                          (why.is_string() ? ": " + why.get<std::string>() : ""));
  }
  if ((*report)["saw"] != "begun") {
    co_return cannot_run("the subject did not say that it has begun '" + action.name + "'");
  }
  co_return Outcome{};
}

asio::awaitable<Outcome> Control::perform(ControlChannel& channel, Saw const& saw,
                                          Bindings& bindings, IdSpace const& ids,
                                          std::chrono::milliseconds guard) {
  auto const& action = saw.of.empty() ? last_action_ : saw.of;
  auto const report = co_await next(channel, action, guard);
  if (!report) co_return std::unexpected(report.error());
  auto const& seen = report->contains("cannot") ? *report : (*report)["saw"];
  auto const mismatch =
      match(saw.pattern, value_from_json(seen, FieldType::typed), FieldType::typed, bindings, ids);
  if (!mismatch) co_return Outcome{};
  auto failure = fails("the application of the subject saw something else of '" + action +
                       "': " + mismatch->why);
  failure.error().expected = term_json(saw.pattern, FieldType::typed);
  failure.error().got = seen;
  failure.error().mismatch = mismatch->path;
  co_return failure;
}

}  // namespace voxspec
