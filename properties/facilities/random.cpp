// Random numbers are the same in every execution, whatever the threads did: a failure that they
// decide is found again, and what they decide costs no execution.
#include <stdlib.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <heddle/check.hpp>
#include <random>
#include <thread>
#include <vector>

#include "properties/diagnosis/opaque.hpp"

using diagnosis::opaque;

/// As many executions as the two increments have orders; each thread draws on its own.
HEDDLE_CHECK(random_numbers_in_threads) {
  std::atomic<int> sum{0};
  int drawn[2] = {};
  auto draw = [&](int& mine) {
    sum.fetch_add(1, std::memory_order_relaxed);
    mine = rand();
    heddle::require(mine >= 0 && mine != rand());
  };
  std::thread first([&] { draw(drawn[0]); }), second([&] { draw(drawn[1]); });
  first.join();
  second.join();
  heddle::require(drawn[0] != drawn[1], "two threads draw different numbers");
}

long* const remembered = new long[2]();  // from before the exploration: outlives executions

/// What a thread draws in one execution, it draws in each, be it first or last.
HEDDLE_CHECK(random_numbers_do_not_tell_the_schedule) {
  std::atomic<int> turn{0};
  long drawn[2] = {};
  auto draw = [&](int me) {
    turn.fetch_add(1);
    drawn[me] = random();
  };
  std::thread first(draw, 0), second(draw, 1);
  first.join();
  second.join();
  for (int i = 0; i < 2; ++i) {
    if (remembered[i] == 0) remembered[i] = drawn[i];
    heddle::require(drawn[i] == remembered[i], "another execution had other numbers");
  }
}

HEDDLE_CHECK(random_seeded_alike_draws_alike) {
  srand(42);
  const int first = rand();
  const long second = random();
  std::thread other([&] {
    srand(42);
    heddle::require(rand() == first && random() == second, "in another thread, too");
  });
  other.join();
  srand48(7);
  const double third = drand48();
  srand48(7);
  heddle::require(third == drand48() && third >= 0 && third < 1);
}

/// The sequence of POSIX: X' = (5DEECE66D X + B) mod 2^48.
HEDDLE_CHECK(random_congruence_is_that_of_posix) {
  srand48(1);
  unsigned short state[3] = {0x330e, 1, 0};
  heddle::require(lrand48() == nrand48(state));
  heddle::require(mrand48() == jrand48(state));
  heddle::require(drand48() == erand48(state));
}

HEDDLE_CHECK(random_device_and_engines) {
  std::random_device device;
  std::mt19937 engine(device());
  heddle::require(device() != device());
  std::vector<int> numbers{1, 2, 3, 4, 5, 6, 7, 8};
  std::shuffle(numbers.begin(), numbers.end(), engine);
  std::sort(numbers.begin(), numbers.end());
  heddle::require(numbers.front() == 1 && numbers.back() == 8);
}

HEDDLE_CHECK(random_bytes) {
  unsigned char first[20] = {}, second[20] = {};
  heddle::require(getrandom(first, sizeof first, 0) == sizeof first);
  heddle::require(getentropy(second, sizeof second) == 0);
  heddle::require(!std::equal(first, first + 20, second));
  heddle::require(getentropy(second, opaque(257ul)) == -1, "256 bytes at most");
  unsigned seed = 3, same = 3;
  heddle::require(rand_r(&seed) == rand_r(&same) && seed == same);
}

/// heddle fills the buffer on behalf of one thread while the other reads it.
HEDDLE_CHECK(random_bytes_race) {
  unsigned char bytes[8] = {};
  std::thread other([&] { (void)!getrandom(bytes, sizeof bytes, 0); });
  opaque(opaque(&bytes[0])[0]);
  other.join();
}

/// Each replay must see the same numbers to fail in the same way.
HEDDLE_CHECK(random_decides_a_failure) {
  std::random_device device;
  std::atomic<unsigned> box{0};
  const unsigned number = device();
  std::thread other([&] { box.store(number, std::memory_order_release); });
  const unsigned seen = box.load(std::memory_order_acquire);
  heddle::require(seen != number, "the number has arrived");
  other.join();
}

HEDDLE_CHECK(random_state_in_a_buffer) {
  static char state[64];
  initstate(1, state, sizeof state);
}
