#pragma once
#include "impl/wire/bytes.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <variant>

namespace vox::session {

// The bytes of an opaque field (arguments, a result, an item) on their way out. A message has them
// for itself, or shares them with whoever needs them longer: the recorded outcome of an operation,
// or a call that may have to be made again.
class Body {
 public:
  using Shared = std::shared_ptr<Bytes const>;

  Body() = default;
  Body(Bytes own) : bytes_{std::move(own)} {}
  Body(Shared shared) : bytes_{std::move(shared)} {}

  [[nodiscard]] ByteView view() const {
    auto const* const own = std::get_if<Bytes>(&bytes_);
    return own != nullptr ? ByteView{*own} : ByteView{**std::get_if<Shared>(&bytes_)};
  }
  [[nodiscard]] std::size_t size() const { return view().size(); }

  // The same bytes once more, without a copy of them.
  [[nodiscard]] Body share() {
    if (auto* const own = std::get_if<Bytes>(&bytes_)) {
      bytes_ = std::make_shared<Bytes const>(std::move(*own));
    }
    return *this;
  }
  // Gives up the bytes if they are not shared, so that their memory can be used again; else gives
  // nothing.
  [[nodiscard]] Bytes release() {
    auto* const own = std::get_if<Bytes>(&bytes_);
    return own == nullptr ? Bytes{} : std::exchange(*own, {});
  }
  void clear() { bytes_ = Bytes{}; }

  friend bool operator==(Body const& a, Body const& b) { return equal(a.view(), b.view()); }

 private:
  std::variant<Bytes, Shared> bytes_;
};

}  // namespace vox::session
