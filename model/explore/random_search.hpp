// Executions chosen at random: a scheduler says which thread comes next, and this class what a read
// sees and where a write goes. Each execution is a consistent graph of the memory model, and every
// complete graph has a chance: it has an order in which its events can be added, since po ∪ rf has
// no cycle; the scheduler may choose that order, and each source and place on the way is one of
// those that are offered.
//
// Weak memory. In half of the executions, by a draw at their beginning, every read sees the newest
// write and every write comes last, as far as threads run in turn; so what a scheduler promises
// about interleavings holds at half the rate, whatever the number of reads is. In the other half,
// at each read that could see an older write, and each write that could go before another, one of
// these is taken with a chance of `stale` percent, each with the same probability; but a source
// that the scheduler asks for, as RFF does, is always taken. A choice that
// the order of the seq_cst operations does not allow is dropped, and another one drawn; the newest
// is always allowed.
//
// Waiting. A thread that has to wait is parked and woken by the next write to its object; if nobody
// can go on, one that could see an older write that ends its wait may see it. A thread in a spin
// loop is left there until somebody writes what the loop reads, or, if nobody can go on, as long as
// it has read something old, and goes round again: at most max_spins times in an execution. An
// execution that ends for want of fairness is counted as blocked.
#pragma once

#include <cstdint>
#include <vector>

#include "model/explore/graph_recorder.hpp"
#include "model/explore/scheduler.hpp"

namespace heddle {

class random_search final : public graph_recorder {
 public:
  static constexpr unsigned usual_stale_percent = 50;

  /// The scheduler must outlive it.
  random_search(const search_options& options, scheduler& scheduler, std::uint64_t seed,
                unsigned stale_percent = usual_stale_percent);
  ~random_search() override;

  /// Prepares execution `number` of the seed. What happens in it depends on the seed, the number
  /// and, for what PCT, SURW and RFF learn, on the executions before; their numbers ascend. If
  /// `number` was the last one, too, that execution is repeated.
  void begin_execution(std::uint64_t number);

 private:
  static constexpr std::uint32_t max_spins = 100;

  struct announcement {
    bool made = false;
    operation op;
  };

  event_id choose_source(event_id read, std::span<const event_id> sources) override;
  std::uint32_t choose_place(event_id w, std::uint32_t floor) override;
  std::uint64_t choose_alternative(event_id choice, std::uint64_t alternatives) override;
  void added_write(event_id w) override;
  void performs(thread_id thread) override;
  bool may_extend(thread_id thread, const operation& op) override;
  thread_id next_to_extend() override;

  announcement& announced(thread_id thread);
  pending_operation pending(thread_id thread);
  performed_operation done_by(thread_id thread);
  thread_id decide();
  bool collect_pending(thread_id but = no_thread);
  bool go_round(thread_id thread);
  bool spins_on(thread_id thread, location_id location) const;
  bool has_read_old(thread_id thread) const;
  /// Whether reads of this execution may see old writes.
  bool sees_old_writes() const { return stale_ && stale_percent_ > 0; }
  bool could_see_what_ends_its_wait(thread_id thread);

  consistency consistent_;
  scheduler& scheduler_;
  std::uint64_t seed_;
  unsigned stale_percent_;
  random_source random_;
  execution_graph graph_;
  bool stale_ = false;           // of this execution
  thread_id next_ = no_thread;   // decided, and not yet begun
  std::uint64_t performed_ = 0;  // operations of this execution
  std::uint64_t longest_ = 0;    // of all executions
  std::vector<announcement> announced_;
  std::vector<std::uint32_t> spins_;  // by thread

  // work space, kept between calls
  std::vector<pending_operation> pending_;
  std::vector<event_id> others_;
  std::vector<std::uint32_t> places_;
};

}  // namespace heddle
