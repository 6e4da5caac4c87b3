// The work-stealing deque of Chase and Lev (SPAA 2005), with the fences that Lê, Pop, Cohen and
// Nardelli gave it for C11 (PPoPP 2013): its owner pushes and takes at the bottom, thieves steal at
// the top. The buffer does not grow here.
#include <atomic>
#include <heddle/check.hpp>
#include <optional>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

enum class deque_variant { right, no_push_fence, no_take_fence, no_steal_fence, last_not_disputed };

template <deque_variant Variant>
class chase_lev_deque {
 public:
  /// At most `capacity` values are ever pushed.
  void push(int value) {
    const int bottom = bottom_.load(relaxed);
    slots_[bottom].store(value, relaxed);
    // Pairs with the acquire load of bottom_ in steal(): slot and value are complete for the thief.
    if (Variant != deque_variant::no_push_fence) std::atomic_thread_fence(release);
    bottom_.store(bottom + 1, relaxed);
  }

  std::optional<int> take() {
    const int bottom = bottom_.load(relaxed) - 1;
    bottom_.store(bottom, relaxed);
    // Owner and thief announce first and look then; one of the two sees the other.
    if (Variant != deque_variant::no_take_fence) std::atomic_thread_fence(seq_cst);
    int top = top_.load(relaxed);
    std::optional<int> value;
    if (top <= bottom) value = slots_[bottom].load(relaxed);
    if (top == bottom && Variant != deque_variant::last_not_disputed &&
        !top_.compare_exchange_strong(top, top + 1, seq_cst, relaxed)) {
      value.reset();  // a thief has the last one
    }
    if (top >= bottom) bottom_.store(bottom + 1, relaxed);
    return value;
  }

  /// Nothing if the deque is empty or somebody else was faster.
  std::optional<int> steal() {
    int top = top_.load(acquire);
    if (Variant != deque_variant::no_steal_fence) std::atomic_thread_fence(seq_cst);
    const int bottom = bottom_.load(acquire);
    if (top >= bottom) return std::nullopt;
    const int value = slots_[top].load(relaxed);
    if (!top_.compare_exchange_strong(top, top + 1, seq_cst, relaxed)) return std::nullopt;
    return value;
  }

 private:
  static constexpr int capacity = 4;
  std::atomic<int> top_{0}, bottom_{0};
  std::array<std::atomic<int>, capacity> slots_{};
};

/// The owner pushes and takes `Values` values; `Thieves` thieves steal `Steals` times each.
template <int Values, unsigned Thieves, int Steals, deque_variant Variant = deque_variant::right>
void share() {
  chase_lev_deque<Variant> deque;
  std::array<int, Values> work{};
  std::array<std::atomic<int>, Values> done{};
  const auto finish = [&](std::optional<int> index) {
    if (!index) return;
    heddle::require(done[*index].fetch_add(1, relaxed) == 0, "a value is handed out twice");
    heddle::require(work[*index] == 1, "what is handed out is complete");
  };
  in_threads<Thieves + 1>([&](unsigned i) {
    if (i > 0) {
      for (int k = 0; k < Steals; ++k) finish(deque.steal());
      return;
    }
    for (int k = 0; k < Values; ++k) {
      work[k] = 1;
      deque.push(k);
    }
    for (int k = 0; k < Values; ++k) finish(deque.take());
  });
  for (const auto& count : done) heddle::require(count.load(relaxed) == 1, "nothing is lost");
}

HEDDLE_CHECK(chase_lev_1_value) { share<1, 1, 1>(); }
HEDDLE_CHECK(chase_lev_2_values) { share<2, 1, 2>(); }
HEDDLE_CHECK(chase_lev_2_thieves) { share<2, 2, 1>(); }
HEDDLE_CHECK(chase_lev_3_values) { share<3, 1, 2>(); }
HEDDLE_CHECK(chase_lev_without_push_fence) { share<1, 1, 1, deque_variant::no_push_fence>(); }
HEDDLE_CHECK(chase_lev_without_take_fence) { share<2, 1, 2, deque_variant::no_take_fence>(); }
HEDDLE_CHECK(chase_lev_without_steal_fence) { share<2, 1, 2, deque_variant::no_steal_fence>(); }
HEDDLE_CHECK(chase_lev_last_not_disputed) { share<1, 1, 1, deque_variant::last_not_disputed>(); }

}  // namespace
}  // namespace peers
