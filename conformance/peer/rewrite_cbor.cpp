#include "conformance/peer/rewrite_cbor.hpp"

#include "spec/limits.hpp"

#include <algorithm>

namespace voxspec {
namespace {

constexpr std::byte stop_code{0xFF};

// Copies items one by one. `false` where the rest is no CBOR.
class Rewriter {
 public:
  Rewriter(vox::ByteView items, Writing const& writing) : rest_{items}, writing_{&writing} {}

  vox::Bytes all() {
    while (!rest_.empty() && item(0)) {
    }
    copy(rest_.size());
    return std::move(out_);
  }

 private:
  bool item(std::size_t depth) {
    if (rest_.empty() || depth > vox::Limits{}.cbor_depth_max) return false;
    auto const first = std::to_integer<unsigned>(rest_.front());
    auto const major = first >> 5U;
    auto const info = first & 0x1FU;
    if (major == 7) {
      copy(std::min<std::size_t>(rest_.size(), 1 + width_of(info)));
      return true;
    }
    auto const width = width_of(info);
    if (info > 27 || rest_.size() < 1 + width) return false;
    std::uint64_t argument = info < 24 ? info : 0;
    for (std::size_t i = 1; i <= width; ++i)
      argument = argument << 8U | std::to_integer<std::uint64_t>(rest_[i]);
    rest_ = rest_.subspan(1 + width);
    if (major < 2) {
      put_head(major, argument, width);
      return true;
    }
    if (major < 4) {
      put_head(major, argument, width);
      if (argument > rest_.size()) return false;
      copy(static_cast<std::size_t>(argument));
      return true;
    }
    return nested(major, argument, width, depth);
  }

  bool nested(unsigned major, std::uint64_t count, std::size_t width, std::size_t depth) {
    auto const is_open = writing_->indefinite && major < 6;
    if (is_open) {
      out_.push_back(static_cast<std::byte>(major << 5U | 31U));
    } else {
      put_head(major, count, width);
    }
    auto items = major == 5 ? count * 2 : count;
    if (major == 6) items = 1;
    for (; items > 0; --items) {
      if (!item(depth + 1)) return false;
    }
    if (is_open) out_.push_back(stop_code);
    return true;
  }

  static std::size_t width_of(unsigned info) {
    return info < 24 || info > 27 ? 0 : std::size_t{1} << (info - 24);
  }

  void put_head(unsigned major, std::uint64_t argument, std::size_t width) {
    width = std::max<std::size_t>(width, writing_->head_bytes_min);
    if (width == 0) {
      out_.push_back(static_cast<std::byte>(major << 5U | argument));
      return;
    }
    auto info = 27U;
    if (width == 1) info = 24;
    if (width == 2) info = 25;
    if (width == 3 || width == 4) info = 26;
    width = width_of(info);
    out_.push_back(static_cast<std::byte>(major << 5U | info));
    for (auto left = width; left > 0; --left)
      out_.push_back(static_cast<std::byte>(argument >> (8 * (left - 1))));
  }

  void copy(std::size_t count) {
    out_.insert(out_.end(), rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count));
    rest_ = rest_.subspan(count);
  }

  vox::ByteView rest_;
  Writing const* writing_;
  vox::Bytes out_;
};

}  // namespace

vox::Bytes rewritten_cbor(vox::ByteView items, Writing const& writing) {
  return Rewriter{items, writing}.all();
}

}  // namespace voxspec
