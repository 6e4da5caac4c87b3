// A sequence lock: the writer makes the sequence odd, writes, and makes it even again; a reader
// reads again until it finds the same even sequence before and after.
//
// One writer that writes W times, n readers: (W + 1)^n executions; each reader ends with one of the
// W + 1 versions, and the rounds that fail are waiting, not executions of their own. So it is where
// the compiler leaves no trace of a failed round in the reader's frame (g++ -O2). A spilled value
// that nobody reads any more keeps two rounds apart: then there are more.
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

enum class seqlock_variant { right, no_writer_fence, no_reader_fence, relaxed_end, no_second_look };

struct both {
  int left = 0, right = 0;
};

template <seqlock_variant Variant>
class seqlock {
 public:
  /// One writer at a time.
  void write(both value) {
    const unsigned before = sequence_.load(relaxed);
    sequence_.store(before + 1, relaxed);
    // Who sees one of the new values sees, after its own fence, the odd sequence.
    if (Variant != seqlock_variant::no_writer_fence) std::atomic_thread_fence(release);
    left_.store(value.left, relaxed);
    right_.store(value.right, relaxed);
    // release pairs with the first load of read(): who sees it sees the new values.
    sequence_.store(before + 2, Variant == seqlock_variant::relaxed_end ? relaxed : release);
  }

  both read() const {
    both value;
    while (!try_read(value)) {
    }
    return value;
  }

 private:
  // Not inlined, so that a round that fails leaves no trace in the registers of the loop.
  [[gnu::noinline]] bool try_read(both& value) const {
    const unsigned before = sequence_.load(acquire);
    if (before % 2 != 0) return false;
    const both seen{left_.load(relaxed), right_.load(relaxed)};
    if (Variant != seqlock_variant::no_reader_fence) std::atomic_thread_fence(acquire);
    if (Variant != seqlock_variant::no_second_look && sequence_.load(relaxed) != before) {
      return false;
    }
    value = seen;
    return true;
  }

  std::atomic<unsigned> sequence_{0};
  std::atomic<int> left_{0}, right_{0};
};

template <int Writes, unsigned Readers, seqlock_variant Variant = seqlock_variant::right>
void write_and_read() {
  seqlock<Variant> guarded;
  in_threads<Readers + 1>([&](unsigned i) {
    if (i == 0) {
      for (int k = 1; k <= Writes; ++k) guarded.write({k, k});
    } else {
      const both value = guarded.read();
      heddle::require(value.left == value.right, "both belong to one version");
    }
  });
}

HEDDLE_CHECK(seqlock_1_reader) { write_and_read<1, 1>(); }
HEDDLE_CHECK(seqlock_2_readers) { write_and_read<1, 2>(); }
HEDDLE_CHECK(seqlock_3_readers) { write_and_read<1, 3>(); }
HEDDLE_CHECK(seqlock_2_writes) { write_and_read<2, 1>(); }
HEDDLE_CHECK(seqlock_2_writes_2_readers) { write_and_read<2, 2>(); }
HEDDLE_CHECK(seqlock_3_writes) { write_and_read<3, 1>(); }
HEDDLE_CHECK(seqlock_without_writer_fence) {
  write_and_read<1, 1, seqlock_variant::no_writer_fence>();
}
HEDDLE_CHECK(seqlock_without_reader_fence) {
  write_and_read<1, 1, seqlock_variant::no_reader_fence>();
}
HEDDLE_CHECK(seqlock_relaxed_end) { write_and_read<1, 1, seqlock_variant::relaxed_end>(); }
HEDDLE_CHECK(seqlock_without_second_look) {
  write_and_read<1, 1, seqlock_variant::no_second_look>();
}

}  // namespace
}  // namespace peers
