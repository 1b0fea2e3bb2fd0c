#include "impl/wire/backing.hpp"

#include "spec/assert.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <utility>

namespace vox {

namespace {

using BlockPointer = boost::intrusive_ptr<BackingBlock>;

// Of a block whose bytes follow it in memory from malloc.
constexpr std::size_t block_header_bytes = 16;
static_assert(block_header_bytes >= sizeof(BackingBlock));

// Where the memory of a large payload starts. Its later sizes are twice the one before.
constexpr std::size_t own_bytes_min = 128uz << 10;
// Searching longer for a free block costs more than a new one.
constexpr std::size_t blocks_looked_at = 4;

struct BytesBlock : BackingBlock {
  explicit BytesBlock(Bytes of) : bytes{std::move(of)} {
    destroy = [](BackingBlock* block) noexcept {
      std::unique_ptr<BytesBlock> const owner{static_cast<BytesBlock*>(block)};
    };
  }
  Bytes bytes;
};

std::byte* bytes_of(BackingBlock* block) {
  return reinterpret_cast<std::byte*>(block) + block_header_bytes;
}

// Makes a block of memory from malloc, which it frees at its end.
BlockPointer block_in(void* memory) {
  auto* const block = new (memory) BackingBlock;
  block->destroy = [](BackingBlock* over) noexcept {
    over->~BackingBlock();
    std::free(over);
  };
  return BlockPointer{block};
}

BlockPointer allocate_block(std::size_t bytes) {
  auto* const memory = std::malloc(block_header_bytes + bytes);
  if (memory == nullptr) throw std::bad_alloc{};
  return block_in(memory);
}

bool is_free(BlockPointer const& block) {
  return block->owners.load(std::memory_order_acquire) == 1;
}

}  // namespace

Backing::Backing(Bytes bytes) {
  auto* const block = new BytesBlock{std::move(bytes)};
  block_.reset(block);
  view_ = block->bytes;
}

Backing Backing::part(ByteView bytes) const {
  auto const within =
      bytes.empty() || (!std::less<>{}(bytes.data(), view_.data()) &&
                        !std::less<>{}(view_.data() + view_.size(), bytes.data() + bytes.size()));
  VOX_ASSERT(within);
  return {block_, bytes};
}

Backing BackingPool::copy(ByteView bytes) {
  if (bytes.empty()) return {};
  auto block = take(bytes.size());
  auto* const room = bytes_of(block.get());
  std::memcpy(room, bytes.data(), bytes.size());
  return {std::move(block), {room, bytes.size()}};
}

BlockPointer BackingPool::take(std::size_t bytes) {
  auto* const shelf =
      std::ranges::find_if(shelves_, [&](Shelf const& each) { return each.block_bytes >= bytes; });
  if (shelf == shelves_.end()) return allocate_block(bytes);
  auto& blocks = shelf->blocks;
  for (std::size_t looked = 0; looked < std::min(blocks.size(), blocks_looked_at); ++looked) {
    auto const& block = blocks[shelf->next];
    shelf->next = (shelf->next + 1) % blocks.size();
    if (is_free(block)) return block;
  }
  auto block = allocate_block(shelf->block_bytes);
  if (blocks.size() < shelf->blocks_max) blocks.push_back(block);
  return block;
}

void BackingBuilder::begin(BackingPool& pool, std::size_t bytes_max, std::size_t bytes_likely) {
  clear();
  bytes_max_ = bytes_max;
  auto const room = std::min(bytes_max, bytes_likely);
  if (room == 0 || room > BackingPool::block_bytes_max) return;
  pooled_ = pool.take(room);
  bytes_ = bytes_of(pooled_.get());
  room_ = room;
}

std::span<std::byte> BackingBuilder::room() {
  if (size_ == room_ && size_ < bytes_max_) grow();
  return {bytes_ + size_, room_ - size_};
}

// realloc moves a large block to another address without copying it.
void BackingBuilder::grow() {
  auto const room = std::min(std::max(own_bytes_min, 2 * room_), bytes_max_);
  auto* const memory = std::realloc(own_, block_header_bytes + room);
  if (memory == nullptr) throw std::bad_alloc{};
  own_ = static_cast<std::byte*>(memory);
  if (pooled_) {
    std::memcpy(own_ + block_header_bytes, bytes_, size_);
    pooled_.reset();
  }
  bytes_ = own_ + block_header_bytes;
  room_ = room;
}

void BackingBuilder::put(ByteView bytes) {
  while (!bytes.empty()) {
    auto const free_room = room();
    VOX_ASSERT(!free_room.empty());
    auto const count = std::min(free_room.size(), bytes.size());
    std::memcpy(free_room.data(), bytes.data(), count);
    advance(count);
    bytes = bytes.subspan(count);
  }
}

Backing BackingBuilder::finish() {
  if (own_ != nullptr && size_ < room_ - room_ / 4) {  // What is not needed goes back.
    if (auto* const memory = std::realloc(own_, block_header_bytes + size_); memory != nullptr) {
      own_ = static_cast<std::byte*>(memory);
      bytes_ = own_ + block_header_bytes;
    }
  }
  ByteView const view{bytes_, size_};
  auto block = own_ != nullptr ? block_in(std::exchange(own_, nullptr)) : std::move(pooled_);
  clear();
  return {std::move(block), view};
}

void BackingBuilder::clear() {
  pooled_.reset();
  std::free(std::exchange(own_, nullptr));
  bytes_ = nullptr;
  room_ = 0;
  size_ = 0;
  bytes_max_ = 0;
}

}  // namespace vox
