// The soak: clients over a pool of connections, with time limits, shields, groups and cancellations
// at random moments, in rounds, for a time. After each round everything must balance:
//
//   leases        none is out, and as many connections are open as are free in the pool
//   the server    has as many of our connections as we
//   tasks         none lives
//   cancellations each was absorbed by the scope that was cancelled, and by nothing else
//   answers       each to its own request
//   items         received + in the channel = sent
//   memory        at the end no more than after the first rounds
//
// A round that does not end in time is a failure, too: somebody waits for ever. README.md has the
// options. Exit status 0: all balance; 1: not, with the seed of the round; 2: called wrongly.
#include <malloc.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <heddle/event_loop.hpp>
#include <heddle/thread_pool.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "stress/soak/clients.hpp"
#include "stress/soak/fake_server.hpp"

namespace soak {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

struct options {
  settings set;
  std::chrono::seconds time = 20s;
  std::chrono::seconds patience = 30s;  ///< how long a round may take
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> only;  ///< one round, of this seed
  bool fake = true;
};

/// Ends the process where a round does not end.
class watchdog {
 public:
  watchdog(std::chrono::seconds patience, std::uint64_t seed, const counts& all)
      : thread_([this, patience, seed, &all] {
          std::unique_lock lock(mutex_);
          if (ended_.wait_for(lock, patience, [this] { return over_; })) return;
          std::printf(
              "FAILED: seed %llu: the round does not end: %ld tasks live, %ld connections\n",
              static_cast<unsigned long long>(seed), all.alive.load(), all.open.load());
          std::fflush(stdout);
          std::_Exit(1);
        }) {}
  ~watchdog() {
    {
      const std::lock_guard guard(mutex_);
      over_ = true;
    }
    ended_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;  // guarded by mutex_
  std::thread thread_;
};

std::size_t memory_in_use() { return ::mallinfo2().uordblks; }

/// Says what does not balance.
class judge {
 public:
  explicit judge(std::uint64_t seed) : seed_(seed) {}
  void equal(const char* what, long is, long should_be) {
    if (is == should_be) return;
    std::printf("FAILED: seed %llu: %s: %ld, should be %ld\n",
                static_cast<unsigned long long>(seed_), what, is, should_be);
    good_ = false;
  }
  bool good() const { return good_; }

 private:
  const std::uint64_t seed_;
  bool good_ = true;
};

/// The server's number of our connections; it may hear of closed ones late.
task<long> settled_count(world& in, long expected) {
  auto lease = co_await in.connections.acquire();
  long count = -1;
  for (const auto end = clock::now() + 5s; clock::now() < end;) {
    count = co_await in.set.speaks->count_ours(*lease);
    if (count == expected) break;
    co_await heddle::sleep_for(5ms);
  }
  co_return count;
}

template <typename Executor>
bool run_round(const options& chosen, std::uint64_t seed, counts& all, reactor& waits,
               Executor& where) {
  judge judge(seed);
  const watchdog watch(chosen.patience, seed, all);
  {
    world in(chosen.set, all, waits);
    where.run(all_clients(in, seed));
    judge.equal("leases that are out", static_cast<long>(in.connections.leased()), 0);
    judge.equal("tasks that live", all.alive, 0);
    judge.equal("lost cancellations", all.lost, 0);
    judge.equal("answers to other requests", all.unpaired, 0);
    judge.equal("two in a section", all.together, 0);
    judge.equal("items", in.items_received + static_cast<long>(in.items.size()), in.items_sent);
    judge.equal("locks that are taken", in.section.try_lock() ? 0 : 1, 0);
    judge.equal("tokens that are out", static_cast<long>(in.limiter.borrowed()), 0);
    if (!judge.good()) return false;  // who holds what is unknown: nothing else is asked
    const long ours = where.run(settled_count(in, std::max(all.open.load(), 1L)));
    judge.equal("connections on the server", ours, all.open);
    judge.equal("connections in the pool", static_cast<long>(in.connections.idle()), all.open);
  }
  judge.equal("connections at the end", all.open, 0);
  return judge.good();
}

bool run_one(const options& chosen, std::uint64_t seed, counts& all) {
  std::optional<fake_server> fake;
  options here = chosen;
  if (chosen.fake) here.set.server = fake.emplace(seed).where();
  reactor waits;
  if (seed % 2 == 0) {
    heddle::event_loop loop;
    return run_round(here, seed, all, waits, loop);
  }
  heddle::thread_pool pool(3);
  return run_round(here, seed, all, waits, pool);
}

bool run_all(const options& chosen) {
  constexpr std::uint64_t warm_up = 4;
  constexpr std::size_t slack = 256 * 1024;  // caches of the allocator, for each thread
  counts all;
  std::size_t before = 0, now = 0;
  std::uint64_t rounds = 0;
  const auto end = clock::now() + chosen.time;
  for (std::uint64_t seed = chosen.only.value_or(chosen.seed);; ++seed) {
    if (!run_one(chosen, seed, all)) {
      std::printf("again: --only %llu\n", static_cast<unsigned long long>(seed));
      return false;
    }
    ++rounds;
    now = memory_in_use();
    if (rounds <= warm_up) before = std::max(before, now);
    if (chosen.only || (rounds > warm_up && (clock::now() >= end || now > before + slack))) break;
  }
  std::printf(
      "%llu rounds from seed %llu: %ld cancellations, %ld lost; %ld requests, %ld time-outs,"
      " %ld errors; memory %zu KiB after the first rounds, %zu at the end\n",
      static_cast<unsigned long long>(rounds),
      static_cast<unsigned long long>(chosen.only.value_or(chosen.seed)), all.cancellations.load(),
      all.lost.load(), all.requests.load(), all.time_outs.load(), all.errors.load(), before / 1024,
      now / 1024);
  if (all.requests == 0) {
    std::printf(
        "FAILED: no request was answered before it was cancelled: this says nothing; a longer"
        " --life?\n");
    return false;
  }
  if (now > before + slack && !chosen.only) {
    std::printf("FAILED: memory grows\n");
    return false;
  }
  return true;
}

[[noreturn]] void usage(std::string_view about) {
  std::fprintf(stderr, "soak: %.*s; see stress/soak/README.md\n", static_cast<int>(about.size()),
               about.data());
  std::exit(2);
}

address parse_address(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) usage("an address is HOST:PORT");
  return {text.substr(0, colon), static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)))};
}

mistake parse_mistake(std::string_view name) {
  constexpr std::pair<std::string_view, mistake> all[] = {
      {"lease", mistake::lease},
      {"task", mistake::task},
      {"cancellation", mistake::cancellation},
      {"reply", mistake::reply},
      {"memory", mistake::memory},
  };
  for (const auto& [known, is] : all) {
    if (name == known) return is;
  }
  usage("--plant lease, task, cancellation, reply or memory");
}

options parse(int argc, char** argv) {
  options chosen;
  chosen.set.speaks = std::make_shared<resp>();
  for (int index = 1; index < argc; index += 2) {
    const std::string_view name = argv[index];
    if (index + 1 == argc) usage("each option has a value");
    const std::string value = argv[index + 1];
    if (name == "--seconds") {
      chosen.time = std::chrono::seconds(std::stol(value));
    } else if (name == "--patience") {
      chosen.patience = std::chrono::seconds(std::stol(value));
    } else if (name == "--seed") {
      chosen.seed = std::stoull(value);
    } else if (name == "--only") {
      chosen.only = std::stoull(value);
    } else if (name == "--clients") {
      chosen.set.clients = std::stoul(value);
    } else if (name == "--connections") {
      chosen.set.connections = std::stoul(value);
    } else if (name == "--life") {
      chosen.set.life = std::chrono::milliseconds(std::stoul(value));
      if (chosen.set.life < 4us) usage("--life is a number of milliseconds, at least 1");
    } else if (name == "--plant") {
      chosen.set.planted = parse_mistake(value);
    } else if (name == "--redis" || name == "--postgres") {
      chosen.fake = false;
      chosen.set.server = parse_address(value);
      if (name == "--postgres") chosen.set.speaks = std::make_shared<postgres>("postgres");
    } else {
      usage("what is " + std::string(name) + "?");
    }
  }
  return chosen;
}

}  // namespace
}  // namespace soak

int main(int argc, char** argv) {
  const soak::options chosen = soak::parse(argc, argv);
  std::printf("seeds from %llu; ./soak --only SEED repeats a round's choices\n",
              static_cast<unsigned long long>(chosen.only.value_or(chosen.seed)));
  return soak::run_all(chosen) ? 0 : 1;
}
