#pragma once
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <type_traits>
#include <vector>

namespace vox::schema {

// Memory for the parts of schemas that come and go together. Nothing in it is freed or destroyed on
// its own.
using Arena = std::pmr::monotonic_buffer_resource;

// Takes memory from an arena, or without one from the heap. In contrast to std::pmr, a moved
// container keeps its memory whatever it is moved into, and a copy always stands on the heap: so
// values that are copied out of an arena do not depend on it.
template <class T>
class ArenaAllocator {
 public:
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  ArenaAllocator() = default;
  // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions): as pmr's does.
  ArenaAllocator(Arena* arena) : arena_{arena} {}
  template <class Other>
  // NOLINTNEXTLINE(google-explicit-constructor, hicpp-explicit-conversions): containers need it.
  ArenaAllocator(ArenaAllocator<Other> const& other) : arena_{other.arena()} {}

  [[nodiscard]] T* allocate(std::size_t count) {
    if (arena_ == nullptr) return std::allocator<T>{}.allocate(count);
    return static_cast<T*>(arena_->allocate(count * sizeof(T), alignof(T)));
  }
  void deallocate(T* room, std::size_t count) {
    if (arena_ == nullptr) std::allocator<T>{}.deallocate(room, count);
  }
  [[nodiscard]] ArenaAllocator select_on_container_copy_construction() const { return {}; }
  [[nodiscard]] Arena* arena() const { return arena_; }

  friend bool operator==(ArenaAllocator const&, ArenaAllocator const&) = default;

 private:
  Arena* arena_ = nullptr;
};

// The members that a schema is made of.
template <class T>
using Parts = std::vector<T, ArenaAllocator<T>>;

}  // namespace vox::schema
