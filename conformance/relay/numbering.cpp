#include "conformance/relay/numbering.hpp"

#include <algorithm>
#include <ranges>

namespace voxspec::relay {

std::int64_t Numbering::shift_at(std::uint32_t in) const {
  std::int64_t by = 0;
  for (auto const& shift : shifts_) {
    if (shift.from > in) break;
    by = shift.by;
  }
  return by;
}

std::uint32_t Numbering::out(std::uint32_t in) const {
  return static_cast<std::uint32_t>(in + shift_at(in));
}

std::optional<std::uint32_t> Numbering::in(std::uint32_t out) const {
  if (shifts_.empty()) return out;
  // What was put in behind the last frame of the sender counts for that frame.
  std::int64_t last = std::int64_t{1} << 32;
  for (auto const& shift : shifts_ | std::views::reverse) {
    auto const in = std::min(std::int64_t{out} - shift.by, last);
    if (in >= std::int64_t{shift.from}) return static_cast<std::uint32_t>(in);
    last = std::int64_t{shift.from} - 1;
  }
  auto const in = std::min(std::int64_t{out}, last);
  if (in < 0) return std::nullopt;
  return static_cast<std::uint32_t>(in);
}

void Numbering::note(std::uint32_t in) {
  next_in_ = std::max(next_in_, in + 1);
}

void Numbering::shift_from(std::uint32_t in, std::int64_t by) {
  auto const before = shift_at(in);
  auto at = std::ranges::lower_bound(shifts_, in, {}, &Shift::from);
  if (at == shifts_.end() || at->from != in) at = shifts_.insert(at, {in, before});
  for (; at != shifts_.end(); ++at)
    at->by += by;
}

void Numbering::resume_after(std::optional<std::uint32_t> in) {
  std::int64_t const next = in ? std::int64_t{*in} + 1 : 0;
  std::erase_if(shifts_, [&](Shift const& shift) { return std::int64_t{shift.from} > next; });
  next_in_ = static_cast<std::uint32_t>(next);
}

}  // namespace voxspec::relay
