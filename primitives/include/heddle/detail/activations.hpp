// The cells that the calling thread is inside of, innermost first: a list on the thread's own
// stack. Being in it is what "re-entrant" means. It needs no set of thread ids in the cell, so an
// exception cannot leave a stale one behind, and a new thread cannot inherit one (ids are reused).
#pragma once

namespace heddle::detail {

class activation {
 public:
  explicit activation(const void* cell) noexcept : cell_(cell), outer_(innermost_) {
    innermost_ = this;
  }
  ~activation() { innermost_ = outer_; }
  activation(const activation&) = delete;
  activation& operator=(const activation&) = delete;

  /// Whether the calling thread is inside of `cell`. Time: linear in the depth of the nesting.
  static bool inside(const void* cell) noexcept {
    for (const activation* at = innermost_; at != nullptr; at = at->outer_) {
      if (at->cell_ == cell) return true;
    }
    return false;
  }

 private:
  static inline constinit thread_local const activation* innermost_ = nullptr;

  const void* cell_;
  const activation* outer_;
};

}  // namespace heddle::detail
