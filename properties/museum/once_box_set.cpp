// A racing cell whose set forgot to race (once_cell commit 214340b, in the development of 1.5.1:
// OnceBox::set).
//
// get_or_init of the same type published by compare-and-exchange; set stored. On a full cell it
// replaced the value that others held references to, said that all was well, and what it replaced
// was never freed; and of two threads that set at once both were told that they had.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/race_once.hpp>
#include <memory>
#include <thread>

namespace museum {
namespace {

class box_without_exchange {
 public:
  ~box_without_exchange() { delete value_.load(std::memory_order_relaxed); }
  int* get() { return value_.load(std::memory_order_acquire); }
  bool set(int value) {
    value_.store(new int(value), std::memory_order_release);
    return true;
  }

 private:
  std::atomic<int*> value_{nullptr};
};

HEDDLE_CHECK(once_box_set_twice) {
  box_without_exchange box;
  box.set(1);
  const int* first = box.get();
  heddle::require(!box.set(2) && box.get() == first, "a full box keeps its value");
}

HEDDLE_CHECK(once_box_set_leaks) {
  box_without_exchange box;
  std::thread second([&] { box.set(1); });
  box.set(2);
  second.join();
}

HEDDLE_CHECK(once_box_set_by_two) {
  box_without_exchange box;
  bool placed[2] = {};
  std::thread second([&] { placed[1] = box.set(1); });
  placed[0] = box.set(0);
  second.join();
  heddle::require(placed[0] != placed[1], "one of two is placed");
}

HEDDLE_CHECK(once_box_cure) {
  heddle::race_once<int> box;
  bool placed[2] = {};
  std::thread second([&] { placed[1] = !box.set(1); });
  placed[0] = !box.set(0);
  second.join();
  heddle::require(placed[0] != placed[1], "one of two is placed");
  heddle::require(box.set(2) == 2, "a full box gives back what it does not take");
}

}  // namespace
}  // namespace museum
