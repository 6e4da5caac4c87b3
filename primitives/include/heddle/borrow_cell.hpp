// borrow_cell<T>: a value that many may read or one may change, where a conflict is an answer and
// not a wait. It is right without any lock, and under a global lock finds what the lock does not
// prevent: a change that is under way when a call into the interpreter lets others in.
//
//   borrows_   meaning            try_borrow      try_borrow_mut
//   0          nobody uses it     1               -1
//   n > 0      n readers          n + 1           conflict
//   -1         one changes it     conflict        conflict
//
//   the end of a shared borrow: n → n - 1; the end of an exclusive one: -1 → 0
//
// Contracts (checked in properties/contracts/cells/borrow_cell.cpp)
//   BF-1  never a reader beside one who changes, never two who change
//   BF-2  a conflict is an empty result (borrow, borrow_mut: borrow_conflict), never a wait
//   BF-3  the end of a borrow happens before the next borrow that excludes it
// Wrong use: destroying the cell while a borrow lives (debug: a sentence and abort; release: the
// borrow dangles as any reference does, but its end would write into the cell, so std::terminate).
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <heddle/detail/misuse.hpp>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace heddle {

/// Somebody else uses the value in a way that does not go together with what was asked (BF-2).
class borrow_conflict : public std::runtime_error {
 public:
  borrow_conflict() : std::runtime_error("the value is borrowed already") {}
};

template <class T>
class borrow_cell {
 public:
  /// A claim to the value: movable, ends with its scope; to be ended by any thread.
  template <class Value, bool Exclusive>
  class [[nodiscard]] basic_borrow {
   public:
    basic_borrow(basic_borrow&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
    basic_borrow& operator=(basic_borrow&& other) noexcept {
      basic_borrow(std::move(other)).swap(*this);
      return *this;
    }
    ~basic_borrow() {
      if (cell_ == nullptr) return;
      // Both releases pair with the acquires of the borrows that they make possible. The word of
      // one who changes is his alone, so he may store.
      if constexpr (Exclusive) {
        cell_->borrows_.store(0, std::memory_order_release);
      } else {
        cell_->borrows_.fetch_sub(1, std::memory_order_release);
      }
    }
    Value& operator*() const noexcept { return cell_->value_; }
    Value* operator->() const noexcept { return std::addressof(cell_->value_); }

   private:
    friend borrow_cell;
    explicit basic_borrow(borrow_cell* cell) noexcept : cell_(cell) {}
    void swap(basic_borrow& other) noexcept { std::swap(cell_, other.cell_); }

    borrow_cell* cell_;
  };
  using shared_borrow = basic_borrow<const T, false>;
  using exclusive_borrow = basic_borrow<T, true>;

  constexpr borrow_cell() = default;
  template <class... Arguments>
  constexpr explicit borrow_cell(std::in_place_t, Arguments&&... arguments)
      : value_(std::forward<Arguments>(arguments)...) {}
  constexpr explicit borrow_cell(T value) : value_(std::move(value)) {}
  borrow_cell(const borrow_cell&) = delete;
  borrow_cell& operator=(const borrow_cell&) = delete;
  ~borrow_cell() {
    if (borrows_.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      detail::diagnose(false, "a borrow_cell is destroyed while its value is borrowed");
      std::terminate();
    }
  }

  /// To read beside other readers; empty if somebody changes the value. Thread safe, lock-free.
  std::optional<shared_borrow> try_borrow() noexcept {
    std::ptrdiff_t seen = borrows_.load(std::memory_order_relaxed);
    do {
      if (seen < 0 || seen == std::numeric_limits<std::ptrdiff_t>::max()) return std::nullopt;
      // acquire pairs with the release of who changed the value.
    } while (!borrows_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire,
                                             std::memory_order_relaxed));
    return shared_borrow(this);
  }

  /// To change it alone; empty if anybody uses the value. Thread safe, wait-free.
  std::optional<exclusive_borrow> try_borrow_mut() noexcept {
    std::ptrdiff_t nobody = 0;
    // acquire pairs with the release of the last reader, and through the readers' decrements (a
    // release sequence) with that of each, and of who changed the value.
    if (!borrows_.compare_exchange_strong(nobody, -1, std::memory_order_acquire,
                                          std::memory_order_relaxed)) {
      return std::nullopt;
    }
    return exclusive_borrow(this);
  }

  /// The same, throwing borrow_conflict instead of an empty result.
  shared_borrow borrow() { return or_throw(try_borrow()); }
  exclusive_borrow borrow_mut() { return or_throw(try_borrow_mut()); }

 private:
  template <class Borrow>
  static Borrow or_throw(std::optional<Borrow> borrowed) {
    if (!borrowed) throw borrow_conflict();
    return *std::move(borrowed);
  }

  std::atomic<std::ptrdiff_t> borrows_{0};
  T value_{};
};

}  // namespace heddle
