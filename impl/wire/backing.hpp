#pragma once
#include "impl/wire/bytes.hpp"

#include <memory>
#include <utility>

namespace vox {

// The reference-counted, immutable bytes of one received payload. Every view that was decoded out
// of it stays valid for as long as one copy of the backing lives; copies share the bytes.
// r[impl zerocopy.backing] r[impl zerocopy.backing.boxed]
class Backing {
 public:
  Backing() = default;
  explicit Backing(Bytes bytes)
      : bytes_{std::make_shared<Bytes const>(std::move(bytes))}, view_{*bytes_} {}

  [[nodiscard]] ByteView view() const { return view_; }
  // A part of these bytes as a payload of its own; it keeps all of them alive.
  [[nodiscard]] Backing part(ByteView bytes) const {
    Backing part{*this};
    part.view_ = bytes;
    return part;
  }

 private:
  std::shared_ptr<Bytes const> bytes_;
  ByteView view_;
};

}  // namespace vox
