#include "model/explore/event_estimate.hpp"

#include <algorithm>

namespace heddle {

void event_estimate::begin_execution(bool count_the_last) {
  if (count_the_last) {
    ++executions_;
    for (const thread_state& thread : threads_) {
      auto& total = relatives_[thread.is].total;
      for (const auto& [location, count] : thread.counts) total[location] += count;
    }
  }
  threads_.assign(1, {});
}

/// The mean of the executions so far, rounded up.
std::uint64_t event_estimate::expect(relative_state& of) const {
  std::uint64_t total = 0;
  if (looked_at_ == no_location) {
    for (const auto& [location, count] : of.total) total += count;
  } else if (const auto at = of.total.find(looked_at_); at != of.total.end()) {
    total = at->second;
  }
  return executions_ == 0 ? 0 : (total + executions_ - 1) / executions_;
}

void event_estimate::look_at(location_id location) {
  looked_at_ = location;
  // A child has a higher number than its parent, so all below are done when a parent's turn comes.
  for (std::size_t i = relatives_.size(); i-- > 0;) {
    relative_state& r = relatives_[i];
    r.expected = r.expected_all = expect(r);
    for (const relative child : r.children) r.expected_all += relatives_[child].expected_all;
  }
}

std::uint64_t event_estimate::left(thread_id thread) const {
  if (thread >= threads_.size()) return 0;
  const thread_state& t = threads_[thread];
  const relative_state& r = relatives_[t.is];
  std::uint64_t result = r.expected - std::min(r.expected, t.performed);
  for (std::size_t i = t.created; i < r.children.size(); ++i) {
    result += relatives_[r.children[i]].expected_all;
  }
  return result;
}

std::uint64_t event_estimate::brings(thread_id thread) const {
  return thread < threads_.size() ? relatives_[threads_[thread].is].expected_all : 0;
}

void event_estimate::performed(const performed_operation& done) {
  thread_state& t = threads_[done.thread];
  ++t.counts[done.location];
  if (looked_at_ == no_location || done.location == looked_at_) ++t.performed;
  if (done.kind == operation_kind::create_thread) {
    const std::uint32_t which = t.created++;
    const relative parent = t.is;
    if (which == relatives_[parent].children.size()) {
      relatives_[parent].children.push_back(static_cast<relative>(relatives_.size()));
      relatives_.emplace_back();
    }
    thread_state& child = threads_.emplace_back();  // threads are numbered as they are created
    child.is = relatives_[parent].children[which];
  }
  if (done.location == no_location) return;
  sharing& s = sharing_[done.location];
  if (s.first == no_thread) s.first = done.thread;
  s.two = s.two || s.first != done.thread;
  s.written = s.written || done.may_write;
  if (s.two && s.written && !s.listed) {
    s.listed = true;
    shared_.push_back(done.location);
  }
}

}  // namespace heddle
