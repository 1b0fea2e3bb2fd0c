#include "impl/wire/blake3.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace vox::wire {

namespace {

using Words8 = std::array<std::uint32_t, 8>;
using Words16 = std::array<std::uint32_t, 16>;

constexpr Words8 initial_value = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                  0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

constexpr std::uint32_t chunk_start = 1;
constexpr std::uint32_t chunk_end = 2;
constexpr std::uint32_t parent = 4;
constexpr std::uint32_t root = 8;

// Which message word each position takes in each of the seven rounds: the fixed permutation applied
// once more from round to round.
using Schedule = std::array<std::array<std::size_t, 16>, 7>;
constexpr Schedule schedule = [] {
  constexpr std::array<std::size_t, 16> permutation = {2, 6,  3,  10, 7, 0,  4,  13,
                                                       1, 11, 12, 5,  9, 14, 15, 8};
  Schedule rounds{};
  for (std::size_t i = 0; i < 16; ++i)
    rounds[0][i] = i;
  for (std::size_t round = 1; round < 7; ++round) {
    for (std::size_t i = 0; i < 16; ++i)
      rounds[round][i] = rounds[round - 1][permutation[i]];
  }
  return rounds;
}();

constexpr std::uint32_t in_little_endian(std::uint32_t word) {
  return std::endian::native == std::endian::big ? std::byteswap(word) : word;
}

template <std::size_t A, std::size_t B, std::size_t C, std::size_t D>
[[gnu::always_inline]] inline void mix(Words16& v, std::uint32_t x, std::uint32_t y) {
  v[A] = v[A] + v[B] + x;
  v[D] = std::rotr(v[D] ^ v[A], 16);
  v[C] = v[C] + v[D];
  v[B] = std::rotr(v[B] ^ v[C], 12);
  v[A] = v[A] + v[B] + y;
  v[D] = std::rotr(v[D] ^ v[A], 8);
  v[C] = v[C] + v[D];
  v[B] = std::rotr(v[B] ^ v[C], 7);
}

// The round is a template argument so that the message words are picked by the compiler.
template <std::size_t Round>
[[gnu::always_inline]] inline void mix_round(Words16& v, Words16 const& m) {
  constexpr auto pick = schedule[Round];
  mix<0, 4, 8, 12>(v, m[pick[0]], m[pick[1]]);
  mix<1, 5, 9, 13>(v, m[pick[2]], m[pick[3]]);
  mix<2, 6, 10, 14>(v, m[pick[4]], m[pick[5]]);
  mix<3, 7, 11, 15>(v, m[pick[6]], m[pick[7]]);
  mix<0, 5, 10, 15>(v, m[pick[8]], m[pick[9]]);
  mix<1, 6, 11, 12>(v, m[pick[10]], m[pick[11]]);
  mix<2, 7, 8, 13>(v, m[pick[12]], m[pick[13]]);
  mix<3, 4, 9, 14>(v, m[pick[14]], m[pick[15]]);
}

Words8 compress(Words8 const& value, Words16 const& message, std::uint64_t counter,
                std::size_t length, std::uint32_t flags) {
  Words16 v = {value[0],
               value[1],
               value[2],
               value[3],
               value[4],
               value[5],
               value[6],
               value[7],
               initial_value[0],
               initial_value[1],
               initial_value[2],
               initial_value[3],
               static_cast<std::uint32_t>(counter),
               static_cast<std::uint32_t>(counter >> 32U),
               static_cast<std::uint32_t>(length),
               flags};
  [&]<std::size_t... Round>(std::index_sequence<Round...>) {
    (mix_round<Round>(v, message), ...);
  }(std::make_index_sequence<7>{});
  Words8 out{};
  for (std::size_t i = 0; i < 8; ++i)
    out[i] = v[i] ^ v[i + 8];
  return out;
}

Words16 words_of(std::byte const* block) {
  Words16 words{};
  std::memcpy(words.data(), block, sizeof words);
  for (auto& word : words)
    word = in_little_endian(word);
  return words;
}

}  // namespace

// A node of the tree before it is known whether it is the root.
struct Blake3::Output {
  Words8 input;
  Words16 message;
  std::uint64_t counter;
  std::size_t length;
  std::uint32_t flags;

  static Output of_children(Words8 const& left, Words8 const& right) {
    Output output{.input = initial_value,
                  .message = {},
                  .counter = 0,
                  .length = block_bytes,
                  .flags = parent};
    std::ranges::copy(left, output.message.begin());
    std::ranges::copy(right, output.message.begin() + 8);
    return output;
  }
  [[nodiscard]] Words8 chaining_value() const {
    return compress(input, message, counter, length, flags);
  }
  // Of 32 bytes of output the counter of the root is 0.
  [[nodiscard]] Words8 root_value() const {
    return compress(input, message, 0, length, flags | root);
  }
};

// The block and the stack are written before they are read.
// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
Blake3::Blake3() : chunk_value_{initial_value} {}

std::uint32_t Blake3::start_flag() const {
  return blocks_closed_ == 0 ? chunk_start : 0;
}

Blake3::Output Blake3::chunk_output() const {
  std::array<std::byte, block_bytes> padded{};
  std::memcpy(padded.data(), block_.data(), block_length_);
  return {.input = chunk_value_,
          .message = words_of(padded.data()),
          .counter = chunks_closed_,
          .length = block_length_,
          .flags = start_flag() | chunk_end};
}

void Blake3::close_block() {
  chunk_value_ =
      compress(chunk_value_, words_of(block_.data()), chunks_closed_, block_bytes, start_flag());
  ++blocks_closed_;
  block_length_ = 0;
}

// Joins the finished chunk with every left subtree of its own size, as binary addition carries.
void Blake3::close_chunk() {
  auto value = chunk_output().chaining_value();
  ++chunks_closed_;
  for (auto chunks = chunks_closed_; chunks % 2 == 0; chunks /= 2) {
    value = Output::of_children(stack_[--stack_size_], value).chaining_value();
  }
  stack_[stack_size_++] = value;
  chunk_value_ = initial_value;
  block_length_ = 0;
  blocks_closed_ = 0;
}

// A full block, and a full chunk, is closed only when more bytes come: the last one is special.
Blake3& Blake3::update(ByteView bytes) {
  while (!bytes.empty()) {
    if (block_length_ == block_bytes) {
      if (blocks_closed_ == chunk_bytes / block_bytes - 1) {
        close_chunk();
      } else {
        close_block();
      }
    }
    auto const count = std::min(block_bytes - block_length_, bytes.size());
    std::memcpy(block_.data() + block_length_, bytes.data(), count);
    block_length_ += count;
    bytes = bytes.subspan(count);
  }
  return *this;
}

Blake3::Output Blake3::root_output() const {
  auto output = chunk_output();
  for (auto i = stack_size_; i-- > 0;) {
    output = Output::of_children(stack_[i], output.chaining_value());
  }
  return output;
}

Blake3::Digest Blake3::finish() const {
  auto value = root_output().root_value();
  for (auto& word : value)
    word = in_little_endian(word);
  return std::bit_cast<Digest>(value);
}

std::uint64_t Blake3::finish64() const {
  auto const value = root_output().root_value();
  return std::uint64_t{value[1]} << 32U | value[0];
}

Blake3::Digest blake3(ByteView bytes) {
  return Blake3{}.update(bytes).finish();
}

std::uint64_t hash64(ByteView bytes) {
  return Blake3{}.update(bytes).finish64();
}

}  // namespace vox::wire
