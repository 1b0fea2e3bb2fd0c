#include "conformance/peer/frame_template.hpp"
#include "conformance/peer/match.hpp"
#include "conformance/peer/numbers.hpp"

#include <utility>

namespace voxspec {
namespace {

struct Unbound {
  std::string name;
};

class Resolver {
 public:
  Resolver(Bindings const& bindings, IdSpace const& ids, bool keep_unbound)
      : bindings_{&bindings}, ids_{&ids}, keep_unbound_{keep_unbound} {}

  [[nodiscard]] Json resolve(Json const& value, vox::Parity ours, std::string_view key = {}) const {
    if (is_name(value)) return bound(value.get_ref<std::string const&>().substr(1));
    if (is_id_template(value)) {
      auto const side = value.begin().key() == "ours" ? ours : opposite(ours);
      return number_json(IdSpace::nth(side, value.begin().value().get<std::uint64_t>()));
    }
    if (key == "parity" && (value == "ours" || value == "theirs")) {
      return (value == "ours" ? ours : opposite(ours)) == vox::Parity::odd ? "odd" : "even";
    }
    if (value.is_array()) {
      Json out = Json::array();
      for (auto const& inner : value)
        out.push_back(resolve(inner, ours));
      return out;
    }
    if (!value.is_object()) return value;
    return resolve_object(value, ours);
  }

 private:
  // What stands beside an "on" goes by the parity of that connection.
  [[nodiscard]] Json resolve_object(Json const& object, vox::Parity ours) const {
    Json out = Json::object();
    if (object.contains("on")) {
      out["on"] = resolve(object["on"], ids_->ours());
      ours = ids_->ours_on(number_from(out["on"]).value_or(0));
    }
    for (auto const& [key, inner] : object.items()) {
      if (key != "on") out[key] = resolve(inner, ours, key);
    }
    return out;
  }

  [[nodiscard]] Json bound(std::string const& name) const {
    auto const found = bindings_->find(name);
    if (found == bindings_->end()) {
      if (keep_unbound_) return "$" + name;
      throw Unbound{name};
    }
    auto const& value = found->second;
    // A text that came and begins with "$" is no name when it is sent back.
    if (value.is_string() && value.get_ref<std::string const&>().starts_with('$')) {
      return "$" + value.get<std::string>();
    }
    return value;
  }

  Bindings const* bindings_;
  IdSpace const* ids_;
  bool keep_unbound_;
};

}  // namespace

std::expected<Json, std::string> resolve(Json const& item, Bindings const& bindings,
                                         IdSpace const& ids) {
  try {
    return Resolver{bindings, ids, false}.resolve(item, ids.ours());
  } catch (Unbound const& unbound) {
    return std::unexpected("nothing has given the name $" + unbound.name + " a value yet");
  }
}

Json resolve_known(Json const& item, Bindings const& bindings, IdSpace const& ids) {
  return Resolver{bindings, ids, true}.resolve(item, ids.ours());
}

}  // namespace voxspec
