// A program that is nothing but a list of operations for each thread: what is measured with it is
// the search alone, without a line of native code.
#pragma once

#include <cstdint>
#include <vector>

#include "model/program/program.hpp"

namespace heddle::bench {

/// Thread 0 creates all others, joins them in the same order and ends; they perform `scripts`.
class scripted_program final : public program {
 public:
  using script = std::vector<operation>;

  scripted_program(const std::vector<script>& scripts, location_id locations)
      : locations_(locations), scripts_(1), at_(scripts.size() + 1) {
    for (std::uint64_t t = 1; t <= scripts.size(); ++t) {
      scripts_[0].push_back(thread_operation(operation_kind::create_thread, t));
    }
    for (std::uint64_t t = 1; t <= scripts.size(); ++t) {
      scripts_[0].push_back(thread_operation(operation_kind::join_thread, t));
    }
    scripts_.insert(scripts_.end(), scripts.begin(), scripts.end());
    for (script& s : scripts_) s.push_back(thread_operation(operation_kind::finish_thread, 0));
  }

  void run(recorder& recorder) override {
    for (location_id l = 0; l < locations_; ++l) recorder.initialise(l, {});
    at_.assign(scripts_.size(), 0);
    for (thread_id t = recorder.next_thread(); t != no_thread; t = recorder.next_thread()) {
      while (at_[t] < scripts_[t].size() &&
             recorder.perform(t, scripts_[t][at_[t]]).status == step_status::done) {
        ++at_[t];
      }
    }
  }

 private:
  static operation thread_operation(operation_kind kind, std::uint64_t thread) {
    operation op;
    op.kind = kind;
    op.operand.low = thread;
    return op;
  }

  location_id locations_;
  std::vector<script> scripts_;  // by thread
  std::vector<std::size_t> at_;  // by thread: its next operation
};

/// `rounds` times: store to `mine`, load from `other`, relaxed.
inline scripted_program::script stores_and_loads(location_id mine, location_id other, int rounds) {
  scripted_program::script result;
  for (int i = 1; i <= rounds; ++i) {
    operation op;
    op.kind = operation_kind::store;
    op.size = 4;
    op.location = mine;
    op.operand.low = static_cast<std::uint64_t>(i);
    result.push_back(op);
    op.kind = operation_kind::load;
    op.location = other;
    op.operand = {};
    result.push_back(op);
  }
  return result;
}

}  // namespace heddle::bench
