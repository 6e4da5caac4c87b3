// How a task ended: with a value, with an error, or cancelled. Exactly one of the three.
#pragma once

#include <exception>
#include <heddle/cancelled.hpp>
#include <type_traits>
#include <utility>
#include <variant>

namespace heddle {

/// The end of a task that returns T. Not thread safe; movable where T is.
template <typename T = void>
class outcome {
 public:
  using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  /// Ended with this value.
  explicit outcome(value_type value) : end_(std::in_place_index<0>, std::move(value)) {}
  /// Ended with this error, which must not be null; a cancellation is told from the others.
  explicit outcome(std::exception_ptr error) : end_(std::in_place_index<1>, std::move(error)) {
    if (is_cancellation(std::get<1>(end_))) end_.template emplace<2>();
  }
  /// Ended cancelled.
  explicit outcome(cancelled) : end_(std::in_place_index<2>) {}

  bool has_value() const noexcept { return end_.index() == 0; }
  bool has_error() const noexcept { return end_.index() == 1; }
  bool is_cancelled() const noexcept { return end_.index() == 2; }

  /// The error, or null if there is none.
  std::exception_ptr error() const noexcept {
    return has_error() ? std::get<1>(end_) : std::exception_ptr{};
  }

  /// The value; throws the error, or `cancelled`, where there is none.
  T get() && {
    if (has_error()) std::rethrow_exception(std::get<1>(end_));
    if (is_cancelled()) throw cancelled{};
    if constexpr (!std::is_void_v<T>) return std::get<0>(std::move(end_));
  }

 private:
  std::variant<value_type, std::exception_ptr, cancelled> end_;
};

}  // namespace heddle
