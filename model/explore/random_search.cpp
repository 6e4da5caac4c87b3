#include "model/explore/random_search.hpp"

#include <algorithm>

namespace heddle {
using state = thread_progress::state;

random_search::random_search(const search_options& options, scheduler& scheduler,
                             std::uint64_t seed, unsigned stale_percent)
    : graph_recorder(options),
      consistent_(options.model),
      scheduler_(scheduler),
      seed_(seed),
      stale_percent_(stale_percent),
      random_(seed, 0) {}

random_search::~random_search() = default;

void random_search::begin_execution(std::uint64_t number) {
  random_ = random_source(seed_, number);
  graph_.clear();
  announced_.clear();
  spins_.clear();
  next_ = no_thread;
  performed_ = 0;
  stale_ = random_.chance(50);
  scheduler_.begin(random_, number, longest_);
  scheduler_.with_old_writes(sees_old_writes());
  begin(graph_);
}

// ---- what a read sees, where a write goes

event_id random_search::choose_source(event_id read, std::span<const event_id> sources) {
  if (sources.size() < 2 || !sees_old_writes()) return sources.back();
  const event_id wanted = scheduler_.wanted_source(pending(graph()[read].thread), sources);
  if (wanted != no_event && can_read(read, wanted, consistent_)) return wanted;
  if (!random_.chance(stale_percent_)) return sources.back();
  others_.assign(sources.begin(), sources.end() - 1);
  while (!others_.empty()) {
    const std::size_t i = random_.below(others_.size());
    const event_id source = others_[i];
    if (can_read(read, source, consistent_)) return source;
    others_.erase(others_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return sources.back();
}

std::uint32_t random_search::choose_place(event_id w, std::uint32_t floor) {
  const auto order = g().coherence_order(g()[w].location);
  const auto last = static_cast<std::uint32_t>(order.size());
  if (floor >= last || !stale_ || !random_.chance(stale_percent_)) return last;
  places_.clear();
  for (std::uint32_t i = floor; i < last; ++i) {
    // Never between a read-modify-write and the write that it reads.
    if (!g()[order[i]].exclusive()) places_.push_back(i);
  }
  while (!places_.empty()) {
    const std::size_t i = random_.below(places_.size());
    const std::uint32_t place = places_[i];
    g().place(w, place);
    compute_clocks(g(), w);
    if (consistent_(g(), no_event, w)) return place;
    places_.erase(places_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return last;
}

std::uint64_t random_search::choose_alternative(event_id, std::uint64_t alternatives) {
  return random_.below(alternatives);
}

// ---- who comes next

random_search::announcement& random_search::announced(thread_id thread) {
  if (thread >= announced_.size()) announced_.resize(thread + 1u);
  return announced_[thread];
}

pending_operation random_search::pending(thread_id thread) {
  const operation& op = announced(thread).op;
  return {thread, op.location, op.kind != operation_kind::load, op.kind, op.operand};
}

/// What has come of the thread's operation, which is in the graph now.
performed_operation random_search::done_by(thread_id thread) {
  performed_operation done;
  static_cast<pending_operation&>(done) = pending(thread);
  done.event = graph().thread_events(thread).back();
  const event& last = graph()[done.event];
  done.wrote = last.is_write();
  const bool both = last.is_write() && last.exclusive();
  const event& read = both ? graph()[graph().thread_events(thread)[last.index - 1]] : last;
  if (read.is_read()) done.reads_from = read.reads_from;
  return done;
}

/// The operations of all threads that can go on. False: some have not said what theirs is.
bool random_search::collect_pending(thread_id but) {
  pending_.clear();
  bool all = true;
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (t == but || !can_extend(threads_[t])) continue;
    all = all && announced(t).made;
    pending_.push_back(pending(t));
  }
  return all;
}

thread_id random_search::decide() {
  if (!collect_pending() || pending_.empty()) return no_thread;
  return scheduler_.choose(random_, pending_);
}

/// A thread comes here with each operation. If another one is to be first it will come again.
bool random_search::may_extend(thread_id thread, const operation& op) {
  announced(thread) = {true, op};
  if (!can_extend(threads_[thread])) return true;  // it waits, and has been told to add its read
  if (next_ == no_thread) next_ = decide();
  if (next_ != thread) return false;
  next_ = no_thread;
  return true;
}

void random_search::performs(thread_id thread) {
  longest_ = std::max(longest_, ++performed_);
  collect_pending(thread);
  std::erase_if(pending_, [&](const pending_operation& p) { return !announced(p.thread).made; });
  scheduler_.performed(random_, done_by(thread), pending_);
  announced(thread).made = false;
}

thread_id random_search::next_to_extend() {
  if (next_ != no_thread) return running_ = next_;
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (can_extend(threads_[t]) && !announced(t).made) return running_ = t;
  }
  next_ = decide();
  if (next_ != no_thread) return running_ = next_;
  // Nobody can go on.
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (can_go_round(threads_[t]) && has_read_old(t) && go_round(t)) return running_ = t;
  }
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (threads_[t].now == state::waiting_turn && could_see_what_ends_its_wait(t)) {
      return end_waiting(t);
    }
  }
  return graph_recorder::next_to_extend();
}

// ---- waiting

/// A spinning thread goes round again, unless it has done so too often.
bool random_search::go_round(thread_id thread) {
  if (thread >= spins_.size()) spins_.resize(thread + 1u, 0);
  if (++spins_[thread] > max_spins) return false;
  threads_[thread].now = state::running;
  announced(thread).made = false;
  return true;
}

bool random_search::spins_on(thread_id thread, location_id location) const {
  const auto events = graph().thread_events(thread);
  for (std::size_t i = threads_[thread].first_spin_read; i < events.size(); ++i) {
    const event& e = graph()[events[i]];
    if (e.is_read() && e.location == location) return true;
  }
  return false;
}

void random_search::added_write(event_id w) {
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (can_go_round(threads_[t]) && spins_on(t, g()[w].location)) go_round(t);
  }
}

/// Whether the last round of a spinning thread saw a write that is not the newest.
bool random_search::has_read_old(thread_id thread) const {
  const auto events = graph().thread_events(thread);
  for (std::size_t i = threads_[thread].first_spin_read; i < events.size(); ++i) {
    const event& e = graph()[events[i]];
    if (e.is_read() && e.reads_from != graph().coherence_latest(e.location)) return true;
  }
  return false;
}

bool random_search::could_see_what_ends_its_wait(thread_id thread) {
  const operation& op = announced(thread).op;
  const auto order = graph().coherence_order(op.location);
  const auto index = static_cast<std::uint32_t>(graph().length(thread));
  const std::uint32_t floor = coherence_floor(graph(), options_.model, op.location, thread, index);
  for (std::size_t i = floor; i <= order.size(); ++i) {
    const event_id w = i == 0 ? initial_write : order[i - 1];
    if (satisfies(op.wait, value_of(w, op.location), op.wait_operand)) return true;
  }
  return false;
}

}  // namespace heddle
