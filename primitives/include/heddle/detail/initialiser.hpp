// What may fill a cell.
#pragma once

#include <concepts>
#include <type_traits>

namespace heddle::detail {

/// Called without arguments it returns a T, which need not be movable, or something that a T can be
/// constructed from.
template <class F, class T>
concept initialiser_of =
    std::is_invocable_v<F> && (std::same_as<std::invoke_result_t<F>, T> ||
                               std::constructible_from<T, std::invoke_result_t<F>>);

}  // namespace heddle::detail
