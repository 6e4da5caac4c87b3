// Follows one given execution (a replay token): the same threads at the same times, the same
// sources and places. Its graph is built in time: event numbers are the order of the trace. Beyond
// the end of the given decisions it goes on with the canonical ones.
#pragma once

#include "model/explore/decisions.hpp"
#include "model/explore/graph_recorder.hpp"

namespace heddle {

class follower final : public graph_recorder {
 public:
  follower(const search_options& options, decisions execution)
      : graph_recorder(options), execution_(std::move(execution)) {}

  void begin_execution();
  /// Whether the program has done all that the decisions are about.
  bool followed_to_the_end() const { return segment_ >= execution_.schedule.size(); }

 private:
  event_id choose_source(event_id read, std::span<const event_id> sources) override;
  std::uint32_t choose_place(event_id w, std::uint32_t floor) override;
  std::uint64_t choose_alternative(event_id choice, std::uint64_t alternatives) override;
  void added_write(event_id) override {}
  void performs(thread_id thread) override;
  bool may_extend(thread_id thread, const operation& op) override;
  thread_id next_to_extend() override;
  std::uint32_t distance();

  execution_graph graph_;
  decisions execution_;
  std::size_t segment_ = 0;
  std::uint32_t left_in_segment_ = 0;
  std::size_t next_deviation_ = 0;
  std::uint32_t operation_ = 0;
};

}  // namespace heddle
