// work_stealing_queue: the owner pushes and takes at one end, a thief takes at the other; only a
// conflict about the last one goes through a lock (the protocol of Cilk's deques). What is wrong is
// the owner's order: it looks at the other end before it has announced its own, so that both take
// the last one.
#include <array>
#include <atomic>
#include <heddle/check.hpp>
#include <mutex>
#include <optional>
#include <thread>

namespace {

class stealing_queue {
 public:
  void push(int item) {
    const int at = tail_;
    items_[static_cast<std::size_t>(at)] = item;
    tail_ = at + 1;
  }
  std::optional<int> take() {
    const int at = tail_ - 1;
    const int head = head_;  // wrong here: belongs behind the next line
    tail_ = at;
    if (head <= at) return items_[static_cast<std::size_t>(at)];
    const std::lock_guard hold(lock_);
    if (head_ <= at) return items_[static_cast<std::size_t>(at)];
    tail_ = at + 1;
    return std::nullopt;
  }
  std::optional<int> steal() {
    const std::lock_guard hold(lock_);
    const int at = head_;
    head_ = at + 1;
    if (at < tail_) return items_[static_cast<std::size_t>(at)];
    head_ = at;
    return std::nullopt;
  }

 private:
  std::mutex lock_;
  std::atomic<int> head_{0};
  std::atomic<int> tail_{0};
  std::array<std::atomic<int>, 8> items_{};
};

}  // namespace

HEDDLE_CHECK(work_stealing_queue) {
  constexpr int count = 4;
  stealing_queue queue;
  std::array<std::atomic<int>, count> taken{};
  const auto note = [&](std::optional<int> item) {
    if (!item) return;
    const int before = taken[static_cast<std::size_t>(*item)].fetch_add(1);
    heddle::require(before == 0, "nothing is taken twice");
  };
  std::thread thief([&] {
    for (int i = 0; i < 2; ++i) note(queue.steal());
  });
  for (int i = 0; i < count; i += 2) {
    queue.push(i);
    queue.push(i + 1);
    note(queue.take());
  }
  note(queue.take());
  note(queue.take());
  thief.join();
}
