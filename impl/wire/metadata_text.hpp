#pragma once
#include "impl/wire/metadata.hpp"

#include <string>

namespace vox::wire {

// Metadata for a person, in one line: `attempt=2, trace-id="abc", token=<sensitive>`. It is the one
// way in which this library prints metadata: what an entry marked as sensitive holds is left out.
// Control characters are escaped, and values of more than some hundred bytes are cut off.
// r[impl rpc.metadata.flags.sensitive]
[[nodiscard]] std::string to_text(MetadataView metadata);

}  // namespace vox::wire
