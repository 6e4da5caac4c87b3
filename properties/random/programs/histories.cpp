// The search for a linearization itself: random histories of a queue, judged by it and by an
// enumeration of all orders that shares nothing with it.
#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "properties/linearizability/support.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

using linear::container;
using linear::discipline;
using linear::transfers;

/// An operation and when it began and ended, in steps; one that is pending has not ended.
struct interval {
  linear::transfer what;
  std::optional<int> result;
  std::size_t begin = 0;
  std::optional<std::size_t> end{};
};

/// Whether some order of the rest explains it, begun with `queue`.
bool explained(const std::vector<interval>& all, std::vector<bool>& done, std::deque<int> queue) {
  bool finished = true;
  for (std::size_t i = 0; i < all.size(); ++i) finished &= done[i] || !all[i].end;
  if (finished) return true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (done[i]) continue;
    bool first = true;
    for (std::size_t k = 0; k < all.size(); ++k) {
      first &= done[k] || !all[k].end || *all[k].end >= all[i].begin;
    }
    if (!first) continue;
    std::deque<int> next = queue;
    std::optional<int> result;
    if (all[i].what.put) {
      next.push_back(*all[i].what.put);
    } else if (!next.empty()) {
      result = next.front();
      next.pop_front();
    }
    if (all[i].end && result != all[i].result) continue;
    done[i] = true;
    const bool found = explained(all, done, next);
    done[i] = false;
    if (found) return true;
  }
  return false;
}

/// The steps of all threads of the program one after the other: what begins and ends in three
/// columns. One thread does it all, so what is before what is its program order.
template <bool Forgets>
void compare(const program& which) {
  constexpr std::size_t columns = 3;
  transfers history;
  std::vector<transfers::line*> lines;
  for (std::size_t c = 0; c < columns; ++c) lines.push_back(&history.column(std::to_string(c)));
  std::vector<interval> all;
  std::vector<std::optional<std::size_t>> open(columns), at(columns);
  std::size_t now = 0;
  for (const auto& steps : which) {
    for (const step& s : steps) {
      const std::size_t c = s.what % columns;
      ++now;
      if (s.what / columns < 2 && !open[c]) {
        const linear::transfer what = s.what / columns == 0 ? linear::put(s.value) : linear::take;
        open[c] = all.size();
        at[c] = lines[c]->begin(what);
        all.push_back({what, {}, now, {}});
      } else if (s.what / columns == 2 && open[c]) {
        interval& ends = all[*open[c]];
        // 3: a take that finds nothing.
        if (!ends.what.put && s.value != 3) ends.result = s.value;
        if (!Forgets || ends.what.put) ends.end = now;
        lines[c]->end(*at[c], ends.result);
        open[c].reset();
      }
    }
  }
  std::vector<bool> done(all.size());
  const bool expected = explained(all, done, {});
  const bool found = bool(heddle::linearizable(container<discipline::queue>(), history));
  if (expected != found) {
    throw std::logic_error(expected ? "an order that explains it is not found"
                                    : "no order explains it, and one is found");
  }
}

/// Threads of the real machine on a queue under a mutex, judged by time stamps. AtOnce; else one
/// thread after the other, and takes find nothing.
template <bool AtOnce>
void on_real_threads(const program& which) {
  std::mutex mutex;
  std::deque<int> queue;
  transfers history;
  std::vector<std::thread> threads;
  for (const auto& steps : which) {
    auto& line = history.column(std::to_string(threads.size()));
    threads.emplace_back([&mutex, &queue, &line, &steps] {
      for (const step& s : steps) {
        const linear::transfer what = s.what == 0 ? linear::put(s.value) : linear::take;
        line.call(what, [&]() -> std::optional<int> {
          std::lock_guard lock(mutex);
          if (what.put) queue.push_back(*what.put);
          if (what.put || queue.empty() || !AtOnce) return std::nullopt;
          const int value = queue.front();
          queue.pop_front();
          return value;
        });
      }
    });
    if (!AtOnce) threads.back().join();
  }
  if (AtOnce) {
    for (std::thread& thread : threads) thread.join();
  }
  const auto found = heddle::linearizable(container<discipline::queue>(), history);
  if (!found) throw std::logic_error(found.message);
}

/// A stack of which the twelfth value is lost: seen by programs that push and do not pop.
void overflow(const program& which) {
  for (const auto& steps : which) {
    int depth = 0;
    for (const step& s : steps) {
      depth = s.what == 0 ? depth + 1 : std::max(depth - 1, 0);
      if (depth == 12) throw std::logic_error("the twelfth value is lost");
    }
  }
}

std::vector<operation> begins_and_ends() {
  return {{"put on 0:", 2}, {"put on 1:", 2}, {"put on 2:", 2}, {"take on 0"},   {"take on 1"},
          {"take on 2"},    {"end on 0:", 3}, {"end on 1:", 3}, {"end on 2:", 3}};
}

}  // namespace

std::vector<subject> histories() {
  subject agree{"linearizer", begins_and_ends(), 4, 6, compare<false>};
  subject differ{
      "linearizer_against_one_that_forgets", begins_and_ends(), 4, 6, compare<true>, 2000, 2};
  const std::vector<operation> transfers = {{"put", 3}, {"take"}};
  subject real{"real_threads", transfers, 3, 6, on_real_threads<true>};
  subject lost{"real_threads_one_after_another", transfers, 3, 6, on_real_threads<false>, 100, 2};
  // Found if pops are switched off now and then, and not else.
  const std::vector<operation> pushes = {{"push"}, {"pop"}};
  subject swarm{"swarm", pushes, 2, 14, overflow, 100, 12};
  subject no_swarm{"swarm_switched_off", pushes, 2, 14, overflow};
  no_swarm.swarm = false;
  std::vector<subject> all = {agree, differ, real, lost, swarm, no_swarm};
  for (subject& s : all) s.explored = false;
  return all;
}

}  // namespace programs
