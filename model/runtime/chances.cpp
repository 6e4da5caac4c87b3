// What may go wrong by itself, and is explored where the options ask for it: a weak
// compare-exchange that fails although the value is as expected (--spurious), an allocation that
// finds no memory (--alloc-failures N).
//
// Both are choices of the thread, made before anything is read, so that they do not order threads.
// Of the executions that come of it some add nothing: those in which a compare-exchange that was
// chosen to fail by itself would have failed anyway, and those in which more allocations failed
// than was asked for, in threads that do not know of each other. They are counted as blocked.
#include <algorithm>
#include <string_view>

#include "model/runtime/engine.hpp"

namespace heddle::runtime {
namespace {

constexpr std::string_view only_where_it_comes = "only if";

}  // namespace

void engine::only_if() { self().waits = only_where_it_comes.data(); }

bool engine::adds_nothing() const {
  return std::any_of(threads_.begin(), threads_.begin() + threads_used_, [](const auto& thread) {
    return !thread.finished && thread.waits == only_where_it_comes.data();
  });
}

bool engine::fails_weakly(std::uintptr_t address) {
  if (!options_.spurious) return false;
  // A loop around a compare-exchange would else never end.
  auto& failed = self().failed_weakly;
  if (std::find(failed.begin(), failed.end(), address) != failed.end()) return false;
  if (choose(2, "weak failure?", address) == 0) return false;
  failed.push_back(address);
  return true;
}

bool engine::fails_to_allocate() {
  // How many have failed in all threads depends on the schedule; what depends on it is no choice.
  if (self().allocation_failures >= options_.allocation_failures) return false;
  if (choose(2, "allocation fails?", 0) == 0) return false;
  ++self().allocation_failures;
  ++failed_allocations_;
  return true;
}

}  // namespace heddle::runtime
