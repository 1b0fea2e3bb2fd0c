#include "conformance/peer/method_name.hpp"

#include "impl/wire/method_id.hpp"

namespace voxspec {
namespace {

constexpr std::string_view default_service = "Testbed";

}  // namespace

std::string full_method_name(std::string_view name) {
  if (name.find('.') != std::string_view::npos) return std::string{name};
  return std::string{default_service} + "." + std::string{name};
}

std::string_view short_method_name(std::string_view name) {
  auto const is_default =
      name.starts_with(default_service) && name.substr(default_service.size()).starts_with('.');
  return is_default ? name.substr(default_service.size() + 1) : name;
}

std::uint64_t method_id(std::string_view name) {
  auto const full = full_method_name(name);
  auto const dot = full.find('.');
  return vox::wire::method_id(std::string_view{full}.substr(0, dot),
                              std::string_view{full}.substr(dot + 1));
}

}  // namespace voxspec
