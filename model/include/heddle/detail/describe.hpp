// Words for what a history holds: numbers, strings, optional values, and whatever has a function
// `std::string describe(const X&)` that is found with it. No streams: they would be operations.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace heddle::detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
concept describes_itself = requires(const T& value) {
  { describe(value) } -> std::convertible_to<std::string>;
};

template <class T>
std::string words_for(const T& value) {
  if constexpr (describes_itself<T>) {
    return describe(value);
  } else if constexpr (is_optional<T>) {
    return value ? words_for(*value) : "nothing";
  } else if constexpr (std::same_as<T, bool>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    return std::to_string(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_arithmetic_v<T>) {
    return std::to_string(value);
  } else {
    static_assert(std::convertible_to<T, std::string_view>,
                  "write std::string describe(const X&) beside the type X, for reports");
    return std::string(std::string_view(value));
  }
}

}  // namespace heddle::detail
