// Timers by time, in a pairing heap whose links lie in the timers: to add one never allocates, so
// it never fails.
//
// Source: Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap: a new form of self-adjusting
// heap", Algorithmica 1 (1986); removal of the least in two passes. A timer's `previous` is its
// left sibling, or its parent where it is the first child.
#pragma once

#include <heddle/executor.hpp>

namespace heddle::detail {

/// Not thread safe: the executor locks. add takes constant time, pop and remove amortised O(log n).
class timer_queue {
 public:
  /// The earliest timer, or null.
  timer* first() const noexcept { return root_; }

  void add(timer& added) noexcept {
    added.child = added.sibling = added.previous = nullptr;
    root_ = meld(root_, &added);
  }

  void remove(timer& removed) noexcept {
    timer* const below = merge_siblings(removed.child);
    if (&removed == root_) {
      root_ = below;
    } else {
      if (removed.previous->child == &removed) {
        removed.previous->child = removed.sibling;
      } else {
        removed.previous->sibling = removed.sibling;
      }
      if (removed.sibling != nullptr) removed.sibling->previous = removed.previous;
      root_ = meld(root_, below);
    }
    if (root_ != nullptr) root_->previous = root_->sibling = nullptr;
    removed.child = removed.sibling = removed.previous = nullptr;
  }

 private:
  // One tree of two; of equals, the left stays above.
  static timer* meld(timer* left, timer* right) noexcept {
    if (left == nullptr) return right;
    if (right == nullptr) return left;
    if (right->when < left->when) {
      timer* const later = left;
      left = right;
      right = later;
    }
    right->sibling = left->child;
    if (right->sibling != nullptr) right->sibling->previous = right;
    right->previous = left;
    left->child = right;
    left->sibling = nullptr;
    return left;
  }

  // One tree of a list of siblings: melds pairs from left to right, then the results from the
  // right.
  static timer* merge_siblings(timer* list) noexcept {
    timer* pairs = nullptr;  // the results, the last one first
    while (list != nullptr) {
      timer* const left = list;
      timer* const right = left->sibling;
      list = right == nullptr ? nullptr : right->sibling;
      left->sibling = left->previous = nullptr;
      if (right != nullptr) right->sibling = right->previous = nullptr;
      timer* const both = meld(left, right);
      both->sibling = pairs;
      pairs = both;
    }
    timer* all = nullptr;
    while (pairs != nullptr) {
      timer* const next = pairs->sibling;
      pairs->sibling = nullptr;
      all = meld(pairs, all);
      pairs = next;
    }
    if (all != nullptr) all->previous = nullptr;
    return all;
  }

  timer* root_ = nullptr;
};

}  // namespace heddle::detail
