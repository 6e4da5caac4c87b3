// Follows a plan as far as it goes, and does something sensible beyond: what shrinking runs. A
// thread that cannot have its turn is passed over; what cannot be seen any more is replaced by the
// newest; behind the end of the plan the running thread goes on, then the lowest that can. So every
// plan leads to a consistent execution, and what came out is told by its graph.
#pragma once

#include <vector>

#include "model/explore/graph_recorder.hpp"
#include "model/explore/plan.hpp"

namespace heddle {

/// Which sources and places of a plan are kept.
enum class keep_sources : std::uint8_t {
  deviating,  // those that are not the newest anyway: what is reordered sees what is new then
  all,        // the graph stays as it is, as far as possible, whatever the order
};

class guide final : public graph_recorder {
 public:
  guide(const search_options& options, plan execution, keep_sources keep);
  ~guide() override;

  void begin_execution();

 private:
  event_id choose_source(event_id read, std::span<const event_id> sources) override;
  std::uint32_t choose_place(event_id w, std::uint32_t floor) override;
  std::uint64_t choose_alternative(event_id choice, std::uint64_t alternatives) override;
  void added_write(event_id) override {}
  void performs(thread_id thread) override;
  bool may_extend(thread_id thread, const operation& op) override;
  thread_id next_to_extend() override;

  thread_id whose_turn();
  const planned_operation* planned(thread_id thread) const;
  bool is_told(const planned_operation* entry) const {
    return entry != nullptr && (entry->deviates || keep_ == keep_sources::all);
  }
  event_id source_of(const planned_operation& entry) const;

  execution_graph graph_;
  consistency consistent_;
  plan plan_;
  keep_sources keep_;
  std::size_t at_ = 0;                                     // in the plan, whose turn it is
  std::vector<std::vector<const planned_operation*>> of_;  // by thread
  std::vector<std::vector<event_id>> performed_;           // by thread: last event of each
};

}  // namespace heddle
