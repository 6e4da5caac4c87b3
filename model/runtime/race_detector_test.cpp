// The race detector against a reference that shares nothing with it: the reference keeps every
// access of a random execution, and decides "happens before" by reachability in the graph of
// program order and synchronisation, not by clocks. Then single rules, each with its sibling.
#include "model/runtime/race_detector.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <vector>

namespace heddle::runtime {
namespace {

constexpr int threads_max = 4;
constexpr int steps_max = 48;
constexpr std::uintptr_t memory_at = 0x123456789000;

/// One execution of random threads, which access a few bytes and synchronise by messages.
class random_execution {
 public:
  explicit random_execution(std::uint64_t seed) : random_(seed) {
    for (auto& clock : clocks_) clock.fill(0);
    threads_ = 2 + pick(threads_max - 1);
    bytes_ = 4 + pick(21);
    event_share_ = 2 + pick(6);
    write_share_ = 2 + pick(8);
    care_ = pick(4) == 0 ? 1 : 2 + pick(20);
    distinct_places_ = pick(2) == 0;
    for (int i = 0; i < threads_; ++i) clocks_[i][i] = pick(1000);  // has no meaning
  }

  /// The first step at which the detector, or the reference, sees a race; -1: none.
  struct outcome {
    int detected = -1;
    int real = -1;
    bool named_pair_races = true;
  };
  outcome run(race_detector& detector) {
    outcome result;
    const int steps = 2 + pick(steps_max - 2);
    for (int step = 0; step < steps; ++step) {
      const int thread = pick(threads_);
      if (pick(event_share_) == 0) {
        synchronise(thread, step);
        continue;
      }
      const reference_access now = random_access(thread, step);
      const bool races = std::any_of(accesses_.begin(), accesses_.end(),
                                     [&](const auto& earlier) { return race(earlier, now); });
      // Executions that end with the first thing that can race never get far.
      if (races && pick(care_) != 0) continue;
      if (races) result.real = step;
      if (!tell(detector, now)) {
        result.detected = step;
        result.named_pair_races = !distinct_places_ || names_a_race(detector.last_conflict(), now);
      }
      if (races || result.detected >= 0) return result;
      if (now.plain) accesses_.push_back(now);  // the detector keeps no atomic ones
    }
    return result;
  }

 private:
  struct reference_access {
    int step, thread;
    unsigned begin, size;
    bool write, plain;
    std::uint64_t before;  // the steps that happen before it
  };

  unsigned pick(unsigned below) { return unsigned(random_() % below); }

  /// Adds the step behind the thread's last one and answers what happens before it.
  std::uint64_t happens(int thread, int step, std::uint64_t also_before = 0) {
    const std::uint64_t before = known_[thread] | also_before;
    known_[thread] = before | std::uint64_t{1} << step;
    return before;
  }

  void synchronise(int thread, int step) {
    const unsigned channel = pick(2);
    message& m = messages_[channel];
    const bool receive = pick(2) == 0;
    happens(thread, step, receive ? m.known : 0);
    ++events_[thread];
    if (receive) {
      for (int u = 0; u < threads_max; ++u) {
        if (u != thread) clocks_[thread][u] = std::max(clocks_[thread][u], m.clock[u]);
      }
    } else {
      m.known = known_[thread];
      m.clock = clocks_[thread];
      m.clock[thread] = events_[thread];
    }
  }

  reference_access random_access(int thread, int step) {
    const unsigned size = pick(8) == 0 ? 1 + pick(bytes_) : 1u << pick(4);
    const unsigned fitting = std::min<unsigned>(size, bytes_);
    const unsigned begin = pick(bytes_ - fitting + 1);
    return {
        step, thread, begin, fitting, pick(write_share_) == 0, pick(4) != 0, happens(thread, step)};
  }

  static bool race(const reference_access& a, const reference_access& b) {
    return a.thread != b.thread && (b.before >> a.step & 1) == 0 && (a.write || b.write) &&
           a.begin < b.begin + b.size && b.begin < a.begin + a.size;
  }

  bool tell(race_detector& detector, const reference_access& a) {
    const viewpoint view{
        thread_id(a.thread), events_[a.thread], {clocks_[a.thread].data(), width(a.thread)}};
    const std::uintptr_t address = memory_at + a.begin;
    const auto pc = distinct_places_ ? std::uintptr_t(a.step) : 0;
    bool fine;
    if (!a.plain) {
      fine = detector.atomic(address, a.size, a.write, view, pc);
      // An atomic access is an event of its own.
      ++events_[a.thread];
    } else if (a.size <= 8) {
      fine = detector.plain(address, a.size, a.write, view, pc);
    } else {
      fine = detector.range(address, a.size, a.write, view, pc);
    }
    return fine;
  }

  /// Entries of 0 at the end of a clock may be left out.
  std::uint32_t width(int thread) const {
    std::uint32_t width = threads_max;
    while (width > 0 && clocks_[thread][width - 1] == 0) --width;
    return width;
  }

  bool names_a_race(const conflict& found, const reference_access& now) const {
    if (found.kind != conflict_kind::race) return false;
    for (const reference_access& a : accesses_) {
      if (std::uintptr_t(a.step) == found.earlier.pc) return race(a, now);
    }
    return false;
  }

  struct message {
    std::uint64_t known = 0;
    std::array<std::uint32_t, threads_max> clock{};
  };

  std::mt19937_64 random_;
  int threads_;
  unsigned bytes_;
  unsigned event_share_, write_share_;  // one step in so many is an event; one access a write
  unsigned care_;                       // one race in so many is let happen
  bool distinct_places_;                // else all accesses are made by the same instruction
  std::array<std::uint64_t, threads_max> known_{};
  std::array<std::uint32_t, threads_max> events_{};
  std::array<std::array<std::uint32_t, threads_max>, threads_max> clocks_;
  std::array<message, 2> messages_;
  std::vector<reference_access> accesses_;
};

TEST(race_detector, agrees_with_a_reference_on_random_executions) {
  race_detector detector(nullptr);
  int with_race = 0;
  constexpr int executions = 400'000;
  for (std::uint64_t seed = 0; seed < executions; ++seed) {
    detector.new_execution();
    const auto outcome = random_execution(seed).run(detector);
    ASSERT_EQ(outcome.detected, outcome.real) << "seed " << seed;
    ASSERT_TRUE(outcome.named_pair_races) << "seed " << seed;
    with_race += outcome.real >= 0;
  }
  EXPECT_GT(with_race, executions / 4);
  EXPECT_LT(with_race, executions * 3 / 4) << "the random programs have become too racy";
}

/// Clocks for hand-made cases: knows(u, n) says that n events of u happen before.
struct thread_view {
  explicit thread_view(thread_id id, std::uint32_t clock = 0) : id_(id), clock_(clock) {}
  thread_view& knows(thread_id other, std::uint32_t events) {
    entries_.at(other) = events;
    return *this;
  }
  operator viewpoint() const {
    return {id_, clock_, {entries_.data(), static_cast<std::uint32_t>(entries_.size())}};
  }

  thread_id id_;
  std::uint32_t clock_;
  std::array<std::uint32_t, 300> entries_{};
};

constexpr std::uintptr_t x = 0x5000;

class race_rules : public testing::Test {
 protected:
  race_detector races_{nullptr};
};

TEST_F(race_rules, unordered_write_and_read) {
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(0, 3), 0xa));
  EXPECT_FALSE(races_.plain(x, 4, false, thread_view(1), 0xb));
  const conflict& found = races_.last_conflict();
  EXPECT_EQ(found.kind, conflict_kind::race);
  EXPECT_EQ(found.earlier.thread, 0);
  EXPECT_EQ(found.earlier.clock, 3u);
  EXPECT_EQ(found.earlier.kind, access_kind::write);
  EXPECT_EQ(found.earlier.pc, 0xau);
  EXPECT_EQ(found.earlier.address, x);
  EXPECT_EQ(found.earlier.size, 4u);
  EXPECT_EQ(found.later.thread, 1);
  EXPECT_EQ(found.later.kind, access_kind::read);
  EXPECT_EQ(found.later.pc, 0xbu);
}

TEST_F(race_rules, ordered_write_and_read) {
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(0, 3), 0));
  EXPECT_TRUE(races_.plain(x, 4, false, thread_view(1).knows(0, 4), 0));
}

TEST_F(race_rules, an_event_before_the_write_orders_nothing) {
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(0, 3), 0));
  EXPECT_FALSE(races_.plain(x, 4, false, thread_view(1).knows(0, 3), 0));
}

TEST_F(race_rules, threads_behind_the_width_of_the_clock_are_unordered) {
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(5, 0), 0));
  const std::uint32_t entries[] = {9, 9, 9, 9, 9, 9};
  EXPECT_FALSE(races_.plain(x, 4, true, viewpoint{1, 0, {entries, 5}}, 0));
  races_.new_execution();
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(5, 0), 0));
  EXPECT_TRUE(races_.plain(x, 4, true, viewpoint{1, 0, {entries, 6}}, 0));
}

TEST_F(race_rules, reads_do_not_race) {
  for (thread_id t = 0; t < 200; ++t) {
    EXPECT_TRUE(races_.plain(x, 8, false, thread_view(t, t), 0));
  }
}

TEST_F(race_rules, a_write_races_with_any_one_of_many_reads) {
  for (thread_id odd_one = 0; odd_one < 40; ++odd_one) {
    for (bool knows_it : {false, true}) {
      races_.new_execution();
      thread_view writer(299);
      for (thread_id t = 0; t < 40; ++t) {
        ASSERT_TRUE(races_.plain(x, 8, false, thread_view(t, 7), 0));
        if (t != odd_one || knows_it) writer.knows(t, 8);
      }
      EXPECT_EQ(races_.plain(x, 8, true, writer, 0), knows_it);
      if (!knows_it) {
        EXPECT_EQ(races_.last_conflict().earlier.thread, odd_one);
      }
    }
  }
}

TEST_F(race_rules, neighbouring_bytes_do_not_race) {
  for (thread_id t = 0; t < 8; ++t) {
    EXPECT_TRUE(races_.plain(x + t, 1, true, thread_view(t), 0));
  }
  EXPECT_FALSE(races_.plain(x + 7, 1, true, thread_view(8), 0));
  EXPECT_EQ(races_.last_conflict().earlier.thread, 7);
}

TEST_F(race_rules, overlap_of_one_byte_across_a_granule_races) {
  EXPECT_TRUE(races_.plain(x + 6, 4, true, thread_view(0), 0)) << "bytes 6 to 9";
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(1), 0));
  EXPECT_TRUE(races_.plain(x + 10, 2, true, thread_view(1), 0));
  EXPECT_FALSE(races_.plain(x + 9, 1, false, thread_view(1), 0));
}

TEST_F(race_rules, ranges) {
  EXPECT_TRUE(races_.range(x + 3, 1000, true, thread_view(0), 0));
  EXPECT_TRUE(races_.plain(x + 2, 1, true, thread_view(1), 0));
  EXPECT_TRUE(races_.plain(x + 1003, 1, true, thread_view(1), 0));
  EXPECT_TRUE(races_.range(x + 3, 0, true, thread_view(1), 0)) << "an empty range";
  EXPECT_FALSE(races_.plain(x + 1002, 1, false, thread_view(1), 0));
  EXPECT_FALSE(races_.plain(x + 3, 1, false, thread_view(1), 0));
  EXPECT_FALSE(races_.range(x + 500, 64, false, thread_view(2), 0));
  EXPECT_EQ(races_.last_conflict().later.size, 64u);
}

TEST_F(race_rules, atomic_accesses_race_with_plain_ones_before_them) {
  EXPECT_TRUE(races_.plain(x, 8, false, thread_view(0), 0));
  EXPECT_TRUE(races_.atomic(x, 8, false, thread_view(1), 0)) << "two reads";
  EXPECT_FALSE(races_.atomic(x + 4, 4, true, thread_view(1), 0));
  EXPECT_EQ(races_.last_conflict().earlier.kind, access_kind::read);
  EXPECT_EQ(races_.last_conflict().later.kind, access_kind::atomic_write);
  EXPECT_TRUE(races_.atomic(x, 8, true, thread_view(1).knows(0, 1), 0));
  EXPECT_FALSE(races_.plain(x + 8, 1, true, thread_view(0), 0) &&
               races_.atomic(x, 16, false, thread_view(1), 0))
      << "the second half of sixteen bytes";
}

TEST_F(race_rules, atomic_accesses_are_somebody_elses_to_remember) {
  EXPECT_TRUE(races_.atomic(x, 8, true, thread_view(0), 0));
  EXPECT_TRUE(races_.atomic(x, 8, true, thread_view(1), 0));
  EXPECT_TRUE(races_.plain(x, 8, false, thread_view(2), 0));
}

TEST_F(race_rules, a_plain_access_meets_the_owners_word) {
  *races_.object_at(x + 8) = 7;
  std::uint32_t object = 0;
  EXPECT_FALSE(races_.settle(x + 12, 4, true, thread_view(0), 0)) << "this is not for settle";
  EXPECT_TRUE(races_.plain(x + 12, 4, true, thread_view(0), 0, object));
  EXPECT_EQ(object, 7u);
  object = 0;
  EXPECT_TRUE(races_.range(x, 9, false, thread_view(0), 0, object));
  EXPECT_NE(object, 0u);
  object = 0;
  EXPECT_TRUE(races_.plain(x, 8, true, thread_view(0), 0, object));
  EXPECT_EQ(object, 0u);
}

TEST_F(race_rules, a_plain_write_is_not_forgotten_for_an_atomic_one_after_it) {
  EXPECT_TRUE(races_.plain(x, 8, true, thread_view(0, 0), 0xa));
  EXPECT_TRUE(races_.atomic(x, 8, true, thread_view(0, 1), 0xb));
  EXPECT_FALSE(races_.atomic(x, 8, false, thread_view(1), 0));
  EXPECT_EQ(races_.last_conflict().earlier.pc, 0xau);
}

TEST_F(race_rules, the_first_of_equal_accesses_is_the_one_that_is_named) {
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(0, 1), 0xa));
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(0, 1), 0xb)) << "known";
  EXPECT_TRUE(races_.plain(x + 2, 2, false, thread_view(0, 1), 0xc)) << "known";
  EXPECT_FALSE(races_.plain(x, 4, false, thread_view(1), 0));
  EXPECT_EQ(races_.last_conflict().earlier.pc, 0xau);
  races_.new_execution();
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(0, 1), 0xa));
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(0, 2), 0xb)) << "at another clock";
  EXPECT_FALSE(races_.plain(x, 4, false, thread_view(1).knows(0, 2), 0));
  EXPECT_EQ(races_.last_conflict().earlier.pc, 0xbu);
}

TEST_F(race_rules, bytes_keep_the_place_of_their_own_access) {
  for (unsigned i = 0; i < 8; ++i) {
    EXPECT_TRUE(races_.plain(x + i, 1, true, thread_view(0), i < 4 ? 0xa : 0xb));
  }
  EXPECT_FALSE(races_.plain(x + 5, 1, true, thread_view(1), 0));
  EXPECT_EQ(races_.last_conflict().earlier.pc, 0xbu);
  EXPECT_FALSE(races_.plain(x + 2, 1, true, thread_view(2), 0));
  EXPECT_EQ(races_.last_conflict().earlier.pc, 0xau);
}

TEST_F(race_rules, a_new_execution_starts_from_nothing) {
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(0), 0));
  *races_.object_at(x) = 42;
  races_.new_execution();
  EXPECT_TRUE(races_.plain(x, 4, true, thread_view(1), 0));
  EXPECT_EQ(*races_.object_at(x), 0u);
}

TEST_F(race_rules, accesses_outside_of_user_space_are_left_to_the_processor) {
  EXPECT_TRUE(races_.plain(std::uintptr_t{1} << 63, 8, true, thread_view(0), 0));
  EXPECT_TRUE(races_.range(~std::uintptr_t{0}, 8, true, thread_view(0), 0));
  EXPECT_EQ(races_.object_at(std::uintptr_t{1} << 63), nullptr);
  EXPECT_TRUE(races_.plain(0, 8, true, thread_view(0), 0)) << "a null pointer too";
  EXPECT_FALSE(races_.range(x, ~std::size_t{0}, true, thread_view(0), 0));
  EXPECT_EQ(races_.last_conflict().kind, conflict_kind::exhausted);
}

TEST(race_detector_limits, says_when_it_cannot_remember_more) {
  race_detector small(nullptr, 4);
  for (int execution = 0; execution < 3; ++execution) {
    small.new_execution();
    for (thread_id t = 0; t < 7; ++t) {
      EXPECT_TRUE(small.plain(x, 8, false, thread_view(t), 0)) << "3 in the cell, 4 beside it";
    }
    EXPECT_FALSE(small.plain(x, 8, false, thread_view(7), 0));
    EXPECT_EQ(small.last_conflict().kind, conflict_kind::exhausted);
  }
}

TEST(race_detector_limits, gives_back_what_is_dominated) {
  race_detector small(nullptr, 4);
  for (std::uint32_t round = 0; round < 100; ++round) {
    thread_view writer(200, round);
    for (thread_id t = 0; t < 6; ++t) {
      ASSERT_TRUE(small.plain(x, 8, false, thread_view(t, round).knows(200, round), 0));
      writer.knows(t, round + 1);
    }
    ASSERT_TRUE(small.plain(x, 8, true, writer, 0));
  }
}

}  // namespace
}  // namespace heddle::runtime
