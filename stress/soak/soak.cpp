// The soak: clients over a pool of connections, with time limits, shields, groups and cancellations
// at random moments, in rounds, for a time. After each round everything must balance:
//
//   leases        none is out
//   the server    has as many of our connections as are free in the pool, by its own list; and none
//                 when the pool has ended
//   requests      each was answered, cancelled or hung up on: none refused, none forgotten
//   answers       each to its own request
//   cancellations each was absorbed by the scope that was cancelled, and by nothing else
//   tasks         none lives
//   items         received + in the channel = sent
//   memory        at the end no more than after the first rounds
//
// A round that does not end in time is a failure, too: somebody waits for ever. README.md has the
// options. Exit status 0: all balance; 1: not, with the seed of the round; 2: called wrongly, or
// the server is not there; 77: built without the library that it takes.
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>

#include "stress/soak/fake_server.hpp"
#include "stress/soak/options.hpp"
#include "stress/soak/round.hpp"

namespace soak {
namespace {

std::size_t memory_in_use() {
  const struct mallinfo2 all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
}

bool run_one(const options& chosen, std::uint64_t seed, counts& all) {
  std::optional<fake_server> fake;
  settings here = chosen.set;
  if (chosen.fake) here.server = fake.emplace().where();
  return run_round(here, seed, chosen.patience, all);
}

void say(std::uint64_t rounds, std::uint64_t first, const counts& all) {
  std::printf(
      "%llu rounds from seed %llu: %ld cancellations, %ld lost; %ld requests = %ld answered"
      " + %ld cancelled + %ld hung up, %ld mispaired; %ld time-outs, %ld connections made\n",
      static_cast<unsigned long long>(rounds), static_cast<unsigned long long>(first),
      all.cancellations.load(), all.lost.load(), all.requests.load(), all.answered.load(),
      all.cut.load(), all.hung_up.load(), all.unpaired.load(), all.time_outs.load(),
      all.connected.load());
}

bool run_all(const options& chosen) {
  if (!chosen.fake) reach(chosen.set);
  constexpr std::uint64_t warm_up = 6;       // twice each executor
  constexpr std::size_t slack = 256 * 1024;  // caches of the allocator, for each thread
  counts all;
  const std::uint64_t first = chosen.only.value_or(chosen.seed);
  std::size_t before = 0, now = 0;
  std::uint64_t rounds = 0;
  const auto end = std::chrono::steady_clock::now() + chosen.time;
  const auto more = [&] {
    if (chosen.only) return rounds == 0;
    if (rounds <= warm_up) return true;
    return std::chrono::steady_clock::now() < end && now <= before + slack;
  };
  while (more()) {
    const std::uint64_t seed = first + rounds;
    if (!run_one(chosen, seed, all)) {
      std::printf("again: --only %llu\n", static_cast<unsigned long long>(seed));
      return false;
    }
    ++rounds;
    now = memory_in_use();
    if (rounds <= warm_up) before = std::max(before, now);
  }
  say(rounds, first, all);
  if (all.answered == 0) {
    std::printf(
        "FAILED: no request was answered before it was cancelled: this says nothing; a longer"
        " --life?\n");
    return false;
  }
  if (now > before + slack && !chosen.only) {
    std::printf("FAILED: memory grows: %zu KiB after the first rounds, %zu at the end\n",
                before / 1024, now / 1024);
    return false;
  }
  return true;
}

}  // namespace
}  // namespace soak

int main(int argc, char** argv) {
  const soak::options chosen = soak::parse(argc, argv);
  std::printf("seeds from %llu; soak --only SEED repeats a round's choices\n",
              static_cast<unsigned long long>(chosen.only.value_or(chosen.seed)));
  std::fflush(stdout);  // whoever waits for this line may interrupt a round
  try {
    return soak::run_all(chosen) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak: %s\n", error.what());
    return 2;
  }
}
