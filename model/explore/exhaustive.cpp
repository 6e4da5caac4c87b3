#include "model/explore/exhaustive.hpp"

namespace heddle {

exhaustive::exhaustive(search_options options)
    : graph_recorder(options), consistent_(options.model) {}

exhaustive::~exhaustive() = default;

void exhaustive::restart() {
  for (auto& frame : frames_) {
    frame->work.clear();
    spare_frames_.push_back(std::move(frame));
  }
  frames_.clear();
  started_ = false;
  share_ = 1;
  filed_before_ = 0;
  explored_ = 0;
}

bool exhaustive::begin_execution() {
  if (!started_) {
    started_ = true;
    open_frame();
    begin(*frames_.back()->graph);
    return true;
  }
  bool ran = true;
  for (;;) {
    split_share(ran);
    while (frames_.back()->work.empty()) {
      if (frames_.size() == 1) return false;  // its graph stays valid
      spare_frames_.push_back(std::move(frames_.back()));
      frames_.pop_back();
    }
    auto& work = frames_.back()->work;
    const work_item item = work.back();
    work.pop_back();
    share_ = item.share;
    filed_before_ = work.size();
    begin(*frames_.back()->graph);
    ran = take(item);
    if (!ran) continue;
    begin(*frames_.back()->graph);
    return true;
  }
}

/// The share of what was just done goes to the items that it filed, and to itself if it `ran`.
void exhaustive::split_share(bool ran) {
  auto& work = frames_.back()->work;
  const std::size_t parts = work.size() - filed_before_ + (ran ? 1 : 0);
  if (parts == 0) {
    explored_ += share_;
    return;
  }
  const double each = share_ / static_cast<double>(parts);
  for (std::size_t i = filed_before_; i < work.size(); ++i) work[i].share = each;
  if (ran) explored_ += each;
}

std::size_t exhaustive::waiting() const {
  std::size_t all = 0;
  for (const auto& one : frames_) all += one->work.size();
  return all;
}

void exhaustive::keep(half which) {
  split_share(true);
  share_ = 0;  // given out
  if (which == half::odd) explored_ = 0;
  // From the oldest on, behind which the most is to be expected. An item can be left out wherever
  // it stands: those below it cut the graph back to before it, taken or not.
  std::size_t number = 0;
  for (auto& one : frames_) {
    std::erase_if(one->work,
                  [&](const work_item&) { return (number++ % 2 == 0) != (which == half::even); });
  }
  filed_before_ = frames_.empty() ? 0 : frames_.back()->work.size();
}

event_id exhaustive::choose_source(event_id read, std::span<const event_id> sources) {
  for (std::size_t i = 0; i + 1 < sources.size(); ++i) {
    file({work_item::kind::forward_read, read, sources[i], 0});
  }
  return sources.back();
}

std::uint32_t exhaustive::choose_place(event_id w, std::uint32_t floor) {
  const auto order = g().coherence_order(g()[w].location);
  for (std::uint32_t i = floor; i < order.size(); ++i) {
    // Never between a read-modify-write and the write that it reads.
    if (g()[order[i]].exclusive()) continue;
    file({work_item::kind::forward_write, w, i == 0 ? initial_write : order[i - 1], 0});
  }
  return static_cast<std::uint32_t>(order.size());
}

std::uint64_t exhaustive::choose_alternative(event_id choice, std::uint64_t alternatives) {
  for (std::uint32_t i = 1; i < alternatives; ++i) {
    file({work_item::kind::forward_choice, choice, no_event, i});
  }
  return 0;
}

}  // namespace heddle
