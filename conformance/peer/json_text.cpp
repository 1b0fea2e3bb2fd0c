#include "conformance/peer/json_text.hpp"

#include "conformance/peer/fault.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace voxspec {
namespace {

constexpr int depth_max = 128;

}  // namespace

Json parse_json(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  auto const watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > depth_max) throw Fault{{}, "the JSON is nested too deeply", {}};
    if (event == Json::parse_event_t::object_start) {
      keys.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      keys.pop_back();
    } else if (event == Json::parse_event_t::key) {
      auto const& key = parsed.get_ref<std::string const&>();
      if (!keys.back().insert(key).second) {
        throw Fault{{}, "the key '" + key + "' is there twice in one object", "keep one of them"};
      }
    }
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (Json::exception const& error) {
    // Bad syntax, or a number that no double holds:
    // "[json.exception.parse_error.101] parse error at line 3, column 5: …",
    // "[json.exception.out_of_range.406] number overflow parsing '1e999'".
    std::string const what = error.what();
    auto const begin = what.find("] ");
    throw Fault{{}, begin == std::string::npos ? what : what.substr(begin + 2), {}};
  }
}

}  // namespace voxspec
