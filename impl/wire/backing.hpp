#pragma once
#include "impl/wire/bytes.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vox {

// The counted memory behind backings. Only this file and backing.cpp look at it.
struct BackingBlock {
  std::atomic<std::uint32_t> owners{0};
  void (*destroy)(BackingBlock*) noexcept = nullptr;

  friend void intrusive_ptr_add_ref(BackingBlock* block) noexcept {
    block->owners.fetch_add(1, std::memory_order_relaxed);
  }
  friend void intrusive_ptr_release(BackingBlock* block) noexcept {
    if (block->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) block->destroy(block);
  }
};

// The reference-counted, immutable bytes of one received payload. Every view that was decoded out
// of it stays valid for as long as one copy of the backing lives; copies share the bytes, and may
// be dropped on any thread.
// r[impl zerocopy.backing] r[impl zerocopy.backing.boxed]
class Backing {
 public:
  Backing() = default;
  explicit Backing(Bytes bytes);

  [[nodiscard]] ByteView view() const { return view_; }
  // A part of these bytes as a payload of its own; it keeps all of them alive.
  [[nodiscard]] Backing part(ByteView bytes) const;

 private:
  friend class BackingPool;
  friend class BackingBuilder;
  Backing(boost::intrusive_ptr<BackingBlock> block, ByteView view)
      : block_{std::move(block)}, view_{view} {}

  boost::intrusive_ptr<BackingBlock> block_;
  ByteView view_;
};

// Memory for payloads that is used again once no backing refers to it, so that receiving allocates
// nothing in steady state. It has a few sizes, each about four times the one before, so that a
// small payload never keeps a large block; what is larger than the largest is allocated on its own.
// A pool keeps less than 600 KiB. It belongs to one thread, its backings need not.
class BackingPool {
 public:
  static constexpr std::size_t block_bytes_max = 65uz << 10;  // 64 KiB and what stands around them

  // A payload with these bytes.
  [[nodiscard]] Backing copy(ByteView bytes);

 private:
  friend class BackingBuilder;
  struct Shelf {
    std::size_t block_bytes;
    std::size_t blocks_max;
    std::size_t next = 0;  // where the search begins: the block that was handed out first
    std::vector<boost::intrusive_ptr<BackingBlock>> blocks{};
  };

  // A block with room for so many bytes, of which nobody else has a view.
  [[nodiscard]] boost::intrusive_ptr<BackingBlock> take(std::size_t bytes);

  std::array<Shelf, 5> shelves_{{{.block_bytes = 256, .blocks_max = 64},
                                 {.block_bytes = 1uz << 10, .blocks_max = 64},
                                 {.block_bytes = 4uz << 10, .blocks_max = 32},
                                 {.block_bytes = 16uz << 10, .blocks_max = 8},
                                 {.block_bytes = block_bytes_max, .blocks_max = 4}}};
};

// One payload that arrives in pieces. Its memory grows with what has arrived, never to a size that
// was merely announced, and a large payload is not copied while it grows.
class BackingBuilder {
 public:
  BackingBuilder() = default;
  BackingBuilder(BackingBuilder const&) = delete;
  BackingBuilder(BackingBuilder&&) = delete;
  BackingBuilder& operator=(BackingBuilder const&) = delete;
  BackingBuilder& operator=(BackingBuilder&&) = delete;
  ~BackingBuilder() { clear(); }

  // Starts a payload of at most `bytes_max` bytes. If few are likely, a block of the pool is enough
  // at first; a payload that outgrows it is copied once.
  void begin(BackingPool& pool, std::size_t bytes_max, std::size_t bytes_likely);
  [[nodiscard]] std::size_t size() const { return size_; }
  // Where the next bytes go; empty once bytes_max have come. Throws std::bad_alloc if the memory
  // cannot grow; the payload is then as before.
  [[nodiscard]] std::span<std::byte> room();
  void advance(std::size_t count) { size_ += count; }
  void put(ByteView bytes);
  // The payload, after which the builder is empty.
  [[nodiscard]] Backing finish();
  void clear();

 private:
  void grow();

  boost::intrusive_ptr<BackingBlock> pooled_;  // either this
  std::byte* own_ = nullptr;                   // or memory that grows, from malloc
  std::byte* bytes_ = nullptr;                 // within either
  std::size_t room_ = 0;
  std::size_t size_ = 0;
  std::size_t bytes_max_ = 0;
};

}  // namespace vox
