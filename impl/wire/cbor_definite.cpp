#include "impl/wire/cbor_definite.hpp"

#include "impl/wire/cbor_head.hpp"
#include "impl/wire/cbor_writer.hpp"
#include "impl/wire/writer.hpp"

#include <cstdint>

namespace vox::wire {

namespace {

using namespace cbor;

class Rewriter {
 public:
  Rewriter(ByteView payload, std::size_t depth_max) : in_{payload}, depth_max_{depth_max} {}

  [[nodiscard]] bool found() const { return found_; }
  [[nodiscard]] ByteView rest() const { return in_.subspan(at_); }

  // Rewrites one item. False if it is not well-formed.
  bool item(Buffer& out, std::size_t depth) {
    auto const head = take_head();
    if (!head || depth > depth_max_) return false;
    if (head->is_indefinite) {
      found_ = true;
      return head->major <= major_text ? string(head->major, out)
                                       : container(head->major, out, depth);
    }
    Writer{out}.put_bytes(head->bytes);
    switch (head->major) {
      case major_bytes:
      case major_text:
        return copy(head->argument, out);
      case major_array:
        return items(head->argument, 1, out, depth);
      case major_map:
        return items(head->argument, 2, out, depth);
      case major_tag:
        return item(out, depth + 1);
      default:
        return true;
    }
  }

 private:
  struct Head {
    unsigned major = 0;
    std::uint64_t argument = 0;
    bool is_indefinite = false;
    ByteView bytes;
  };

  std::optional<Head> take_head() {
    if (at_ == in_.size()) return std::nullopt;
    auto const first = std::to_integer<unsigned>(in_[at_]);
    auto const info = first & 0x1FU;
    Head head;
    head.major = first >> 5U;
    std::size_t width = 0;
    if (info == info_indefinite) {
      if (head.major < major_bytes || head.major > major_map) return std::nullopt;
      head.is_indefinite = true;
    } else if (info < info_one_byte) {
      head.argument = info;
    } else if (info <= info_eight_bytes) {
      width = 1uz << (info - info_one_byte);
    } else {
      return std::nullopt;
    }
    if (in_.size() - at_ <= width) return std::nullopt;
    for (std::size_t i = 1; i <= width; ++i)
      head.argument = head.argument << 8U | std::to_integer<std::uint64_t>(in_[at_ + i]);
    head.bytes = in_.subspan(at_, 1 + width);
    at_ += 1 + width;
    return head;
  }

  bool take_break() {
    if (at_ == in_.size() || in_[at_] != break_byte) return false;
    ++at_;
    return true;
  }

  bool copy(std::uint64_t count, Buffer& out) {
    if (count > in_.size() - at_) return false;
    Writer{out}.put_bytes(in_.subspan(at_, static_cast<std::size_t>(count)));
    at_ += static_cast<std::size_t>(count);
    return true;
  }

  bool items(std::uint64_t count, std::uint64_t each, Buffer& out, std::size_t depth) {
    if (count > (in_.size() - at_) / each) return false;
    for (auto left = count * each; left > 0; --left) {
      if (!item(out, depth + 1)) return false;
    }
    return true;
  }

  // Chunks of the same kind, each with its length.
  bool string(unsigned major, Buffer& out) {
    Buffer whole;
    while (!take_break()) {
      auto const head = take_head();
      if (!head || head->major != major || head->is_indefinite) return false;
      if (!copy(head->argument, whole)) return false;
    }
    CborWriter writer{out};
    if (major == major_text) {
      writer.put_text(as_text(whole.view()));
    } else {
      writer.put_bytes(whole.view());
    }
    return true;
  }

  bool container(unsigned major, Buffer& out, std::size_t depth) {
    Buffer inside;
    std::uint64_t count = 0;
    for (; !take_break(); ++count) {
      if (!item(inside, depth + 1)) return false;
    }
    CborWriter writer{out};
    if (major == major_array) {
      writer.put_array(count);
    } else if (count % 2 == 0) {
      writer.put_map(count / 2);
    } else {
      return false;
    }
    writer.put_encoded(inside.view());
    return true;
  }

  ByteView in_;
  std::size_t at_ = 0;
  std::size_t depth_max_;
  bool found_ = false;
};

}  // namespace

std::optional<Bytes> definite_cbor(ByteView payload, std::size_t depth_max) {
  Rewriter rewriter{payload, depth_max};
  Buffer out;
  if (!rewriter.item(out, 0) || !rewriter.found()) return std::nullopt;
  Writer{out}.put_bytes(rewriter.rest());
  return out.take();
}

}  // namespace vox::wire
