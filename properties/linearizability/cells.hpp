// What a once cell is asked, what it must answer, and cells to ask: for the checks here and for
// random programs.
#pragma once

#include <atomic>
#include <heddle/gil_once_cell.hpp>
#include <optional>
#include <string>

#include "properties/contracts/cells/tokens.hpp"
#include "properties/linearizability/support.hpp"

namespace linear {

struct request {
  enum kind { get, get_or_init, get_or_throw, set } what = get;
  int value = 0;
};

inline std::string describe(const request& asked) {
  const char* const names[] = {"get", "get_or_init", "get_or_throw", "set"};
  return names[asked.what] + (asked.what == request::get ? "" : " " + std::to_string(asked.value));
}

/// An answer is the value that was seen; nothing if there is none, or the initialiser has thrown.
/// A set answers its value if it was placed, nothing if it was given back.
struct cell_holding {
  std::optional<int> value;

  std::optional<int> apply(const request& asked) {
    if (asked.what == request::set) {
      if (value) return std::nullopt;
      return value = asked.value;
    }
    if (!value && asked.what == request::get_or_init) value = asked.value;
    return value;
  }
  bool operator==(const cell_holding&) const = default;
};

using answers = heddle::history<request, std::optional<int>>;

template <class Cell>
std::optional<int> answer(Cell& cell, const request& asked) {
  if (asked.what == request::get) {
    const int* const found = cell.get();
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  if (asked.what == request::set) {
    return cell.set(asked.value) ? std::nullopt : std::optional(asked.value);
  }
  try {
    return cell.get_or_init([&] {
      if (asked.what == request::get_or_throw) throw asked.value;
      return asked.value;
    });
  } catch (int) {
    return std::nullopt;
  }
}

/// A cell that is attached to a global lock for each request.
template <class Cell>
struct locked {
  const int* get() {
    cells::plain_lock lock;
    return cell.get(lock.token());
  }
  template <class Initialise>
  int& get_or_init(const Initialise& initialise) {
    cells::plain_lock lock;
    return cell.get_or_init(lock.token(), [&] {
      // What initialises may release the lock, and another thread may do the same meanwhile.
      cells::plain_token::detach_guard detached(lock.token());
      return initialise();
    });
  }
  std::optional<int> set(int value) {
    cells::plain_lock lock;
    return cell.set(lock.token(), value);
  }
  Cell cell;
};
using locked_cell = locked<heddle::gil_once_cell<int>>;

/// The address of a copy for this thread; null for 0.
inline int* copy_of(int value) {
  static thread_local int copy;
  copy = value;
  return value == 0 ? nullptr : &copy;
}

/// A value that is no pointer, and says itself whether it is there: 0 is none. Looks and then
/// stores.
struct looks_then_stores {
  int* get() { return copy_of(value.load()); }
  int get_or_init(const auto& initialise) {
    if (const int found = value.load()) return found;
    const int mine = initialise();
    value.store(mine);
    return mine;
  }
  std::optional<int> set(int) { return 0; }
  std::atomic<int> value{0};
};

}  // namespace linear
