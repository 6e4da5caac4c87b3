#include "model/explore/shrink.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "model/explore/follower.hpp"
#include "model/explore/guide.hpp"

namespace heddle {
namespace {

/// A number for each candidate, so that none is run twice. Two that share one cost a candidate.
std::uint64_t fingerprint(const plan& execution, keep_sources keep) {
  std::uint64_t hash = 14695981039346656037u + static_cast<std::uint64_t>(keep);
  const auto mix = [&hash](std::uint64_t number) { hash = (hash ^ number) * 1099511628211u; };
  for (const planned_operation& entry : execution) {
    mix(entry.thread);
    mix(static_cast<std::uint64_t>(entry.kind) << 1 | (entry.deviates ? 1 : 0));
    mix(entry.source_thread);
    mix(entry.source);
  }
  return hash;
}

class shrinking {
 public:
  shrinking(const search_options& options, const fails_alike& fails, const shrink_budget& budget)
      : options_(options), fails_(fails), budget_(budget) {}

  std::optional<shrunk_execution> operator()(const decisions& failing) {
    options_.model = failing.model;
    if (!follow(failing)) return std::nullopt;
    result_.before = result_.after;
    bool smaller = true;
    while (smaller && !exhausted_) {
      smaller = false;
      for (const auto pass : {&shrinking::leave_out_threads, &shrinking::leave_out_operations,
                              &shrinking::leave_out_switches, &shrinking::see_what_is_new}) {
        if ((this->*pass)()) smaller = true;
      }
    }
    result_.finished = !exhausted_;
    return std::move(result_);
  }

 private:
  bool may_run() {
    if (result_.executions >= budget_.executions || (budget_.is_over && budget_.is_over())) {
      exhausted_ = true;
    }
    return !exhausted_;
  }

  /// Whether the decisions lead to an execution that counts; it is the best one then.
  bool follow(const decisions& execution) {
    if (!may_run()) return false;
    ++result_.executions;
    follower follow(options_, execution);
    follow.begin_execution();
    if (!fails_(follow, true)) return false;
    plan followed = plan_of(follow.graph());
    const execution_size size = size_of(followed);
    if (!best_.empty() && !is_smaller(size, result_.after)) return false;
    best_ = std::move(followed);
    result_.after = size;
    result_.execution = in_time(follow.graph(), options_.model);
    // What is longer is not smaller, so it need not be run to its end.
    options_.max_steps =
        std::min(options_.max_steps, static_cast<std::uint32_t>(follow.graph().size() + 1));
    return true;
  }

  /// Whether the candidate is smaller than the best one; it is the best one then.
  bool improves(const plan& candidate, keep_sources keep) {
    if (candidate == best_ || !tried_.insert(fingerprint(candidate, keep)).second) return false;
    if (!may_run()) return false;
    ++result_.executions;
    guide run(options_, candidate, keep);
    run.begin_execution();
    if (!fails_(run, false)) return false;
    if (!is_smaller(size_of(plan_of(run.graph())), result_.after)) return false;
    return follow(in_time(run.graph(), options_.model));
  }

  bool improves(const plan& candidate) {
    return improves(candidate, keep_sources::deviating) || improves(candidate, keep_sources::all);
  }

  thread_id threads() const {
    thread_id most = 0;
    for (const planned_operation& entry : best_) most = std::max(most, entry.thread);
    return static_cast<thread_id>(most + 1);
  }

  std::size_t operations_of(thread_id thread) const {
    return static_cast<std::size_t>(
        std::count_if(best_.begin(), best_.end(),
                      [thread](const planned_operation& e) { return e.thread == thread; }));
  }

  /// Without `count` operations of the thread from its `first` on.
  plan without(thread_id thread, std::size_t first, std::size_t count) const {
    plan result;
    std::size_t number = 0;
    for (const planned_operation& entry : best_) {
      if (entry.thread == thread && number++ - first < count) continue;
      result.push_back(entry);
    }
    return result;
  }

  bool leave_out_threads() {
    bool any = false;
    for (thread_id t = threads(); t-- > 1 && !exhausted_;) {
      if (improves(without(t, 0, operations_of(t)))) any = true;
    }
    return any;
  }

  bool leave_out_operations() {
    bool any = false;
    for (thread_id t = 0; t < threads() && !exhausted_; ++t) {
      if (leave_early(t)) any = true;
      if (leave_out_operations_of(t)) any = true;
    }
    return any;
  }

  /// The thread has no turn after its first operations, as few as possible.
  bool leave_early(thread_id t) {
    constexpr std::size_t longest = 64;  // of more, leave_out_operations_of leaves out the halves
    const std::size_t all = operations_of(t);
    if (all > longest) return false;
    for (std::size_t kept = 0; kept < all && !exhausted_; ++kept) {
      if (improves(without(t, kept, all - kept))) return true;
    }
    return false;
  }

  /// Halves, quarters, …, single ones, each from the end.
  bool leave_out_operations_of(thread_id t) {
    bool any = false;
    for (std::size_t count = operations_of(t) / 2; count > 0; count /= 2) {
      std::size_t end = operations_of(t);
      while (end > 0 && !exhausted_) {
        const std::size_t first = end > count ? end - count : 0;
        if (improves(without(t, first, end - first))) any = true;
        end = std::min(first, operations_of(t));
      }
    }
    return any;
  }

  struct turn {
    std::size_t begin;
    std::size_t end;
    thread_id thread;
  };

  std::vector<turn> turns() const {
    std::vector<turn> result;
    for (std::size_t i = 0; i < best_.size(); ++i) {
      if (result.empty() || result.back().thread != best_[i].thread) {
        result.push_back({i, i, best_[i].thread});
      }
      result.back().end = i + 1;
    }
    return result;
  }

  /// With [begin, end) moved to before `to`, which is outside of it.
  plan moved(std::size_t begin, std::size_t end, std::size_t to) const {
    plan result = best_;
    const auto at = [&result](std::size_t i) {
      return result.begin() + static_cast<std::ptrdiff_t>(i);
    };
    if (to >= end) {
      std::rotate(at(begin), at(end), at(to));
    } else {
      std::rotate(at(to), at(begin), at(end));
    }
    return result;
  }

  bool leave_out_switches() {
    bool any = false;
    for (std::size_t i = turns().size(); i-- > 0 && !exhausted_;) {
      const std::vector<turn> now = turns();
      if (i >= now.size()) continue;
      if (joins_another_turn(now, i)) any = true;
    }
    return any;
  }

  /// Turn i becomes part of the next of its thread, or of the one before, or comes last.
  bool joins_another_turn(const std::vector<turn>& all, std::size_t i) {
    const turn& mine = all[i];
    const auto of_same_thread = [&mine](const turn& t) { return t.thread == mine.thread; };
    const auto here = all.begin() + static_cast<std::ptrdiff_t>(i);
    const auto next = std::find_if(here + 1, all.end(), of_same_thread);
    const std::size_t later = next == all.end() ? best_.size() : next->begin;
    if (later > mine.end && improves(moved(mine.begin, mine.end, later))) return true;
    const auto before = std::find_if(std::make_reverse_iterator(here), all.rend(), of_same_thread);
    return before != all.rend() && improves(moved(mine.begin, mine.end, before->end));
  }

  bool see_what_is_new() {
    plan all = best_;
    for (planned_operation& entry : all) see_new(entry);
    if (improves(all, keep_sources::deviating)) return true;
    bool any = false;
    for (std::size_t i = best_.size(); i-- > 0 && !exhausted_;) {
      if (i >= best_.size() || !best_[i].deviates) continue;
      plan candidate = best_;
      see_new(candidate[i]);
      if (improves(candidate, keep_sources::deviating) || choose_earlier(i)) any = true;
    }
    return any;
  }

  /// An alternative with a smaller number, by halves of what is left.
  bool choose_earlier(std::size_t i) {
    bool any = false;
    const auto number = [&] {
      const bool is_choice = i < best_.size() && best_[i].kind == event_kind::choice;
      return is_choice ? best_[i].source : 0;
    };
    for (std::uint32_t step = number() / 2; step > 0 && !exhausted_; step /= 2) {
      while (number() > step) {
        plan candidate = best_;
        candidate[i].source -= step;
        if (!improves(candidate, keep_sources::deviating)) break;
        any = true;
      }
    }
    return any;
  }

  static void see_new(planned_operation& entry) {
    entry.deviates = false;
    if (entry.kind == event_kind::choice) entry.source = 0;
  }

  search_options options_;
  const fails_alike& fails_;
  const shrink_budget& budget_;
  plan best_;
  shrunk_execution result_;
  std::set<std::uint64_t> tried_;
  bool exhausted_ = false;
};

}  // namespace

std::optional<shrunk_execution> shrink(const search_options& options, const decisions& failing,
                                       const fails_alike& fails, const shrink_budget& budget) {
  return shrinking(options, fails, budget)(failing);
}

}  // namespace heddle
