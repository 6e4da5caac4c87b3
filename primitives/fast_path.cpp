// What a read of a filled cell compiles to, for fast_path_test.py, which looks at the instructions
// and runs nothing: the test is the same on a busy machine. Each function's name says what is
// expected of it: `fast_`, to be one load that orders, at most one branch, and the value; `slow_`,
// a way of doing it that the test must not pass.
#include <atomic>
#include <heddle/attached_once_cell.hpp>
#include <heddle/gil_once_cell.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/lazy.hpp>
#include <heddle/once_cell.hpp>
#include <heddle/race_once.hpp>
#include <heddle/two_stage_lazy.hpp>
#include <mutex>

extern "C" {

int make();

int fast_bare_load(std::atomic<long>& state, const int& value) {
  static_cast<void>(state.load(std::memory_order_acquire));
  return value;
}

int* fast_once_cell_get(heddle::once_cell<int>& cell) { return cell.get(); }
int fast_once_cell_get_and_use(heddle::once_cell<int>& cell) {
  const int* value = cell.get();
  return value != nullptr ? *value : 0;
}
int fast_once_cell_get_or_init(heddle::once_cell<int>& cell) { return cell.get_or_init(make); }

int fast_lazy_get(heddle::lazy<int, int (*)()>& cell) { return cell.get(); }

int* fast_race_once_get(heddle::race_once<int>& cell) { return cell.get(); }
int fast_race_once_get_or_init(heddle::race_once<int>& cell) { return cell.get_or_init(make); }

int* fast_gil_once_cell_get(heddle::attached token, heddle::gil_once_cell<int>& cell) {
  return cell.get(token);
}
int fast_gil_once_cell_get_or_init(heddle::attached token, heddle::gil_once_cell<int>& cell) {
  return cell.get_or_init(token, make);
}

int* fast_attached_once_cell_get(heddle::attached token, heddle::attached_once_cell<int>& cell) {
  return cell.get(token);
}
int fast_attached_once_cell_get_or_init(heddle::attached token,
                                        heddle::attached_once_cell<int>& cell) {
  return cell.get_or_init(token, make);
}

/// A call.
int slow_call_once(std::once_flag& once, int& value) {
  std::call_once(once, [&] { value = make(); });
  return value;
}
/// An operation that locks the bus.
int slow_exchange(std::atomic<int>& state, const int& value) {
  return state.fetch_or(0, std::memory_order_acquire) == 2 ? value : make();
}
/// A fence.
int slow_fence(std::atomic<int>& state, const int& value) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return state.load(std::memory_order_relaxed) == 2 ? value : make();
}
/// Two branches: the state is looked at twice.
int slow_two_looks(std::atomic<int>& state, const int& value) {
  if (state.load(std::memory_order_acquire) == 2) {
    if (state.load(std::memory_order_acquire) != 4) return value;
  }
  return make();
}
/// Registers saved for a slow half that has been inlined.
int slow_with_a_frame(std::atomic<int>& state, int* values, int size) {
  int made[64];
  asm volatile("" : : "r"(made) : "memory");
  if (state.load(std::memory_order_acquire) == 2) return values[size] + made[size];
  return make();
}
}
