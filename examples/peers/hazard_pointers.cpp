// Hazard pointers (Michael, 2004): a reader writes the address that it is going to use where all
// can see it, and looks again whether the object is still current; who takes an object out frees it
// only if no reader has written its address.
//
// n readers, one update: (3 * 7^n - 3^n) / 2 executions. What a reader reads, and what the updater
// reads of it: (new, new) and one of three; (old, old) and one of two, since the fences exclude the
// first; (old, new) and one of four: nine, in two of which the updater finds the old address and
// does not ask for the other readers, who then have three ways each:
// e(n) = 7 e(n - 1) + 2 * 3^(n - 1), e(0) = 1.
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

enum class hazard_variant { right, no_second_look, no_reader_fence, no_scan_fence, relaxed_clear };

template <unsigned Readers, unsigned Updates, hazard_variant Variant = hazard_variant::right>
class protected_value {
 public:
  ~protected_value() {
    delete current_.load(relaxed);
    for (const int* old : retired_) delete old;
  }

  int read(unsigned reader) {
    int* value = current_.load(acquire);
    for (;;) {
      hazards_[reader].store(value, relaxed);
      // Reader and updater announce first and look then; one of the two sees the other.
      if (Variant != hazard_variant::no_reader_fence) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
      }
      if (Variant == hazard_variant::no_second_look) break;
      int* again = current_.load(acquire);
      if (again == value) break;
      value = again;
    }
    const int result = *value;
    // release: pairs with the scan; the object is free only after it was used.
    hazards_[reader].store(nullptr, Variant == hazard_variant::relaxed_clear ? relaxed : release);
    return result;
  }

  /// By one thread at a time.
  void update(int value) {
    int* old = current_.exchange(new int(value), acq_rel);
    if (Variant != hazard_variant::no_scan_fence) {
      std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    for (const auto& hazard : hazards_) {
      if (hazard.load(acquire) == old) {
        retired_[retired_count_++] = old;
        return;
      }
    }
    delete old;
  }

 private:
  std::atomic<int*> current_{new int(0)};
  std::array<std::atomic<int*>, Readers> hazards_{};
  std::array<int*, Updates> retired_{};
  unsigned retired_count_ = 0;
};

template <unsigned Readers, unsigned Updates, hazard_variant Variant = hazard_variant::right>
void read_and_update() {
  protected_value<Readers, Updates, Variant> value;
  in_threads<Readers + 1>([&](unsigned i) {
    if (i < Readers) {
      const int seen = value.read(i);
      heddle::require(seen >= 0 && seen <= static_cast<int>(Updates), "nobody has written that");
    } else {
      for (unsigned k = 1; k <= Updates; ++k) value.update(static_cast<int>(k));
    }
  });
}

HEDDLE_CHECK(hazard_pointers_1_reader) { read_and_update<1, 1>(); }
HEDDLE_CHECK(hazard_pointers_2_readers) { read_and_update<2, 1>(); }
HEDDLE_CHECK(hazard_pointers_3_readers) { read_and_update<3, 1>(); }
HEDDLE_CHECK(hazard_pointers_4_readers) { read_and_update<4, 1>(); }
HEDDLE_CHECK(hazard_pointers_2_updates) { read_and_update<1, 2>(); }
HEDDLE_CHECK(hazard_pointers_2_readers_2_updates) { read_and_update<2, 2>(); }
HEDDLE_CHECK(hazard_pointers_without_second_look) {
  read_and_update<1, 1, hazard_variant::no_second_look>();
}
HEDDLE_CHECK(hazard_pointers_without_reader_fence) {
  read_and_update<1, 1, hazard_variant::no_reader_fence>();
}
HEDDLE_CHECK(hazard_pointers_without_scan_fence) {
  read_and_update<1, 1, hazard_variant::no_scan_fence>();
}
HEDDLE_CHECK(hazard_pointers_relaxed_clear) {
  read_and_update<1, 1, hazard_variant::relaxed_clear>();
}

}  // namespace
}  // namespace peers
