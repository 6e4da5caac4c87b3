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
// The canonical choice at each new event is the co-maximal source or place, or the first
// alternative; the others become work items. A thread that would wait is scheduled last; see
// docs/search.md on waiting.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "model/explore/graph_recorder.hpp"
#include "model/explore/work_item.hpp"

namespace heddle {

class exhaustive final : public graph_recorder {
 public:
  explicit exhaustive(search_options options);
  ~exhaustive() override;

  /// Prepares the next execution. False: every execution has been seen.
  bool begin_execution();

  /// Forgets everything but the memory it has: the search starts again.
  void restart();

  /// How much of the search is done, from 0 to 1: each execution splits its share equally between
  /// itself and the alternatives that it found (Knuth's estimator, applied to the search itself).
  /// Never falls; 1 when all executions have been seen.
  double explored_fraction() const { return explored_; }

  /// For an estimate (estimator): what the last execution has found beside itself, in the order in
  /// which it came to it; then takes number `i` of that and forgets all else. False: it leads to
  /// no execution, but found() may have something.
  std::span<const work_item> found() const {
    return std::span(frames_.back()->work).subspan(filed_before_);
  }
  bool descend(std::size_t i);

  /// How many alternatives wait to be taken. Between two executions.
  std::size_t waiting() const;
  /// For two searches in the same state, as fork leaves them behind: one keeps the even ones of
  /// what waits, and all that it has explored, the other the odd ones. Together they go on to see
  /// what one would have seen. Between two executions.
  enum class half : std::uint8_t { even, odd };
  void keep(half which);

 private:
  struct frame {
    std::unique_ptr<execution_graph> graph;
    std::vector<work_item> work;
  };

  event_id choose_source(event_id read, std::span<const event_id> sources) override;
  std::uint32_t choose_place(event_id w, std::uint32_t floor) override;
  std::uint64_t choose_alternative(event_id choice, std::uint64_t alternatives) override;
  void added_write(event_id w) override { file_revisits(w); }

  // revisit.cpp: TruSt's backward revisits
  void file_revisits(event_id w);
  bool added_maximally(event_id e, event_id w) const;
  event_id coherence_latest_among_kept(event_id e, event_id w) const;
  void collect_revisitable(event_id w);
  bool condition_allows_revisit(event_id r, event_id w) const;

  // items.cpp: taking work items
  bool take(const work_item& item);
  void split_share(bool ran);
  bool take_forward_read(const work_item& item);
  bool take_forward_write(const work_item& item);
  bool take_backward(const work_item& item);
  bool rebind(event_id r, event_id w, bool maximal);
  void open_frame();
  void file(work_item item) { frames_.back()->work.push_back(item); }

  consistency consistent_;
  std::vector<std::unique_ptr<frame>> frames_;
  std::vector<std::unique_ptr<frame>> spare_frames_;
  bool started_ = false;
  double share_ = 1;              // of the current execution and what it finds
  std::size_t filed_before_ = 0;  // items of the current frame that are older
  double explored_ = 0;

  // work space, kept between calls
  std::vector<event_id> candidates_;
  std::vector<event_id> keep_;
  std::vector<event_id> renamed_;
};

}  // namespace heddle
