#include "conformance/relay/recorder.hpp"

#include <iterator>
#include <utility>

namespace voxspec::relay {
namespace {

vox::Bytes const* key_in(Frame const& hello) {
  auto const* const value = hello.field("resume_key");
  return value == nullptr ? nullptr : value->get<vox::Bytes>();
}

}  // namespace

Recorder::Link Recorder::begin_link(std::uint64_t at_us) {
  lines_.emplace_back();
  auto& line = lines_.back();
  line.reader = TapeReader{dialect_};
  line.reader.begin_link();
  put(line, {.kind = TapeEvent::Kind::link, .at_us = at_us});
  return lines_.size() - 1;
}

void Recorder::hear(Link link, vox::Role by, vox::ByteView payload, std::uint64_t at_us) {
  auto& line = lines_.at(link);
  TapeEvent event{
      .kind = TapeEvent::Kind::frame, .by = by, .at_us = at_us, .bytes = vox::to_bytes(payload)};
  read_hello(line, event);
  put(line, std::move(event));
}

// Only what goes before the messages says to which session a link belongs.
void Recorder::read_hello(Line& line, TapeEvent const& event) {
  if (!line.reads) return;
  auto const heard = line.reader.read(event.by, 0, event.bytes, event.raw);
  auto const is_over = heard.layer == Layer::message || heard.layer == Layer::stable;
  line.reads = !is_over;
  if (is_over || !heard.problem.empty()) return;
  auto const& frame = heard.frame;
  if (frame.is("hello") || frame.is("client_hello")) {
    if (!line.conversation) assign(line, key_in(frame));
  } else if (frame.is("hello_yourself") || frame.is("server_hello")) {
    auto const* const key = key_in(frame);
    if (key != nullptr && line.conversation) by_key_.insert_or_assign(*key, *line.conversation);
  }
}

void Recorder::assign(Line& line, vox::Bytes const* key) {
  auto const known = key == nullptr ? by_key_.end() : by_key_.find(*key);
  auto const is_known = known != by_key_.end() && conversations_.contains(known->second);
  line.conversation = is_known ? known->second : next_++;
  auto& conversation = conversations_[*line.conversation];
  conversation.tape.dialect = dialect_;
  line.index = conversation.links++;
  ++conversation.open_links;
  for (auto& event : std::exchange(line.early, {}))
    put(line, std::move(event));
}

void Recorder::put(Line& line, TapeEvent event) {
  if (!line.conversation) {
    // A peer that sends much before it says who it is has a conversation of its own.
    auto const is_late = line.early.size() >= 16 || event.kind == TapeEvent::Kind::end ||
                         event.kind == TapeEvent::Kind::reset;
    line.early.push_back(std::move(event));
    if (is_late) assign(line, nullptr);
    return;
  }
  event.link = line.index;
  add(conversations_[*line.conversation], std::move(event));
}

void Recorder::add(Conversation& to, TapeEvent event) const {
  if (!to.cut.empty()) return;
  to.is_new = true;
  if (event.kind == TapeEvent::Kind::frame) {
    ++to.frames;
    to.bytes += event.bytes.size();
    if (to.frames > limits_.frames_max) {
      to.cut = "it has more than " + std::to_string(limits_.frames_max) + " frames";
    } else if (to.bytes > limits_.bytes_max) {
      to.cut = "it has more than " + std::to_string(limits_.bytes_max) + " bytes";
    }
    if (!to.cut.empty()) return;
  }
  to.tape.events.push_back(std::move(event));
}

void Recorder::end(Link link, vox::Role by, bool reset, std::uint64_t at_us) {
  auto& line = lines_.at(link);
  if (std::exchange(line.has_end, true)) return;
  put(line,
      {.kind = reset ? TapeEvent::Kind::reset : TapeEvent::Kind::end, .by = by, .at_us = at_us});
}

void Recorder::close_link(Link link) {
  auto& line = lines_.at(link);
  if (!std::exchange(line.is_open, false)) return;
  if (!line.conversation) assign(line, nullptr);
  auto& conversation = conversations_[*line.conversation];
  if (--conversation.open_links == 0 && !std::exchange(conversation.was_over, true)) ++over_;
  line.early.clear();
  line.reader = TapeReader{dialect_};
  forget_old();
}

// Of those that are over and were asked for, the oldest.
void Recorder::forget_old() {
  for (auto each = conversations_.begin();
       conversations_.size() > limits_.conversations_max && each != conversations_.end();) {
    auto const can_go = each->second.open_links == 0 && !each->second.is_new;
    each = can_go ? conversations_.erase(each) : std::next(each);
  }
  std::erase_if(by_key_, [&](auto const& key) { return !conversations_.contains(key.second); });
}

std::vector<std::size_t> Recorder::take_new(bool open) {
  std::vector<std::size_t> out;
  for (auto& [number, conversation] : conversations_) {
    auto const is_open = conversation.open_links > 0;
    if (is_open == open && std::exchange(conversation.is_new, false)) out.push_back(number);
  }
  return out;
}

std::vector<std::size_t> Recorder::take_finished() {
  return take_new(false);
}
std::vector<std::size_t> Recorder::take_unfinished() {
  return take_new(true);
}

Tape const& Recorder::tape(std::size_t conversation) const {
  return conversations_.at(conversation).tape;
}

std::string Recorder::cut(std::size_t conversation) const {
  return conversations_.at(conversation).cut;
}

}  // namespace voxspec::relay
