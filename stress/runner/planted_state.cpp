// Static storage is fresh in each round, with heddle as on real threads.
#include <heddle/check.hpp>
#include <thread>

int rounds = 0;

HEDDLE_CHECK(planted_state) {
  std::thread other([] { ++rounds; });
  other.join();
  heddle::require(rounds == 1, "something is left of another round");
}
