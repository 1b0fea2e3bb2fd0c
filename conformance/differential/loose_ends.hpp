#pragma once
#include "conformance/differential/frames.hpp"
#include "conformance/differential/reference.hpp"
#include "conformance/differential/transcript.hpp"

#include <map>
#include <string_view>
#include <vector>

namespace voxspec::differential {

// What 0.4.0 does with a call runs beside the loop that reads its link. When the script answers for
// itself, in one burst, so that something befalls a call which may be running, nobody can tell from
// the messages which of the two came first. These are the cases; everything else is compared.
enum class Race : std::uint8_t { closed, link_lost, cancelled, id_used_twice };
struct RaceReason {
  Race race;
  std::string_view reason;
};
inline constexpr RaceReason race_reasons[] = {
    {Race::closed, "its connection was closed in the same burst, which ends handlers that run"},
    {Race::link_lost, "the link was lost in the same burst; what was not sent by then is lost"},
    {Race::cancelled,
     "it was cancelled in the same burst or the next, and may still run, be done, or be answered "
     "once more: 0.4.0 learns a moment after the answer that the handler is done"},
    {Race::id_used_twice,
     "its id was used again in the same burst; two answers are on their way in any order"},
};

// Finds the races, burst by burst.
class LooseEnds {
 public:
  void begin_burst();
  // Our session has read this payload of the burst, said this and lost that.
  void after(vox::ByteView payload, std::vector<Heard> const& said,
             Reference::Losses const& losses);
  // What was found in this burst, which is that of the step.
  void settle(std::size_t step, Loose& all) const;

 private:
  template <class Touches>
  void loosen(Race race, std::vector<RequestName> const& names, Touches const& touches);

  std::vector<RequestName> answered_;         // in this burst
  std::vector<RequestName> answered_before_;  // in the one before
  std::map<RequestName, std::string_view> loose_;
};

}  // namespace voxspec::differential
