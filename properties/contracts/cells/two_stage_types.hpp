// A type object of two attributes, and lazies of one mistake that make it in two stages.
#pragma once

#include <heddle/two_stage_lazy.hpp>
#include <set>
#include <thread>
#include <utility>

#include "properties/contracts/cells/tokens.hpp"

namespace cells {

using heddle::two_stage;

/// A type object: its identity, and two attributes that are there together or not at all.
struct type_object {
  type_object() = default;
  type_object(const type_object&) = delete;
  type_object& operator=(const type_object&) = delete;
  bool complete() const { return first != 0 && second != 0; }
  bool empty() const { return first == 0 && second == 0; }
  int first = 0, second = 0;
};

using parts = std::pair<int, int>;

inline void fill(type_object& type, parts made) noexcept {
  type.first += made.first;
  type.second += made.second;
}

/// The usual initialisation; `collect` computes the parts.
template <typename Token, typename Collect>
two_stage complete(heddle::two_stage_lazy<type_object>& lazy, Token token, Collect&& collect) {
  return lazy.complete(token, [] { return type_object(); }, std::forward<Collect>(collect), fill);
}

inline parts collect_calling(plain_token token) {
  call_interpreter(token);
  return {1, 1};
}

enum class stage_flaw {
  flag_before_work,    // one stage, one flag, set before the work
  one_bool,            // "being filled" is a flag of the cell, not of the thread
  keeps_id,            // the thread's id stays in the set after an exception
  fills_while_calling  // the parts are put in one by one, as they are computed
};

/// Two stages under a lock, as they were written before.
template <stage_flaw Flaw>
class flawed_stages {
 public:
  type_object& shell() { return value_; }

  template <typename Token, typename Collect>
  two_stage complete(Token token, Collect&& collect) {
    if (full_) return two_stage::complete;
    if constexpr (Flaw == stage_flaw::flag_before_work) full_ = true;
    if constexpr (Flaw == stage_flaw::one_bool) {
      if (std::exchange(filling_, true)) return two_stage::complete;
    } else if (!inside_.insert(std::this_thread::get_id()).second) {
      return two_stage::reentrant_shell;
    }
    const parts made = collect(value_);
    if constexpr (Flaw == stage_flaw::fills_while_calling) {
      value_.first = made.first;
      call_interpreter(token);
      value_.second = made.second;
    } else if (value_.empty()) {
      fill(value_, made);
    }
    inside_.clear();
    full_ = true;
    return two_stage::complete;
  }

 private:
  type_object value_;
  bool full_ = false;
  bool filling_ = false;
  std::set<std::thread::id> inside_;  // Flaw::keeps_id: nothing takes an id out after an exception
};

}  // namespace cells
