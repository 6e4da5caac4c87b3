// Threads that go round in loops which take a mutex and give it back: which executions there are,
// and which of them wait for ever. The loops are small state machines, without a line of native
// code.
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "model/explore/exhaustive.hpp"
#include "model/program/program.hpp"

namespace heddle::testing {
namespace {

constexpr location_id done_flag = 0;
constexpr location_id first_mutex = 1;
constexpr location_id second_mutex = 2;
constexpr value free_mutex = {0, 0};

operation plain(operation_kind kind, location_id location, std::uint64_t operand = 0) {
  operation op;
  op.kind = kind;
  op.size = 4;
  op.location = location;
  op.operand = {operand, 0};
  return op;
}

operation locking(thread_id t, location_id mutex, bool waits) {
  operation op = plain(operation_kind::compare_exchange, mutex, t + 1u);
  op.order = memory_order::acquire;
  op.failure_order = waits ? memory_order::acquire : memory_order::relaxed;
  if (waits) op.wait = wait_condition::equal;
  return op;
}

operation unlocking(location_id mutex) {
  operation op = plain(operation_kind::store, mutex);
  op.order = memory_order::release;
  return op;
}

/// What one thread does: from its state and the last answer, the next operation.
struct machine {
  unsigned state = 0;
  std::uint32_t round = 0;  // its first event
  bool arrives = false;     // at the beginning of a round, for the second time or later
  bool first_round = true;
  std::string seen;

  void begin_round(std::uint32_t position) {
    arrives = !first_round;
    if (first_round) round = position;
    first_round = false;
  }
};

/// Fills `op` with the next operation of the thread; `position`: its events so far.
using body =
    std::function<void(thread_id, machine&, value answer, std::uint32_t position, operation& op)>;

/// Thread 0 creates the others and joins them.
class state_machines final : public program {
 public:
  explicit state_machines(std::vector<body> bodies) : bodies_(std::move(bodies)) {}

  void run(recorder& recorder) override {
    machines_.assign(bodies_.size() + 1, {});
    pending_.assign(bodies_.size() + 1, {});
    has_pending_.assign(bodies_.size() + 1, false);
    for (location_id l = 0; l <= second_mutex; ++l) recorder.initialise(l, {});
    for (thread_id t = recorder.next_thread(); t != no_thread; t = recorder.next_thread()) {
      if (!run_thread(recorder, t)) return;
    }
  }
  const machine& of(thread_id t) const { return machines_[t]; }

 private:
  void main_thread(machine& m, operation& op) const {
    const auto workers = static_cast<unsigned>(bodies_.size());
    op = plain(m.state < workers ? operation_kind::create_thread : operation_kind::join_thread, 0,
               m.state % workers + 1);
    if (m.state == 2 * workers) op.kind = operation_kind::finish_thread;
    ++m.state;
  }

  bool run_thread(recorder& recorder, thread_id t) {
    machine& m = machines_[t];
    value answer{};
    for (;;) {
      const std::uint32_t position = recorder.happens_before(t).events;
      if (!has_pending_[t]) {
        t == 0 ? main_thread(m, pending_[t]) : bodies_[t - 1](t, m, answer, position, pending_[t]);
        has_pending_[t] = true;
        if (m.arrives) {
          m.arrives = false;
          const std::uint32_t round = std::exchange(m.round, position);
          if (recorder.spin(t, round, true).status == step_status::park) return true;
        }
      }
      const step s = recorder.perform(t, pending_[t]);
      if (s.status == step_status::stop) return false;
      if (s.status == step_status::park) return true;
      has_pending_[t] = false;
      answer = s.result;
      if (pending_[t].kind == operation_kind::finish_thread) return true;
    }
  }

  std::vector<body> bodies_;
  std::vector<machine> machines_;  // by thread
  std::vector<operation> pending_;
  std::vector<bool> has_pending_;
};

/// while (!done) { lock; unlock; }
void busy_locker(thread_id t, machine& m, value answer, std::uint32_t position, operation& op) {
  switch (m.state) {
    case 0:
      m.begin_round(position);
      op = plain(operation_kind::load, done_flag);
      m.state = 1;
      break;
    case 1:
      if (answer.low != 0) {
        op = plain(operation_kind::finish_thread, 0);
        break;
      }
      op = locking(t, first_mutex, true);
      m.state = 2;
      break;
    case 2:
      op = unlocking(first_mutex);
      m.state = 0;
      break;
  }
}

/// Tries `looks` times to lock, and unlocks what it has locked; then sets done.
body witness(unsigned looks) {
  return [looks](thread_id t, machine& m, value answer, std::uint32_t, operation& op) {
    if (m.state % 2 == 1) {
      const bool taken = !(answer == free_mutex);
      m.seen += taken ? 'x' : 'o';
      ++m.state;
      if (!taken) {
        op = unlocking(first_mutex);
        return;
      }
    }
    if (m.state < 2 * looks) {
      op = locking(t, first_mutex, false);
      ++m.state;
    } else if (m.state == 2 * looks) {
      op = plain(operation_kind::store, done_flag, 1);
      m.state += 2;
    } else {
      op = plain(operation_kind::finish_thread, 0);
    }
  };
}

/// for (;;) { lock mine; if (try_lock the other) break; unlock mine; } and unlocks both.
body polite(location_id mine, location_id others) {
  return [=](thread_id t, machine& m, value answer, std::uint32_t position, operation& op) {
    if (m.state == 2) m.state = answer == free_mutex ? 3 : 6;
    switch (m.state) {
      case 0:
        m.begin_round(position);
        op = locking(t, mine, true);
        break;
      case 1:
        op = locking(t, others, false);
        break;
      case 3:
        op = unlocking(others);
        break;
      case 4:
        op = unlocking(mine);
        break;
      case 6:
        op = unlocking(mine);
        m.state = 0;
        return;
      default:
        op = plain(operation_kind::finish_thread, 0);
    }
    ++m.state;
  };
}

struct found {
  unsigned executions = 0;
  unsigned deadlocks = 0;
  unsigned unfinished = 0;
  std::set<std::string> seen;  // by thread 2, in complete executions
};

found explore(const std::vector<body>& bodies, search_options options = {}) {
  state_machines program(bodies);
  exhaustive search(options);
  found result;
  while (search.begin_execution()) {
    program.run(search);
    const ending end = search.end_execution();
    result.deadlocks += end == ending::deadlock ? 1 : 0;
    result.unfinished += end == ending::unfinished ? 1 : 0;
    if (end != ending::complete) continue;
    ++result.executions;
    if (bodies.size() > 1) result.seen.insert(program.of(2).seen);
  }
  return result;
}

TEST(ending, a_loop_that_nobody_ends_waits_for_ever) {
  const found f = explore({busy_locker});
  EXPECT_EQ(f.executions, 0u);
  EXPECT_EQ(f.deadlocks, 1u);
}

TEST(ending, every_coming_and_going_is_seen) {
  for (const memory_model model : {memory_model::cpp20, memory_model::rc11, memory_model::sc}) {
    search_options options;
    options.model = model;
    for (unsigned looks = 0; looks <= 5; ++looks) {
      const found f = explore({busy_locker, witness(looks)}, options);
      EXPECT_EQ(f.seen.size(), 1u << looks);
      EXPECT_EQ(f.deadlocks, 0u);
      EXPECT_EQ(f.unfinished, 0u);
    }
  }
}

TEST(ending, what_is_not_followed_is_told) {
  search_options options;
  options.max_rounds = 1;
  const found f = explore({busy_locker, witness(5)}, options);
  EXPECT_LT(f.seen.size(), 32u);
  EXPECT_GT(f.unfinished, 0u);
}

TEST(ending, threads_that_give_way_come_to_an_end) {
  for (const memory_model model : {memory_model::cpp20, memory_model::rc11, memory_model::sc}) {
    search_options options;
    options.model = model;
    const found f =
        explore({polite(first_mutex, second_mutex), polite(second_mutex, first_mutex)}, options);
    EXPECT_EQ(f.executions, 2u);
    EXPECT_EQ(f.deadlocks, 0u);
    EXPECT_EQ(f.unfinished, 0u);
  }
}

}  // namespace
}  // namespace heddle::testing
