// Latch and barrier of the standard library beyond properties/facilities: who arrives and waits at
// once, several phases, a completion, a member that leaves. Each beside a sibling with one flaw.
#include <atomic>
#include <barrier>
#include <heddle/check.hpp>
#include <latch>
#include <semaphore>
#include <thread>

namespace {

HEDDLE_CHECK(std_latch_arrive_and_wait) {
  std::latch both{2};
  int mine = 0, yours = 0;
  std::thread other([&] {
    yours = 1;
    both.arrive_and_wait();
    heddle::require(mine == 1, "the latch orders what was before it");
  });
  mine = 1;
  both.arrive_and_wait();
  heddle::require(yours == 1, "the latch orders what was before it");
  other.join();
}

HEDDLE_CHECK(std_latch_nobody_waits) {
  std::latch both{2};
  int mine = 0, yours = 0;
  std::thread other([&] {
    yours = 1;
    both.count_down();
    heddle::require(mine >= 0);
  });
  mine = 1;
  both.arrive_and_wait();
  heddle::require(yours == 1);
  other.join();
}

HEDDLE_CHECK(std_latch_try_wait) {
  std::latch done{1};
  int result = 0;
  std::thread other([&] {
    result = 42;
    done.count_down();
  });
  if (done.try_wait()) heddle::require(result == 42, "who sees it open sees what was before");
  other.join();
}

/// Each phase's completion sees what all have done, and each sees the completion.
HEDDLE_CHECK(std_barrier_two_phases) {
  int shares[2] = {}, sums[2] = {}, phase = 0;
  std::barrier meeting(2, [&]() noexcept { sums[phase++] = shares[0] + shares[1]; });
  auto work = [&](int me) {
    shares[me] = me + 1;
    meeting.arrive_and_wait();
    heddle::require(sums[0] == 3, "the first phase is complete");
    shares[me] = 10;
    meeting.arrive_and_wait();
    heddle::require(sums[1] == 20, "the second phase is complete");
  };
  std::thread other(work, 1);
  work(0);
  other.join();
}

/// The second phase's write meets the first phase's read: nobody waits between them.
HEDDLE_CHECK(std_barrier_phase_left_out) {
  int value = 0;
  std::barrier meeting(2);
  std::thread other([&] {
    meeting.arrive_and_wait();
    heddle::require(value >= 1);
  });
  value = 1;
  meeting.arrive_and_wait();
  value = 2;
  other.join();
}

/// Who drops out is not waited for any more.
HEDDLE_CHECK(std_barrier_one_drops_out) {
  std::barrier meeting(2);
  int value = 0;
  std::thread other([&] {
    value = 1;
    meeting.arrive_and_drop();
  });
  meeting.arrive_and_wait();
  heddle::require(value == 1, "to drop out is to arrive");
  meeting.arrive_and_wait();
  other.join();
}

HEDDLE_CHECK(std_barrier_one_goes_without_a_word) {
  std::barrier meeting(2);
  std::thread other([&] { (void)meeting.arrive(); });
  meeting.arrive_and_wait();
  meeting.arrive_and_wait();
  other.join();
}

HEDDLE_CHECK(std_barrier_waits_later) {
  std::barrier meeting(2);
  int value = 0;
  std::thread other([&] {
    value = 1;
    (void)meeting.arrive();
  });
  auto token = meeting.arrive();
  meeting.wait(std::move(token));
  heddle::require(value == 1);
  other.join();
}

/// One token for each direction.
HEDDLE_CHECK(std_semaphores_ping_pong) {
  std::binary_semaphore ping{0}, pong{0};
  int value = 0;
  std::thread other([&] {
    ping.acquire();
    heddle::require(value == 1, "after the ping");
    value = 2;
    pong.release();
  });
  value = 1;
  ping.release();
  pong.acquire();
  heddle::require(value == 2, "after the pong");
  other.join();
}

HEDDLE_CHECK(std_semaphores_both_wait_first) {
  std::binary_semaphore ping{0}, pong{0};
  std::thread other([&] {
    ping.acquire();
    pong.release();
  });
  pong.acquire();
  ping.release();
  other.join();
}

}  // namespace
