// Several errors as one, in the order in which they were reported. Always a group, even of one
// (strict): code that handles a group of two is the code that handles one.
//
//   TG-5  A group holds errors only: cancellations are filtered before it is made.
//   split, subgroup  keep the nesting: a group in the group is taken apart, and what is left of it
//   stays
//                    a group with the same message.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heddle {

/// Immutable; copies share the content. Thread safe.
class exception_group : public std::exception {
 public:
  /// `errors` is not empty and holds no null.
  exception_group(std::string message, std::vector<std::exception_ptr> errors)
      : content_(std::make_shared<const content>(describe(message, errors.size()),
                                                 std::move(message), std::move(errors))) {}

  /// "message (2 errors)"
  const char* what() const noexcept override { return content_->description.c_str(); }
  const std::string& message() const noexcept { return content_->message; }
  const std::vector<std::exception_ptr>& errors() const noexcept { return content_->errors; }

  /// Calls `visit` with each error that is not a group itself, also those of groups in the group.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const std::exception_ptr& error : errors()) {
      if (const std::optional<exception_group> group = as_group(error)) {
        group->for_each(visit);
      } else {
        visit(error);
      }
    }
  }

  /// How many errors that are no groups there are.
  std::size_t size() const {
    std::size_t count = 0;
    for_each([&count](const std::exception_ptr&) { ++count; });
    return count;
  }

  using parts = std::pair<std::optional<exception_group>, std::optional<exception_group>>;

  /// The errors for which `wanted(error)` is true, and the others; empty where there are none.
  template <typename Wanted>
  parts split(Wanted&& wanted) const {
    std::vector<std::exception_ptr> chosen, others;
    for (const std::exception_ptr& error : errors()) {
      if (const std::optional<exception_group> group = as_group(error)) {
        parts inner = group->split(wanted);
        if (inner.first) chosen.push_back(std::make_exception_ptr(*std::move(inner.first)));
        if (inner.second) others.push_back(std::make_exception_ptr(*std::move(inner.second)));
      } else {
        (wanted(error) ? chosen : others).push_back(error);
      }
    }
    return {made(std::move(chosen)), made(std::move(others))};
  }

  /// The errors of type Error, and the others.
  template <typename Error>
  parts split() const {
    return split([](const std::exception_ptr& error) { return is<Error>(error); });
  }

  /// The errors for which `wanted(error)` is true, as a group; nothing if there are none.
  template <typename Wanted>
  std::optional<exception_group> subgroup(Wanted&& wanted) const {
    return split(std::forward<Wanted>(wanted)).first;
  }
  template <typename Error>
  std::optional<exception_group> subgroup() const {
    return split<Error>().first;
  }

  /// Whether `error` is an Error.
  template <typename Error>
  static bool is(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const Error&) {
      return true;
    } catch (...) {
      return false;
    }
  }

 private:
  struct content {
    content(std::string description, std::string message, std::vector<std::exception_ptr> errors)
        : description(std::move(description)),
          message(std::move(message)),
          errors(std::move(errors)) {}
    std::string description;
    std::string message;
    std::vector<std::exception_ptr> errors;
  };

  static std::string describe(const std::string& message, std::size_t count) {
    return message + " (" + std::to_string(count) + (count == 1 ? " error)" : " errors)");
  }

  static std::optional<exception_group> as_group(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const exception_group& group) {
      return group;
    } catch (...) {
      return std::nullopt;
    }
  }

  std::optional<exception_group> made(std::vector<std::exception_ptr> errors) const {
    if (errors.empty()) return std::nullopt;
    return exception_group(message(), std::move(errors));
  }

  std::shared_ptr<const content> content_;
};

}  // namespace heddle
