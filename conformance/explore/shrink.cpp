#include "conformance/explore/shrink.hpp"

#include <iterator>
#include <utility>

namespace voxspec::explore {
namespace {

void drop_moves(Conversation const& from, std::vector<Conversation>& out) {
  auto const count = from.moves.size();
  for (auto length = count / 2; length > 0; length /= 2) {
    for (std::size_t begin = 0; begin + length <= count; begin += length) {
      auto candidate = from;
      auto const first = std::next(candidate.moves.begin(), static_cast<std::ptrdiff_t>(begin));
      candidate.moves.erase(first, std::next(first, static_cast<std::ptrdiff_t>(length)));
      out.push_back(std::move(candidate));
    }
  }
}

void begin_plainly(Model const& model, Conversation const& from, std::vector<Conversation>& out) {
  auto const add = [&](auto const& change) {
    auto candidate = from;
    change(candidate);
    if (candidate != from) out.push_back(std::move(candidate));
  };
  if (model.settings.front().scenario == model.settings[from.setting].scenario) {
    add([](Conversation& each) { each.setting = 0; });
  }
  add([](Conversation& each) { each.conduit = Conduit::bare; });
  add([](Conversation& each) { each.transport = "tcp"; });
}

void simplify(Conversation const& from, std::vector<Conversation>& out) {
  for (std::size_t i = 0; i < from.moves.size(); ++i) {
    auto const add = [&](auto const& change) {
      auto candidate = from;
      change(candidate.moves[i]);
      if (candidate != from) out.push_back(std::move(candidate));
    };
    add([](Move& move) { move.probe = false; });
    for (std::size_t at = 0; at < from.moves[i].choices.size(); ++at)
      add([at](Move& move) { move.choices[at] = 0; });
  }
}

}  // namespace

std::vector<Conversation> smaller(Model const& model, Conversation const& from) {
  std::vector<Conversation> out;
  drop_moves(from, out);
  begin_plainly(model, from, out);
  simplify(from, out);
  return out;
}

Conversation shrink(Model const& model, Conversation from,
                    std::function<bool(Conversation const&)> const& shows_the_same,
                    std::size_t questions_max) {
  std::size_t asked = 0;
  for (bool found = true; found;) {
    found = false;
    for (auto& candidate : smaller(model, from)) {
      if (asked++ == questions_max) return from;
      if (!shows_the_same(candidate)) continue;
      from = std::move(candidate);
      found = true;
      break;
    }
  }
  return from;
}

}  // namespace voxspec::explore
