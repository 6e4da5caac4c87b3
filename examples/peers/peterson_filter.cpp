// Peterson's lock (1981) for n threads, the filter: n - 1 levels, at each of which the last to come
// waits until nobody else is as far or another comes. All its orders are seq_cst; with release and
// acquire, two threads announce themselves without seeing each other.
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

template <unsigned N, std::memory_order Store, std::memory_order Load, bool Victims>
class filter_lock {
 public:
  void lock(unsigned me) {
    for (unsigned level = 1; level < N; ++level) {
      level_[me].store(level, Store);
      if (Victims) victim_[level].store(me, Store);
      while (must_wait(me, level)) {
      }
    }
  }
  void unlock(unsigned me) { level_[me].store(0, Store); }

 private:
  bool must_wait(unsigned me, unsigned level) const {
    for (unsigned other = 0; other < N; ++other) {
      if (other == me || level_[other].load(Load) < level) continue;
      if (!Victims || victim_[level].load(Load) == me) return true;
    }
    return false;
  }

  std::array<std::atomic<unsigned>, N> level_{};   // 0: outside; N - 1: may enter
  std::array<std::atomic<unsigned>, N> victim_{};  // of each level: who came last
};

template <unsigned N, std::memory_order Store, std::memory_order Load, bool Victims = true>
void sections() {
  filter_lock<N, Store, Load, Victims> lock;
  unsigned counter = 0;  // guarded by the lock
  in_threads<N>([&](unsigned i) {
    lock.lock(i);
    ++counter;
    lock.unlock(i);
  });
  heddle::require(counter == N, "each section counts");
}

HEDDLE_CHECK(peterson_2) { sections<2, seq_cst, seq_cst>(); }
HEDDLE_CHECK(peterson_3) { sections<3, seq_cst, seq_cst>(); }
HEDDLE_CHECK(peterson_release_acquire) {
  sections<2, std::memory_order_release, std::memory_order_acquire>();
}
HEDDLE_CHECK(peterson_without_victims) { sections<2, seq_cst, seq_cst, false>(); }

}  // namespace
}  // namespace peers
