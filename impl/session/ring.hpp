#pragma once
#include "spec/assert.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace vox::session {

// A queue that reuses its elements: push() returns one that was popped before, which keeps the
// memory that it owns. Only a queue that becomes longer than ever before allocates.
template <class Element>
class Ring {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  // The new last element, to be filled in. References hold until the next push.
  [[nodiscard]] Element& push() {
    if (size_ == elements_.size()) grow();
    return elements_[place(size_++)];
  }
  [[nodiscard]] Element& front() { return (*this)[0]; }
  [[nodiscard]] Element& back() { return (*this)[size_ - 1]; }
  [[nodiscard]] Element& operator[](std::size_t index) {
    VOX_ASSERT(index < size_);
    return elements_[place(index)];
  }
  void pop_back() {
    VOX_ASSERT(size_ > 0);
    --size_;
  }
  void pop() {
    VOX_ASSERT(size_ > 0);
    --size_;
    first_ = size_ == 0 ? 0 : place(1);  // An empty queue begins anew, with room that is warm.
  }

 private:
  [[nodiscard]] std::size_t place(std::size_t index) const {
    return (first_ + index) & (elements_.size() - 1);
  }
  void grow() {
    std::vector<Element> larger(elements_.empty() ? 8 : 2 * elements_.size());
    for (std::size_t index = 0; index < size_; ++index) {
      larger[index] = std::move(elements_[place(index)]);
    }
    elements_.swap(larger);
    first_ = 0;
  }

  std::vector<Element> elements_;  // always a power of two
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace vox::session
