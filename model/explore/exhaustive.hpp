// The exhaustive search: TruSt (Kokologiannakis, Marmanis, Gladstein, Vafeiadis: Truly stateless,
// optimal dynamic partial order reduction, POPL 2022), with a work list.
//
// Every consistent complete execution graph is produced exactly once. The state of the search is a
// stack of frames, each a graph and the alternatives (work items) not yet taken at its events. An
// item is taken by cutting the graph back to its event; a backward revisit opens a new frame with
// a restricted copy. Memory is polynomial in the length of one execution.
//
//   exhaustive search(options);
//   while (search.begin_execution()) {
//     program.run(search);
//     switch (search.end_execution()) { … }
//   }
//
// As a recorder it answers the operations of the program: those that the graph already holds with
// what it holds (replay), the first beyond it by adding them (extend). All threads replay before
// any extends. Rules for locks and awaits (lazy acquisition, in-place revisits) are those of
// GenMC, made exact for unordered writes; see docs/search.md.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/explore/thread_progress.hpp"
#include "model/explore/work_item.hpp"
#include "model/graph/execution_graph.hpp"
#include "model/memory_model/memory_model.hpp"
#include "model/program/program.hpp"

namespace heddle {

struct search_options {
  memory_model model = memory_model::cpp20;
  std::uint32_t max_steps = 100'000;  // events of one execution
};

/// How an execution ended.
enum class ending : std::uint8_t {
  complete,   // every thread has finished
  blocked,    // some thread waits, but a fair schedule would let it see a newer write
  deadlock,   // the threads that have not finished wait for ever
  cut,        // the bound on its events was hit
  abandoned,  // the program ended it
  nondeterministic,  // it did not do what it did before; see exhaustive::divergence
};

/// The search follows a graph in which a thread then did something else.
struct divergence {
  thread_id thread = no_thread;
  std::uint32_t index = 0;
  event_kind recorded = event_kind::fence;
  operation_kind now = operation_kind::fence;
  std::string what;   // one sentence
};

class exhaustive final : public recorder {
 public:
  explicit exhaustive(search_options options);
  ~exhaustive() override;

  /// Prepares the next execution. False: every execution has been seen.
  bool begin_execution();
  ending end_execution();

  /// The graph of the current execution; until the next begin_execution.
  const execution_graph& graph() const { return *frames_.back()->graph; }
  const std::vector<thread_progress>& threads() const { return threads_; }
  const divergence& diverged() const { return divergence_; }
  value initial_value(location_id location) const { return initial_[location]; }

  step perform(thread_id thread, const operation& op) override;
  thread_id next_thread() override;
  void initialise(location_id location, value initial) override;
  step spin(thread_id thread, std::uint32_t first_read_index) override;
  clock_view happens_before(thread_id thread) const override;
  std::uint32_t events_of(thread_id thread) const override { return threads_[thread].position; }

 private:
  struct frame {
    std::unique_ptr<execution_graph> graph;
    std::vector<work_item> work;
  };

  // replay.cpp: answering from the graph
  step replay(thread_id thread, const operation& op);
  bool matches(const event& e, const operation& op) const;
  step diverge(const event& e, const operation& op, const char* how);
  bool executed(event_id id) const;
  thread_id next_to_replay();
  step did(thread_id thread, std::uint32_t events, value result, bool latest = false);
  step waiting(thread_id thread);
  bool note_latest(const event& write);

  // extend.cpp: adding to the graph
  step extend(thread_id thread, const operation& op);
  step extend_read(thread_id thread, const operation& op);
  step extend_write(thread_id thread, const operation& op);
  step extend_choice(thread_id thread, const operation& op);
  step extend_thread(thread_id thread, const operation& op);
  thread_id next_to_extend();
  bool can_extend(const thread_progress& thread) const;
  void wake_lock_waiters(location_id location);
  void collect_sources(event_id read, const operation& op);

  // revisit.cpp: TruSt's backward revisits
  void file_revisits(event_id w);
  bool added_maximally(event_id e, event_id w) const;
  event_id coherence_latest_among_kept(event_id e, event_id w) const;
  bool conflicts(event_id w) const;
  void collect_revisitable(event_id w);
  bool revisits_in_place(event_id r, event_id w);
  bool condition_allows_revisit(event_id r, event_id w) const;

  // items.cpp: taking work items
  bool take(work_item item);
  bool take_forward_read(const work_item& item);
  bool take_forward_write(const work_item& item);
  bool take_backward(const work_item& item);
  bool rebind(event_id r, event_id w, bool maximal, event_id changed_write);
  frame& open_frame();
  void cut(event_id last);
  void restore_sources();

  // shared
  execution_graph& g() { return *frames_.back()->graph; }
  void file(work_item item) { frames_.back()->work.push_back(item); }
  void bind(event_id r, event_id w);
  event_id complete_modification(event_id r);
  value value_of(event_id w, location_id location) const;
  bool waits_lazily(const operation& op) const;

  search_options options_;
  consistency consistent_;
  std::vector<std::unique_ptr<frame>> frames_;
  std::vector<std::unique_ptr<frame>> spare_frames_;
  bool started_ = false;

  // of the current execution
  std::vector<thread_progress> threads_;
  std::size_t executed_ = 0;            // events replayed or added
  thread_id replay_hint_ = 0;           // the thread whose event another one waits for
  thread_id running_ = 0;
  thread_id forced_ = no_thread;        // a lock waiter that must add its failing read now
  bool stopped_ = false;
  ending stop_reason_ = ending::complete;
  divergence divergence_;

  // by location
  std::vector<value> initial_;
  std::vector<std::uint32_t> latest_executed_;  // 1 + coherence position, of this execution

  // work space, kept between calls
  std::vector<event_id> sources_;
  std::vector<event_id> candidates_;
  std::vector<event_id> keep_;
  std::vector<event_id> renamed_;
  std::vector<event_id> restored_;
};

}  // namespace heddle
