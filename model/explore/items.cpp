// Taking a work item: the graph of its frame is cut back to the item's event, the alternative is
// put in place, and if the result is consistent it is the graph to run next. Nothing is run for an
// alternative that turns out inconsistent or moot.
#include "model/explore/exhaustive.hpp"
#include "model/program/check_that.hpp"

namespace heddle {

void exhaustive::open_frame() {
  if (spare_frames_.empty()) {
    frames_.push_back(std::make_unique<frame>());
    frames_.back()->graph = std::make_unique<execution_graph>();
  } else {
    frames_.push_back(std::move(spare_frames_.back()));
    spare_frames_.pop_back();
    frames_.back()->graph->clear();
  }
  filed_before_ = 0;
}

bool exhaustive::take(const work_item& item) {
  switch (item.what) {
    case work_item::kind::forward_read:
      return take_forward_read(item);
    case work_item::kind::forward_write:
      return take_forward_write(item);
    case work_item::kind::forward_choice:
      g().cut(item.at);
      g()[item.at].val = {item.alternative, 0};
      return true;
    case work_item::kind::backward:
      return take_backward(item);
  }
  __builtin_unreachable();
}

bool exhaustive::descend(std::size_t i) {
  const work_item item = found()[i];
  while (frames_.size() > 1) {
    std::unique_ptr<frame> older = std::move(frames_.front());
    frames_.erase(frames_.begin());
    older->work.clear();
    spare_frames_.push_back(std::move(older));
  }
  frames_.back()->work.clear();
  filed_before_ = 0;
  begin(*frames_.back()->graph);
  const bool runs = take(item);
  begin(*frames_.back()->graph);
  return runs;
}

bool exhaustive::take_forward_read(const work_item& item) {
  g().cut(item.at);
  return rebind(item.at, item.source, false);
}

bool exhaustive::take_forward_write(const work_item& item) {
  g().cut(item.at);
  const event_id w = item.at;
  std::uint32_t position = 0;
  if (item.source != initial_write) position = g()[item.source].coherence_position + 1;
  check_that(position < g()[w].coherence_position, "a write's places are tried from the last on");
  g().place(w, position);
  g()[w].set(event::maximal_bit, false);
  // A place that is inconsistent here would be so in every restriction: what a revisit deletes was
  // added maximally, so it is ordered before nothing that is kept, and on no cycle through w.
  if (!consistent_(g(), no_event, w)) return false;
  file_revisits(w);
  return true;
}

bool exhaustive::take_backward(const work_item& item) {
  g().cut(item.source);
  const execution_graph& from = g();
  const event_id r = item.at;
  const event& write = from[item.source];
  const event& read = from[r];
  // A lock that would be found held is not acquired now: its read goes, its thread waits.
  bool leave_out = false;
  if (read.detail != 0 && is_lock(from.operation_of(read))) {
    const operation& op = from.operation_of(read);
    leave_out = !satisfies(op.wait, write.val, op.wait_operand);
  }
  keep_.clear();
  for (event_id id = 0; id < from.size(); ++id) {
    if (leave_out && id == r) continue;
    if (id <= r || from.in_porf_prefix(from[id], write)) keep_.push_back(id);
  }
  open_frame();
  begin(*frames_.back()->graph);
  g().become_restriction(from, keep_, renamed_);
  const event_id new_w = renamed_[item.source];
  const event_id new_r = renamed_[r];
  for (const event_id old : keep_) {
    if (from.in_porf_prefix(from[old], write)) {
      g()[renamed_[old]].set(event::revisitable_bit, false);
    }
  }
  if (leave_out) return true;
  const auto order = g().coherence_order(g()[new_w].location);
  return rebind(new_r, new_w, new_w == order.back());
}

/// Read r reads w now. False: the graph is inconsistent or moot; what it revisits is filed.
bool exhaustive::rebind(event_id r, event_id w, bool maximal) {
  bind(r, w);
  g()[r].set(event::maximal_bit, maximal);
  if (!consistent_(g(), r, no_event)) return false;
  if (!g()[r].exclusive()) return true;
  // x goes right behind what r reads: whatever is ordered after x is after r, and whatever is
  // ordered before x but not before r (other reads of the same write) is before all that follows
  // x. So x is on no cycle that does not exist without it.
  const event_id x = complete_modification(r);
  file_revisits(x);
  return !conflicts(x);
}

}  // namespace heddle
