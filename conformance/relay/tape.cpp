#include "conformance/relay/tape.hpp"

#include "conformance/peer/dialect_word.hpp"
#include "conformance/trace/frame_record.hpp"

#include <map>
#include <utility>

namespace voxspec::relay {
namespace {

// Goes through the steps of a recording. Frames say which link they are of, and steps which they
// begin or end.
class Winder {
 public:
  Winder(vox::Role ours, vox::Dialect dialect) : ours_{ours}, tape_{.dialect = dialect} {
    begin_link({});
  }

  void add(Json const& step) {
    auto const name = step.contains("link") && step["link"].is_string()
                          ? step["link"].get<std::string>()
                          : std::string{};
    if (step.contains("next_link")) begin_link(name);
    for (auto const& json : step.value("frames", Json::array())) {
      auto const record = record_from_json(json);
      auto const by = record.direction == Direction::sent ? ours_ : opposite(ours_);
      put({.kind = TapeEvent::Kind::frame,
           .by = by,
           .link = link(record.link),
           .at_us = record.at_us,
           .bytes = record.bytes,
           .raw = record.raw});
      frames_ += 1;
      last_us_ = record.at_us;
    }
    if (step.contains("drop")) {
      auto const& drop = step["drop"];
      end(name, ours_, drop.is_object() && drop.value("reset", false));
    } else if (step.contains("expect_end") || step.contains("expect_violation")) {
      end(name, opposite(ours_), false);
    }
  }

  [[nodiscard]] std::expected<Tape, std::string> take() {
    if (frames_ == 0) return std::unexpected("there are no frames in it, so it is no recording");
    return std::move(tape_);
  }

 private:
  void begin_link(std::string const& name) {
    links_[name] = count_++;
    put({.kind = TapeEvent::Kind::link, .link = links_[name], .at_us = last_us_});
  }
  [[nodiscard]] std::size_t link(std::string const& name) {
    if (!links_.contains(name)) begin_link(name);
    return links_[name];
  }
  void end(std::string const& name, vox::Role by, bool reset) {
    put({.kind = reset ? TapeEvent::Kind::reset : TapeEvent::Kind::end,
         .by = by,
         .link = link(name),
         .at_us = last_us_});
  }
  void put(TapeEvent event) { tape_.events.push_back(std::move(event)); }

  vox::Role ours_;
  Tape tape_;
  std::map<std::string, std::size_t> links_;
  std::size_t count_ = 0;
  std::size_t frames_ = 0;
  std::uint64_t last_us_ = 0;
};

std::expected<vox::Dialect, std::string> recorded_dialect(Json const& recording) {
  try {
    return dialect_to_read_in({recording, {}}, vox::Dialect::vox_0_4);
  } catch (Fault const& fault) {
    return std::unexpected(readable(fault.where) + ": " + fault.what);
  }
}

}  // namespace

std::expected<Tape, std::string> tape_of(Json const& recording) {
  auto const peer = recording.is_object() ? recording.value("peer", Json::object()) : Json{};
  auto const role = peer.is_object() ? peer.value("role", "initiator") : std::string{"initiator"};
  auto const steps = recording.is_object() ? recording.find("steps") : recording.end();
  if (steps == recording.end() || !steps->is_array()) return std::unexpected("it has no steps");
  if (role == "both") return std::unexpected("it is a case for both roles, and no recording");
  auto const dialect = recorded_dialect(recording);
  if (!dialect) return std::unexpected(dialect.error());
  Winder winder{role == "acceptor" ? vox::Role::acceptor : vox::Role::initiator, *dialect};
  for (auto const& step : *steps) {
    if (step.is_object()) winder.add(step);
  }
  return winder.take();
}

}  // namespace voxspec::relay
