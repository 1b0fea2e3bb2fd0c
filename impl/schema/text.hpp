#pragma once
#include <compare>
#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace vox::schema {

// A name in a schema, which does not change. It owns a copy of its characters, or stands in an
// arena; a copy owns always, so that it does not depend on the arena.
class Text {
 public:
  Text() = default;
  // NOLINTBEGIN(google-explicit-constructor, hicpp-explicit-conversions): as string does.
  Text(std::string_view text) : text_{copied(text)}, owns_{!text.empty()} {}
  Text(std::string const& text) : Text{std::string_view{text}} {}
  Text(char const* text) : Text{std::string_view{text}} {}
  operator std::string_view() const { return text_; }
  operator std::string() const { return std::string{text_}; }
  // NOLINTEND(google-explicit-constructor, hicpp-explicit-conversions)
  // Characters that outlive it.
  [[nodiscard]] static Text borrowed(std::string_view text) {
    Text borrower;
    borrower.text_ = text;
    return borrower;
  }

  Text(Text const& other) : Text{other.text_} {}
  Text(Text&& other) noexcept
      : text_{std::exchange(other.text_, {})}, owns_{std::exchange(other.owns_, false)} {}
  Text& operator=(Text other) noexcept {
    std::swap(text_, other.text_);
    std::swap(owns_, other.owns_);
    return *this;
  }
  ~Text() {
    if (owns_) delete[] text_.data();
  }

  [[nodiscard]] std::string_view view() const { return text_; }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend bool operator==(Text const& a, Text const& b) { return a.text_ == b.text_; }
  template <std::convertible_to<std::string_view> Other>
    requires(!std::same_as<Other, Text>)
  friend bool operator==(Text const& a, Other const& b) {
    return a.text_ == std::string_view{b};
  }
  friend auto operator<=>(Text const& a, Text const& b) { return a.text_ <=> b.text_; }
  friend std::string operator+(std::string before, Text const& text) {
    return std::move(before.append(text.text_));
  }
  template <std::convertible_to<std::string_view> After>
  friend std::string operator+(Text const& text, After const& after) {
    return std::string{text.text_}.append(std::string_view{after});
  }
  friend std::ostream& operator<<(std::ostream& out, Text const& text) { return out << text.text_; }

 private:
  [[nodiscard]] static std::string_view copied(std::string_view text) {
    if (text.empty()) return {};
    auto* const room = new char[text.size()];
    text.copy(room, text.size());
    return {room, text.size()};
  }

  std::string_view text_;
  bool owns_ = false;
};

}  // namespace vox::schema
