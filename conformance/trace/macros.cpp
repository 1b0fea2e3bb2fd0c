#include "conformance/trace/macros.hpp"

namespace voxspec {
namespace {

// The text of macros.json.
constexpr std::string_view macro_text =
#include "conformance/trace/macros.inc"
    ;

}  // namespace

Json const& macros() {
  static Json const table = Json::parse(macro_text);
  return table;
}

}  // namespace voxspec
