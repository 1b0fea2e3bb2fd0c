#include "impl/link/outgoing.hpp"

#include "spec/assert.hpp"

#include <utility>

namespace vox::link {

std::uint64_t Outgoing::ask() {
  is_asked_ = true;
  return begun_ + 1;
}

bool Outgoing::take_batch() {
  if (end_ || is_writing_ || !std::exchange(is_asked_, false)) return false;
  VOX_ASSERT(!filling_.has_begun());
  ++begun_;
  if (filling_.empty()) {
    done_ = begun_;
    changed.notify();
    return false;
  }
  VOX_ASSERT(batch_.empty());
  std::swap(filling_, batch_);
  is_writing_ = true;
  return true;
}

void Outgoing::done() {
  VOX_ASSERT(is_writing_);
  is_writing_ = false;
  batch_.clear();
  done_ = begun_;
  changed.notify();
}

void Outgoing::fail(LinkEnd end) {
  is_writing_ = false;
  batch_.clear();
  stop(std::move(end));
}

void Outgoing::stop(LinkEnd end) {
  if (!end_) end_ = std::move(end);
  changed.notify();
}

Sent Outgoing::outcome(std::uint64_t batch) {
  if (done_ >= batch) return {};
  VOX_ASSERT(end_);
  filling_.clear();  // Nothing of it will ever be written.
  return std::unexpected(*end_);
}

}  // namespace vox::link
