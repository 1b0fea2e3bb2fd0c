#pragma once
#include "impl/wire/bytes.hpp"

namespace vox::wire {

// True for well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(ByteView bytes);

}  // namespace vox::wire
