// One round: all lives of all clients, on one of three executors, and whether everything balances
// when they have ended.
#pragma once

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <heddle/async_run.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "stress/soak/clients.hpp"

namespace soak {

/// Ends the process where a round does not end.
class watchdog {
 public:
  watchdog(std::chrono::seconds patience, std::uint64_t seed, const counts& all)
      : thread_([this, patience, seed, &all] {
          std::unique_lock lock(mutex_);
          if (ended_.wait_for(lock, patience, [this] { return over_; })) return;
          std::printf("FAILED: seed %llu: the round does not end: %ld tasks live\n",
                      static_cast<unsigned long long>(seed), all.alive.load());
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

/// Says what does not balance.
class judge {
 public:
  explicit judge(std::uint64_t seed) : seed_(seed) {}
  void equal(const char* what, long is, long should_be, const std::string& why = "") {
    if (is == should_be) return;
    std::printf("FAILED: seed %llu: %s: %ld, should be %ld%s%s\n",
                static_cast<unsigned long long>(seed_), what, is, should_be,
                why.empty() ? "" : ": ", why.c_str());
    good_ = false;
  }
  bool good() const { return good_; }

 private:
  const std::uint64_t seed_;
  bool good_ = true;
};

/// Asio's thread, on which all sockets are waited for; an executor for clients, too.
class io_thread {
 public:
  ~io_thread() {
    work_.reset();
    thread_.join();
  }
  asio::any_io_executor get_executor() { return context_.get_executor(); }
  template <typename T>
  T run(task<T> main) {
    return heddle::async_run(context_.get_executor(), std::move(main), asio::use_future).get();
  }

 private:
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::thread thread_{[this] { context_.run(); }};
};

/// The server's number of our connections, by its own list and over a connection of another name;
/// it may hear of closed ones late.
inline task<long> settled_count(world& in, long expected) {
  const std::unique_ptr<connection> observer = co_await in.connect(in.set.name + "_observer");
  const auto end = std::chrono::steady_clock::now() + 5s;
  long count = co_await observer->count(in.set.name);
  while (count != expected && std::chrono::steady_clock::now() < end) {
    co_await heddle::sleep_for(5ms);
    count = co_await observer->count(in.set.name);
  }
  co_return count;
}

/// Connects once, and throws where the server is not there.
inline void reach(const settings& set) {
  counts all;
  io_thread io;
  world in(set, all, io.get_executor());
  io.run(in.connect(set.name));
}

/// Whether nothing was lost: what the clients have counted of themselves.
inline bool clients_balance(judge& judge, world& in) {
  const counts& all = in.all;
  judge.equal("leases that are out", static_cast<long>(in.connections.leased()), 0);
  judge.equal("tasks that live", all.alive, 0);
  judge.equal("lost cancellations", all.lost, 0);
  judge.equal("answers to other requests", all.unpaired, 0);
  judge.equal("errors", all.errors, 0, all.first_error());
  judge.equal("requests that have ended", all.answered + all.cut + all.hung_up, all.requests);
  judge.equal("two in a section", all.together, 0);
  judge.equal("items", in.items_received + static_cast<long>(in.items.size()), in.items_sent);
  judge.equal("locks that are taken", in.section.try_lock() ? 0 : 1, 0);
  judge.equal("tokens that are out", static_cast<long>(in.limiter.borrowed()), 0);
  return judge.good();
}

template <typename Executor>
bool run_round(const settings& set, std::uint64_t seed, counts& all, io_thread& io,
               Executor& where) {
  judge judge(seed);
  {
    world in(set, all, io.get_executor());
    where.run(all_clients(in, seed));
    // Else who holds what is unknown: the server is not asked.
    if (!clients_balance(judge, in)) return false;
    const long pooled = static_cast<long>(in.connections.idle());
    judge.equal("connections on the server", where.run(settled_count(in, pooled)), pooled);
    if (!judge.good()) return false;
  }
  world after(set, all, io.get_executor());
  judge.equal("connections on the server at the end", where.run(settled_count(after, 0)), 0);
  return judge.good();
}

/// A round on the executor that its seed chooses: a loop, threads, or Asio's thread.
inline bool run_round(const settings& set, std::uint64_t seed, std::chrono::seconds patience,
                      counts& all) {
  const watchdog watch(patience, seed, all);
  io_thread io;
  if (seed % 3 == 2) return run_round(set, seed, all, io, io);
  if (seed % 3 == 1) {
    heddle::thread_pool pool(3);
    return run_round(set, seed, all, io, pool);
  }
  heddle::event_loop loop;
  return run_round(set, seed, all, io, loop);
}

}  // namespace soak
