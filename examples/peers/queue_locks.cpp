// Locks that queue their waiters, each of whom waits at a place of its own.
//
//   mcs  Mellor-Crummey and Scott (1991): who comes tells its predecessor where it waits. Two
//        threads, once each: six executions. Let a be first. Either b comes after a has emptied the
//        queue again; or it comes before, and a finds the link already made, or finds it missing,
//        fails to empty the queue and waits for the link: three for each of two orders.
//   clh  Craig; Landin and Hagersten (1993): who comes waits at its predecessor's node. n threads:
//        n! executions, the orders of arrival; each turn is waited for at the one write that brings
//        it.
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

enum class mcs_variant { right, relaxed_hand_over, no_second_look };

template <mcs_variant Variant>
class mcs_lock {
 public:
  struct node {
    std::atomic<node*> next{nullptr};
    std::atomic<bool> waiting{false};
  };

  void lock(node& mine) {
    mine.next.store(nullptr, relaxed);
    mine.waiting.store(true, relaxed);
    // release: the successor finds `next` reset. acquire: pairs with the exchange that emptied the
    // queue.
    node* before = tail_.exchange(&mine, acq_rel);
    if (before == nullptr) return;
    before->next.store(&mine, release);
    // Pairs with the hand-over in unlock().
    while (mine.waiting.load(acquire)) {
    }
  }

  void unlock(node& mine) {
    node* after = mine.next.load(acquire);
    if (after == nullptr) {
      node* expected = &mine;
      if (tail_.compare_exchange_strong(expected, nullptr, release, relaxed)) return;
      if (Variant == mcs_variant::no_second_look) return;
      while ((after = mine.next.load(acquire)) == nullptr) {
      }
    }
    constexpr bool weak = Variant == mcs_variant::relaxed_hand_over;
    after->waiting.store(false, weak ? relaxed : release);
  }

 private:
  std::atomic<node*> tail_{nullptr};
};

template <unsigned N, unsigned Rounds, mcs_variant Variant = mcs_variant::right>
void mcs_sections() {
  mcs_lock<Variant> lock;
  std::array<typename mcs_lock<Variant>::node, N> nodes;
  unsigned counter = 0;  // guarded by the lock
  in_threads<N>([&](unsigned i) {
    for (unsigned round = 0; round < Rounds; ++round) {
      lock.lock(nodes[i]);
      ++counter;
      lock.unlock(nodes[i]);
    }
  });
  heddle::require(counter == N * Rounds, "each section counts");
}

HEDDLE_CHECK(mcs_lock_2) { mcs_sections<2, 1>(); }
HEDDLE_CHECK(mcs_lock_3) { mcs_sections<3, 1>(); }
HEDDLE_CHECK(mcs_lock_2_twice) { mcs_sections<2, 2>(); }
HEDDLE_CHECK(mcs_lock_relaxed_hand_over) { mcs_sections<2, 1, mcs_variant::relaxed_hand_over>(); }
HEDDLE_CHECK(mcs_lock_without_second_look) { mcs_sections<2, 1, mcs_variant::no_second_look>(); }

/// ArrivalOrder: acq_rel. Its release half makes `held` of the arriving node known to the
/// successor, its acquire half lets the successor know it: without, the successor may look at the
/// node as it was before.
template <std::memory_order ArrivalOrder, std::memory_order UnlockOrder>
class clh_lock {
 public:
  struct node {
    std::atomic<bool> held{false};
  };

  void lock(node& mine) {
    mine.held.store(true, relaxed);
    node* before = tail_.exchange(&mine, ArrivalOrder);
    while (before->held.load(acquire)) {
    }
  }
  void unlock(node& mine) { mine.held.store(false, UnlockOrder); }

 private:
  node nobody_;
  std::atomic<node*> tail_{&nobody_};
};

template <unsigned N, std::memory_order ArrivalOrder = acq_rel,
          std::memory_order UnlockOrder = release>
void clh_sections() {
  using lock_type = clh_lock<ArrivalOrder, UnlockOrder>;
  lock_type lock;
  std::array<typename lock_type::node, N> nodes;
  unsigned counter = 0;  // guarded by the lock
  in_threads<N>([&](unsigned i) {
    lock.lock(nodes[i]);
    ++counter;
    lock.unlock(nodes[i]);
  });
  heddle::require(counter == N, "each section counts");
}

HEDDLE_CHECK(clh_lock_2) { clh_sections<2>(); }
HEDDLE_CHECK(clh_lock_3) { clh_sections<3>(); }
HEDDLE_CHECK(clh_lock_4) { clh_sections<4>(); }
HEDDLE_CHECK(clh_lock_5) { clh_sections<5>(); }
HEDDLE_CHECK(clh_lock_relaxed_arrival) { clh_sections<2, relaxed>(); }
HEDDLE_CHECK(clh_lock_relaxed_unlock) { clh_sections<2, acq_rel, relaxed>(); }

}  // namespace
}  // namespace peers
