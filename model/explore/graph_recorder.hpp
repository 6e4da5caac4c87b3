// What every way to explore has in common: a recorder that holds the current execution as a graph,
// answers from it what the threads did before (replay.cpp), and adds the first operations that it
// does not hold (extend.cpp). Which source, place, alternative and thread come next is the policy
// of the class that derives from it: exhaustive (TruSt), follower (one given execution),
// random_search (one that a scheduler draws).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/explore/thread_progress.hpp"
#include "model/graph/execution_graph.hpp"
#include "model/memory_model/memory_model.hpp"
#include "model/program/program.hpp"

namespace heddle {

struct search_options {
  memory_model model = memory_model::cpp20;
  std::uint32_t max_steps = 100'000;  // events of one execution
  /// How often a thread is followed that gives way and tries again, each time because another one
  /// has seen it: threads can do that to each other for ever.
  std::uint32_t max_rounds = 3;
  /// Called, if it is not empty, when an execution has come near max_steps, to look more closely.
  std::function<void()> near_the_bound = {};
};

/// How an execution ended.
enum class ending : std::uint8_t {
  complete,          // every thread has finished
  blocked,           // some thread waits, but a fair schedule would let it see a newer write
  deadlock,          // the threads that have not finished wait for ever
  cut,               // the bound on its events was hit
  unfinished,        // threads gave way to each other once more than is followed
  abandoned,         // the program ended it
  nondeterministic,  // the program did not do what it did before; see divergence
};

/// The search follows a graph in which a thread then did something else.
struct divergence {
  thread_id thread = no_thread;
  std::uint32_t index = 0;
  event_kind recorded = event_kind::fence;
  operation_kind now = operation_kind::fence;
  const char* how = "";  // "another operation", "on another object", …
};

class graph_recorder : public recorder {
 public:
  ending end_execution();

  /// The graph of the current execution; until the next one begins.
  const execution_graph& graph() const { return *graph_; }
  const std::vector<thread_progress>& threads() const { return threads_; }
  const divergence& diverged() const { return divergence_; }
  memory_model model() const { return options_.model; }

  step perform(thread_id thread, const operation& op) final;
  thread_id next_thread() final;
  void initialise(location_id location, value initial) final;
  step spin(thread_id thread, std::uint32_t first_read_index, bool undone) final;
  clock_view happens_before(thread_id thread) const final;
  unordered_access unordered_before(thread_id thread, location_id location,
                                    bool writes_only) const final;

 protected:
  explicit graph_recorder(const search_options& options) : options_(options) {}
  ~graph_recorder() override = default;

  // ---- the policy, asked when an event is added
  /// One of `sources`, all coherent; the last is co-maximal.
  virtual event_id choose_source(event_id read, std::span<const event_id> sources) = 0;
  /// A place of write w in its coherence order, `floor` or later, not before an exclusive write.
  virtual std::uint32_t choose_place(event_id w, std::uint32_t floor) = 0;
  virtual std::uint64_t choose_alternative(event_id choice, std::uint64_t alternatives) = 0;
  /// Write w is in the graph, with its clocks.
  virtual void added_write(event_id w) = 0;
  /// The thread has performed one more operation that was not in the graph before.
  virtual void performs(thread_id) {}
  /// Whether the thread may perform `op`, which is not in the graph, now. If not it comes again.
  virtual bool may_extend(thread_id, const operation&) { return true; }
  /// The next thread beyond the graph; left to right unless the policy knows better.
  virtual thread_id next_to_extend();

  // ---- for policies
  void begin(execution_graph& graph);
  execution_graph& g() { return *graph_; }
  void bind(event_id r, event_id w);
  event_id complete_modification(event_id r);
  value value_of(event_id w, location_id location) const;
  /// A waiting compare_exchange: what blocks is known to change by its own kind only.
  static bool is_lock(const operation& op);
  bool conflicts(event_id w) const;
  /// Whether the read may see the source, which is coherent; it does from now on.
  bool can_read(event_id read, event_id source, consistency& consistent);
  bool can_extend(const thread_progress& thread) const;
  /// A thread in a loop that undoes its writes can be made to go round once more.
  static bool can_go_round(const thread_progress& thread) {
    return thread.now == thread_progress::state::spinning && thread.undoes_writes;
  }
  void diverge(thread_id thread, const char* how);
  /// The thread, which waits, adds its read now, whatever that sees.
  thread_id end_waiting(thread_id thread) { return running_ = forced_ = thread; }

  search_options options_;
  std::vector<thread_progress> threads_;
  thread_id running_ = 0;

 private:
  step added(event_id last, std::uint32_t events, value result, bool latest = false);
  // ending.cpp
  bool reads_latest(event_id id) const;
  bool in_undone_round(const event& e) const;
  bool is_transient(const event& write) const;
  bool reads_the_same(event_id id) const;
  bool may_see_a_round(event_id id) const;
  bool spins_for_ever(thread_id t) const;
  bool reads_elsewhere(event_id id);
  bool round_matters(thread_id t);
  // replay.cpp
  step replay(const event& e, const operation& op);
  [[gnu::noinline]] step replay_other(const event& e, const operation& op);
  bool matches(const event& e, const operation& op) const;
  bool executed(event_id id) const {
    if (id == initial_write) return true;
    const event& e = graph()[id];
    return e.thread < threads_.size() && e.index < threads_[e.thread].position;
  }
  thread_id next_to_replay();
  /// The thread has performed `events` more, and `last` is the last of them.
  step did(const event& last, std::uint32_t events, value result, bool latest = false) {
    thread_progress& now = threads_[last.thread];
    now.position = last.index + 1;
    now.clock = last.happens_before;
    executed_ += events;
    return {step_status::done, result, latest};
  }
  step blocked(thread_id thread, event_id read);
  /// Whether the write, which happens now, is the coherence-latest so far.
  bool note_latest(const event& write) {
    std::uint32_t& latest = latest_executed_[write.location];
    if (write.coherence_position < latest) return false;
    latest = write.coherence_position + 1;
    return true;
  }
  /// The same for a write that was just added: others may have been put behind it before, or it
  /// before others.
  bool note_added(const event& write) {
    const std::size_t writes = graph().coherence_order(write.location).size();
    latest_executed_[write.location] = static_cast<std::uint32_t>(writes);
    return write.coherence_position + 1u == writes;
  }
  void create(thread_id created);

  // extend.cpp
  step extend(thread_id thread, const operation& op);
  step extend_read(thread_id thread, const operation& op);
  step extend_write(thread_id thread, const operation& op);
  step extend_thread(thread_id thread, const operation& op);
  void wake_waiters(location_id location);
  void collect_sources(event_id read, const operation& op);
  bool is_taken_for_good(event_id w, const event& by) const;

  execution_graph* graph_ = nullptr;
  std::size_t executed_ = 0;      // events replayed or added
  thread_id replay_hint_ = 0;     // the thread whose event another one waits for
  thread_id forced_ = no_thread;  // a waiter that must add its failing read now
  bool stopped_ = false;
  std::uint32_t attention_ = 0;  // something is to be done when the graph has so many events
  ending stop_reason_ = ending::complete;
  divergence divergence_;
  std::vector<value> initial_;                  // by location
  std::vector<std::uint32_t> latest_executed_;  // by location: 1 + coherence position
  std::vector<event_id> sources_;               // work space
};

}  // namespace heddle
