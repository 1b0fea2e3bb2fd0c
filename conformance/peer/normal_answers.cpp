#include "conformance/peer/normal_answers.hpp"

#include <array>
#include <string>
#include <string_view>

namespace voxspec {
namespace {

struct Answer {
  std::string_view to;
  std::string_view kind;
  std::string_view echoed;  // the field that comes back as it was sent, if one does
  bool on_any = false;      // on whichever connection
};
constexpr std::array answers{
    Answer{"connection_open", "connection_accept", ""},
    Answer{"connection_open", "connection_reject", ""},
    Answer{"request_call", "request_response", "id"},
    Answer{"ping", "pong", "nonce", true},
    Answer{"hello", "hello_yourself", "", true},
};

}  // namespace

std::vector<Pattern> normal_answers(FrameTerm const& item, Dialect dialect) {
  std::vector<Pattern> all;
  for (auto const& answer : answers) {
    if (answer.to != item.name()) continue;
    Pattern pattern;
    pattern.kind = find_frame_kind(answer.kind, dialect);
    if (!answer.on_any) pattern.on = item.on;
    if (auto const* const field = item.field(answer.echoed)) {
      pattern.fields.emplace_back(std::string{answer.echoed}, *field);
    }
    all.push_back(std::move(pattern));
  }
  return all;
}

}  // namespace voxspec
