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
  explicit Backing(Bytes bytes) : bytes_{std::make_shared<Bytes const>(std::move(bytes))} {}

  [[nodiscard]] ByteView view() const { return bytes_ ? ByteView{*bytes_} : ByteView{}; }

 private:
  std::shared_ptr<Bytes const> bytes_;
};

}  // namespace vox
