#pragma once
#include "impl/wire/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace vox::wire {

// BLAKE3 in its plain hash mode with 32 bytes of output, fed piece by piece. Method ids and type
// ids are made of it. It owns no heap memory; copying it forks the hash.
class Blake3 {
 public:
  using Digest = std::array<std::byte, 32>;

  Blake3();

  Blake3& update(ByteView bytes);
  // The hash of everything that was fed so far; feeding may go on afterwards.
  [[nodiscard]] Digest finish() const;
  // The first 8 bytes of the digest as a little-endian number, which is what ids are.
  [[nodiscard]] std::uint64_t finish64() const;

 private:
  using ChainingValue = std::array<std::uint32_t, 8>;
  struct Output;
  static constexpr std::size_t block_bytes = 64;
  static constexpr std::size_t chunk_bytes = 1024;
  // 2^54 chunks are 2^64 bytes: more than can ever be fed.
  static constexpr std::size_t tree_depth_max = 54;

  [[nodiscard]] std::uint32_t start_flag() const;
  [[nodiscard]] Output chunk_output() const;
  [[nodiscard]] Output root_output() const;
  void close_block();
  void close_chunk();

  ChainingValue chunk_value_;
  std::array<std::byte, block_bytes> block_;
  std::size_t block_length_ = 0;
  std::size_t blocks_closed_ = 0;  // of the current chunk
  std::uint64_t chunks_closed_ = 0;
  std::size_t stack_size_ = 0;
  // Left subtrees that wait for their right half. Only the first stack_size_ are ever read.
  std::array<ChainingValue, tree_depth_max> stack_;
};

[[nodiscard]] Blake3::Digest blake3(ByteView bytes);
// The first 8 bytes of the hash as a little-endian number.
[[nodiscard]] std::uint64_t hash64(ByteView bytes);

}  // namespace vox::wire
