#include "model/diagnose/deadlock.hpp"

#include <algorithm>
#include <string_view>

namespace heddle::diagnose {
namespace {

using what = waiting_thread::what;

const waiting_thread* find(const std::vector<waiting_thread>& waiting, thread_id thread) {
  for (const waiting_thread& w : waiting) {
    if (w.thread == thread) return &w;
  }
  return nullptr;
}

/// A cycle in "waits for", first its lowest thread; empty if there is none.
std::vector<const waiting_thread*> cycle_of(const std::vector<waiting_thread>& waiting) {
  for (const waiting_thread& start : waiting) {
    std::vector<const waiting_thread*> path;
    const waiting_thread* at = &start;
    while (at != nullptr && path.size() <= waiting.size()) {
      path.push_back(at);
      if (at->holder == start.thread) return path;
      at = at->holder == no_thread ? nullptr : find(waiting, at->holder);
    }
  }
  return {};
}

/// What it is that an object of the kind once initialises: of a guard, the static that it guards.
std::string guarded_by(const std::string& object) {
  constexpr std::string_view guard = "guard variable for ";
  return object.starts_with(guard) ? object.substr(guard.size()) : object;
}

}  // namespace

std::string words_for(const waiting_thread& w) {
  const bool self = w.holder == w.thread;
  switch (w.waits_for) {
    case what::mutex:
    case what::shared_lock:
      return "waits for " + w.object +
             (w.holder == no_thread ? "" : ", which " + thread_name(w.holder) + " holds");
    case what::once:
      return "waits for the initialisation of " + guarded_by(w.object) +
             (w.holder == no_thread ? ""
              : self                ? ", which it runs itself"
                                    : ", which " + thread_name(w.holder) + " runs");
    case what::join:
      return "waits for " + thread_name(w.holder) + " to finish";
    case what::condition:
      return "waits on " + w.object + " for a notification that does not come";
    case what::semaphore:
      return "waits for " + w.object + ", which nobody posts any more";
    case what::barrier:
      return "waits at " + w.object + " for others that do not come";
    case what::change:
      return "waits on " + w.object + " for a change that does not come";
    case what::newer_value:
      return "waits in a loop for a value that nobody will write";
  }
  return {};
}

failure deadlock(const std::vector<waiting_thread>& waiting) {
  failure result;
  const bool only_loops = std::all_of(waiting.begin(), waiting.end(), [&](const auto& w) {
    return w.waits_for == what::newer_value || w.waits_for == what::join;
  });
  const auto cycle = cycle_of(waiting);
  result.kind = only_loops && cycle.empty() ? failure_kind::livelock : failure_kind::deadlock;
  result.message = result.kind == failure_kind::livelock ? "livelock: " : "deadlock: ";
  if (!cycle.empty()) {
    for (const waiting_thread* w : cycle) {
      if (w != cycle.front()) result.message += "; ";
      result.message += thread_name(w->thread) + " " + words_for(*w);
    }
  } else {
    bool first = true;
    for (const waiting_thread& w : waiting) {
      if (w.waits_for == what::join && waiting.size() > 1) continue;
      if (!first) result.message += "; ";
      first = false;
      result.message += thread_name(w.thread) + " " + words_for(w);
    }
  }
  for (const waiting_thread& w : waiting) {
    result.notes.push_back(
        {thread_name(w.thread) + " " + words_for(w) + ", here", w.thread, w.waits_at});
    if (!w.taken_at.empty()) {
      result.notes.push_back(
          {thread_name(w.holder) + " took " + w.object + " here", w.holder, w.taken_at});
    }
  }
  const waiting_thread& first = cycle.empty() ? waiting.front() : *cycle.front();
  result.thread = first.thread;
  result.stack = first.waits_at;
  return result;
}

}  // namespace heddle::diagnose
