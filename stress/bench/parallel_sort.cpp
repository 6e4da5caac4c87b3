// qsort_mt: a quick sort whose workers sleep in a pool until somebody hands them a part. Written
// after the design of the well-known one: each worker has a lock, a condition and a state; a pool
// has a count of idle workers under a lock of its own. As in the original, what is wrong is the way
// back: a worker counts itself idle before its state says so, so that one who is told of an idle
// worker looks for it and finds none.
#include <algorithm>
#include <array>
#include <condition_variable>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

namespace {

constexpr int workers = 2;

enum class doing { idle, work, end };

class sorting_pool {
 public:
  sorting_pool() {
    for (worker& w : all_) w.thread = std::thread([this, &w] { serve(w); });
  }
  ~sorting_pool() {
    for (worker& w : all_) w.thread.join();
  }
  sorting_pool(const sorting_pool&) = delete;
  sorting_pool& operator=(const sorting_pool&) = delete;

  void sort(int* first, int* last) {
    hand_over(first, last);
    std::unique_lock hold(lock_);
    all_idle_.wait(hold, [&] { return idle_ == workers; });
    hold.unlock();
    for (worker& w : all_) {
      const std::lock_guard one(w.lock);
      w.state = doing::end;
      w.changed.notify_one();
    }
  }

 private:
  struct worker {
    std::mutex lock;
    std::condition_variable changed;
    doing state = doing::idle;
    int* first = nullptr;
    int* last = nullptr;
    std::thread thread;
  };

  /// Whether an idle worker has taken the part.
  bool hand_over(int* first, int* last) {
    {
      const std::lock_guard hold(lock_);
      if (idle_ == 0) return false;
      --idle_;
    }
    for (worker& w : all_) {
      const std::lock_guard hold(w.lock);
      if (w.state != doing::idle) continue;
      w.state = doing::work;
      w.first = first;
      w.last = last;
      w.changed.notify_one();
      return true;
    }
    heddle::require(false, "an idle worker is found");
    return false;
  }

  void sort_part(int* first, int* last) {
    while (last - first > 1) {
      const int pivot = *first;
      int* const middle = std::partition(first + 1, last, [pivot](int i) { return i < pivot; });
      std::swap(*first, middle[-1]);
      if (!hand_over(middle, last)) sort_part(middle, last);
      last = middle - 1;
    }
  }

  void serve(worker& w) {
    std::unique_lock hold(w.lock);
    for (;;) {
      w.changed.wait(hold, [&] { return w.state != doing::idle; });
      if (w.state == doing::end) return;
      hold.unlock();
      sort_part(w.first, w.last);
      count_idle();
      hold.lock();
      if (w.state == doing::work) w.state = doing::idle;
    }
  }

  void count_idle() {
    const std::lock_guard hold(lock_);
    if (++idle_ == workers) all_idle_.notify_one();
  }

  std::mutex lock_;
  std::condition_variable all_idle_;
  int idle_ = workers;
  std::array<worker, workers> all_;
};

}  // namespace

HEDDLE_CHECK(qsort_mt) {
  int numbers[] = {2, 3, 1, 4};
  {
    sorting_pool pool;
    pool.sort(std::begin(numbers), std::end(numbers));
  }
  heddle::require(std::ranges::is_sorted(numbers), "the numbers are sorted");
}
