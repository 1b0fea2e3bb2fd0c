#pragma once
#include "impl/wire/bytes.hpp"

#include <doctest/doctest.h>

#include <cstddef>

namespace voxspec::test {

// Every codec's duty: no strict prefix of a good encoding decodes. `decode` gives something that is
// false when it failed.
template <class Decode>
void every_prefix_fails(vox::ByteView bytes, Decode&& decode) {
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    INFO("prefix of " << length << " of " << bytes.size() << " bytes");
    // A copy of its own lets the sanitizer see a read past the prefix.
    vox::Bytes const prefix = vox::to_bytes(bytes.first(length));
    CHECK_FALSE(static_cast<bool>(decode(vox::ByteView{prefix})));
  }
}

}  // namespace voxspec::test
