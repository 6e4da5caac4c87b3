// Read, copy, update: readers say that they are inside and use the current version; the updater
// publishes another, waits until each reader was seen outside, and frees the old one.
//
// n readers, one update: 3^n executions. The updater sees a reader outside before it entered, and
// then the fences make it find the new version; or after it left, with either version.
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

enum class rcu_variant { right, no_reader_fence, no_updater_fence, no_wait, relaxed_leave };

template <unsigned Readers, rcu_variant Variant = rcu_variant::right>
void read_and_update() {
  std::atomic<int*> current{new int(1)};
  std::array<std::atomic<bool>, Readers> inside{};

  const auto read = [&](unsigned i) {
    inside[i].store(true, relaxed);
    // Reader and updater announce first and look then; one of the two sees the other.
    if (Variant != rcu_variant::no_reader_fence) {
      std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    const int value = *current.load(acquire);
    heddle::require(value == 1 || value == 2, "a version is read that nobody has made");
    inside[i].store(false, Variant == rcu_variant::relaxed_leave ? relaxed : release);
  };

  const auto update = [&] {
    const int* old = current.exchange(new int(2), acq_rel);
    if (Variant != rcu_variant::no_updater_fence) {
      std::atomic_thread_fence(std::memory_order_seq_cst);
    }
    if (Variant != rcu_variant::no_wait) {
      for (const auto& reader : inside) {
        while (reader.load(acquire)) {
        }
      }
    }
    delete old;
  };

  in_threads<Readers + 1>([&](unsigned i) { i < Readers ? read(i) : update(); });
  delete current.load(relaxed);
}

HEDDLE_CHECK(rcu_1_reader) { read_and_update<1>(); }
HEDDLE_CHECK(rcu_2_readers) { read_and_update<2>(); }
HEDDLE_CHECK(rcu_3_readers) { read_and_update<3>(); }
HEDDLE_CHECK(rcu_4_readers) { read_and_update<4>(); }
HEDDLE_CHECK(rcu_5_readers) { read_and_update<5>(); }
HEDDLE_CHECK(rcu_without_reader_fence) { read_and_update<1, rcu_variant::no_reader_fence>(); }
HEDDLE_CHECK(rcu_without_updater_fence) { read_and_update<1, rcu_variant::no_updater_fence>(); }
HEDDLE_CHECK(rcu_without_wait) { read_and_update<1, rcu_variant::no_wait>(); }
HEDDLE_CHECK(rcu_relaxed_leave) { read_and_update<1, rcu_variant::relaxed_leave>(); }

}  // namespace
}  // namespace peers
