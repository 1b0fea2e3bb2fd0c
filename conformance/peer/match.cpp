#include "conformance/peer/match.hpp"

#include "conformance/peer/frame_kinds.hpp"
#include "conformance/peer/frame_template.hpp"
#include "conformance/peer/numbers.hpp"
#include "conformance/peer/typed_value.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace voxspec {
namespace {

constexpr std::size_t shown_chars_max = 200;

std::string shown(Json const& value) {
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > shown_chars_max) text = text.substr(0, shown_chars_max) + " …";
  return text;
}

// "$$text" stands for "$text".
std::string_view unescaped(std::string const& text) {
  return text.starts_with("$$") ? std::string_view{text}.substr(1) : std::string_view{text};
}

Json const& message_inside(Json const& frame) {
  if (!frame.contains("stable_frame") || !frame["stable_frame"].contains("message")) return frame;
  return frame["stable_frame"]["message"];
}

bool is_of_kind(Json const& value, std::string_view kind) {
  if (kind == "text") return value.is_string();
  if (kind == "uint") return number_from(value).has_value();
  if (kind == "bool") return value.is_boolean();
  if (kind == "list") return value.is_array();
  if (kind == "object") return value.is_object();
  // Schemas are bytes too, only shown by what they mean.
  if (kind == "bytes")
    return value.is_object() && (value.contains("hex") || value.contains("root"));
  return true;
}

bool is_absent(Json const* value) {
  return value == nullptr || value->is_null() || *value == "none";
}

// One value being judged. The first difference is kept; what was bound on the way is undone by the
// caller, who holds the bindings as they were.
class Judge {
 public:
  Judge(Bindings& bindings, vox::Parity ours) : bindings_{&bindings}, ours_{ours} {}

  // `actual` is null for a key that is not there.
  bool check(Json const& pattern, Json const* actual, std::string const& path,
             std::string_view key = {}) {
    if (is_matcher(pattern)) return check_matcher(pattern, actual, path, key);
    if (actual == nullptr) {
      if (pattern.is_null()) return true;
      return differs(pattern, nullptr, path, "it is missing");
    }
    if (is_name(pattern)) return check_name(pattern, *actual, path);
    if (is_id_template(pattern)) return check_equal(id(pattern), *actual, path);
    if (key == "parity" && (pattern == "ours" || pattern == "theirs")) {
      return check_equal(parity_word(pattern == "ours"), *actual, path);
    }
    if (pattern.is_object()) {
      return pattern.contains("as") && actual->contains("hex")
                 ? check_typed(pattern, *actual, path)
                 : check_object(pattern, *actual, path);
    }
    if (pattern.is_array()) return check_list(pattern, *actual, path);
    if (pattern.is_string() && actual->is_string()) {
      auto const& got = actual->get_ref<std::string const&>();
      if (unescaped(pattern.get_ref<std::string const&>()) == got) return true;
      return differs(pattern, actual, path, {});
    }
    return check_equal(pattern, *actual, path);
  }

  bool differs(Json const& pattern, Json const* actual, std::string const& path,
               std::string const& why) {
    if (mismatch_) return false;
    Mismatch found;
    found.path = path;
    found.expected = pattern;
    found.missing = actual == nullptr;
    if (actual != nullptr) found.got = *actual;
    found.why = "expected " + shown(pattern) + ", ";
    if (!why.empty()) {
      found.why += why;
    } else {
      found.why += "got " + shown(found.got);
    }
    mismatch_ = std::move(found);
    return false;
  }

  [[nodiscard]] std::optional<Mismatch> take() { return std::exchange(mismatch_, std::nullopt); }

 private:
  [[nodiscard]] Json id(Json const& pattern) const {
    auto const side = pattern.begin().key() == "ours" ? ours_ : opposite(ours_);
    return number_json(IdSpace::nth(side, pattern.begin().value().get<std::uint64_t>()));
  }
  [[nodiscard]] Json parity_word(bool ours) const {
    return (ours ? ours_ : opposite(ours_)) == vox::Parity::odd ? "odd" : "even";
  }

  bool check_equal(Json const& wanted, Json const& actual, std::string const& path) {
    return wanted == actual || differs(wanted, &actual, path, {});
  }

  bool check_name(Json const& pattern, Json const& actual, std::string const& path) {
    auto const name = pattern.get_ref<std::string const&>().substr(1);
    auto const [bound, is_new] = bindings_->try_emplace(name, actual);
    if (is_new || bound->second == actual) return true;
    return differs(pattern, &actual, path,
                   "which is " + shown(bound->second) + ", got " + shown(actual));
  }

  bool check_typed(Json const& pattern, Json const& actual, std::string const& path) {
    auto const bytes = vox::from_hex(actual["hex"].get_ref<std::string const&>());
    auto const value =
        decode_typed(pattern["as"].get_ref<std::string const&>(), bytes.value_or(vox::Bytes{}));
    if (!value) return differs(pattern, &actual, path, value.error());
    return check(pattern["value"], &*value, path);
  }

  bool check_object(Json const& pattern, Json const& actual, std::string const& path) {
    if (!actual.is_object()) return differs(pattern, &actual, path, {});
    for (auto const& [key, inner] : pattern.items()) {
      auto const found = actual.find(key);
      auto const* const value = found == actual.end() ? nullptr : &*found;
      if (!check(inner, value, path + "/" + key, key)) return false;
    }
    return true;
  }

  bool check_list(Json const& pattern, Json const& actual, std::string const& path) {
    if (!actual.is_array()) return differs(pattern, &actual, path, {});
    if (actual.size() != pattern.size()) {
      return differs(pattern, &actual, path,
                     "a list of " + std::to_string(pattern.size()) + ", got one of " +
                         std::to_string(actual.size()));
    }
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (!check(pattern[i], &actual[i], path + "/" + std::to_string(i))) return false;
    }
    return true;
  }

  // Tries a pattern without leaving a trace if it fails.
  bool would_match(Json const& pattern, Json const* actual, std::string_view key) {
    auto const before = *bindings_;
    auto const kept = take();
    auto const matched = check(pattern, actual, {}, key);
    mismatch_ = kept;
    if (!matched) *bindings_ = before;
    return matched;
  }

  bool has_entry(Json const& pattern, Json const& list) {
    return std::ranges::any_of(list,
                               [&](Json const& entry) { return would_match(pattern, &entry, {}); });
  }

  bool check_id_of(Json const& pattern, Json const& actual, std::string const& path) {
    auto const side = pattern["id_of"] == "ours" ? ours_ : opposite(ours_);
    auto const number = number_from(actual);
    auto const is_odd = number && *number % 2 == 1;
    if (!number || is_odd != (side == vox::Parity::odd)) {
      return differs(pattern, &actual, path,
                     "an id that is " + std::string{side == vox::Parity::odd ? "odd" : "even"} +
                         ", got " + shown(actual));
    }
    return !pattern.contains("as") || check_name(pattern["as"], actual, path);
  }

  bool check_matcher(Json const& pattern, Json const* actual, std::string const& path,
                     std::string_view key) {
    auto const word = pattern.begin().key();
    auto const& inner = pattern.begin().value();
    auto matched = false;
    if (word == "absent") {
      matched = is_absent(actual);
    } else if (word == "not") {
      auto const before = *bindings_;
      matched = !would_match(inner, actual, key);
      *bindings_ = before;  // what must not match binds nothing
    } else if (word == "one_of") {
      matched = std::ranges::any_of(
          inner, [&](Json const& choice) { return would_match(choice, actual, key); });
    } else if (actual == nullptr) {
      return differs(pattern, nullptr, path, "it is missing");
    } else if (word == "any") {
      matched = is_of_kind(*actual, inner.get_ref<std::string const&>());
    } else if (word == "range") {
      auto const number = number_from(*actual);
      matched = number && *number >= *number_from(inner[0]) && *number <= *number_from(inner[1]);
    } else if (word == "id_of") {
      return check_id_of(pattern, *actual, path);
    } else if (word == "has" && actual->is_array()) {
      matched = inner.is_array()
                    ? std::ranges::all_of(
                          inner, [&](Json const& entry) { return has_entry(entry, *actual); })
                    : has_entry(inner, *actual);
    }
    return matched || differs(pattern, actual, path, {});
  }

  Bindings* bindings_;
  vox::Parity ours_;
  std::optional<Mismatch> mismatch_;
};

// The kind's key in a frame or pattern, which stands beside "on" alone.
std::string_view kind_key(Json const& frame) {
  for (auto const& [key, value] : frame.items()) {
    if (key != "on") return key;
  }
  return {};
}

Mismatch whole_frame(Json const& pattern, Json const& frame, std::string why) {
  Mismatch mismatch;
  mismatch.expected = pattern;
  mismatch.got = frame;
  mismatch.why = std::move(why);
  return mismatch;
}

std::optional<Mismatch> choose_frame(Json const& pattern, Json const& frame,
                                     std::string_view payload_hex, Bindings& bindings,
                                     IdSpace const& ids) {
  auto const& inner = pattern.begin().value();
  if (pattern.begin().key() == "not") {
    auto trial = bindings;
    if (match_frame(inner, frame, payload_hex, trial, ids)) return std::nullopt;
    return whole_frame(pattern, frame, "this frame must not come: " + shown(frame));
  }
  for (auto const& choice : inner) {
    if (!match_frame(choice, frame, payload_hex, bindings, ids)) return std::nullopt;
  }
  return whole_frame(pattern, frame, "none of the choices is " + shown(frame));
}

std::optional<Mismatch> judge_frame(Json const& pattern, Json const& frame,
                                    std::string_view payload_hex, Bindings& bindings,
                                    IdSpace const& ids) {
  Judge session{bindings, ids.ours()};
  auto const kind = kind_key(pattern);
  if (kind == "frame") {
    Json const payload{{"hex", payload_hex}};
    auto const& wanted = pattern["frame"];
    auto const* const actual =
        wanted.is_object() && !is_matcher(wanted) ? &payload : &payload["hex"];
    session.check(wanted, actual, "/frame");
    return session.take();
  }
  auto const& actual = kind == "stable_frame" ? frame : message_inside(frame);
  if (!kind.empty() && !actual.contains(std::string{kind})) {
    Json const expected{{std::string{kind}, pattern[std::string{kind}]}};
    session.differs(
        expected, &actual, {},
        "got " + std::string{frame_kind(actual).empty() ? "something else" : frame_kind(actual)});
    return session.take();
  }
  auto ours = ids.ours();
  auto const on = actual.find("on");
  if (pattern.contains("on")) {
    if (!session.check(pattern["on"], on == actual.end() ? nullptr : &*on, "/on")) {
      return session.take();
    }
  }
  if (on != actual.end()) ours = ids.ours_on(number_from(*on).value_or(0));
  if (kind.empty()) return std::nullopt;
  Judge body{bindings, ours};
  std::string const key{kind};
  body.check(pattern[key], &actual[key], "/" + key);
  return body.take();
}

}  // namespace

vox::Parity IdSpace::ours_on(std::uint64_t connection) const {
  auto const found = by_connection_.find(connection);
  return found == by_connection_.end() ? ours_ : found->second;
}

void IdSpace::note(Json const& frame, bool sent) {
  auto const parity_of = [](Json const& holder) -> std::optional<vox::Parity> {
    if (!holder.is_object() || !holder.contains("parity")) return std::nullopt;
    if (holder["parity"] == "odd") return vox::Parity::odd;
    if (holder["parity"] == "even") return vox::Parity::even;
    return std::nullopt;
  };
  auto const& message = message_inside(frame);
  if (message.contains("hello")) {
    if (auto const parity = parity_of(message["hello"])) ours_ = sent ? *parity : opposite(*parity);
  }
  if (message.contains("connection_open") && message.contains("on")) {
    auto const& body = message["connection_open"];
    if (!body.contains("connection_settings")) return;
    auto const parity = parity_of(body["connection_settings"]);
    auto const id = number_from(message["on"]);
    if (parity && id) by_connection_[*id] = sent ? *parity : opposite(*parity);
  }
}

std::optional<Mismatch> match(Json const& pattern, Json const& actual, Bindings& bindings,
                              IdSpace const& ids) {
  auto trial = bindings;
  Judge judge{trial, ids.ours()};
  if (judge.check(pattern, &actual, {})) {
    bindings = std::move(trial);
    return std::nullopt;
  }
  return judge.take();
}

std::optional<Mismatch> match_frame(Json const& pattern, Json const& frame,
                                    std::string_view payload_hex, Bindings& bindings,
                                    IdSpace const& ids) {
  if (is_matcher(pattern)) return choose_frame(pattern, frame, payload_hex, bindings, ids);
  auto trial = bindings;
  auto mismatch = judge_frame(pattern, frame, payload_hex, trial, ids);
  if (!mismatch) bindings = std::move(trial);
  return mismatch;
}

std::string_view frame_kind(Json const& frame) {
  auto const& message = message_inside(frame);
  if (!message.is_object()) return {};
  for (auto const& [key, value] : message.items()) {
    if (auto const* const kind = find_frame_kind(key)) return kind->name;
    if (key == "frame") return "frame";
  }
  return {};
}

}  // namespace voxspec
