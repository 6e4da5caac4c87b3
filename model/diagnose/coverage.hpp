// Coverage of executions that are drawn at random: which orders of racing places they have shown,
// and which reads have seen which writes. A place is an operation at a line of the source.
//
// Two accesses of one object by two threads, of which one at least writes, are *racing* in an
// execution if the first in the coherence order does not happen before the operation that comes
// just before the second in its thread: what orders them, if anything does, is the second access
// itself. So two threads that take a mutex race for it, and what they do while they hold it does
// not. Two places are racing if two of their accesses are, in some execution; their order is then
// looked up in all executions.
//
// A read *could have seen* a write of the same execution if coherence with all that happens before
// the read allows it, the write does not depend on the read, the value would not have made the read
// wait, and no other read-modify-write stands in the way. The order of the seq_cst operations may
// forbid it all the same, and so may coherence with what the thread reads later.
//
// The rule for when to stop: nothing new in max(1000, 10 × the number of the last execution that
// showed something new) executions since that one.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/diagnose/coverage_summary.hpp"
#include "model/diagnose/trace.hpp"
#include "model/memory_model/memory_model.hpp"

namespace heddle::diagnose {

class coverage {
 public:
  /// Names the place of an operation. Asked once for each call stack.
  using namer = std::function<std::string(const recorded_event&)>;

  explicit coverage(namer name) : name_(std::move(name)) {}

  /// An execution is over. True: it has shown a pair that none before it has.
  /// O(events × (places of an object + writes of an object)).
  bool add(const execution_graph& graph, memory_model model, const event_lookup& recorded);

  /// Whether nothing new has come for long; see above.
  bool saturated() const;

  /// All that was seen and what was not, in the order of the places' names.
  coverage_summary summary() const;

 private:
  using place = std::uint32_t;  // 0: the value that an object begins with
  using place_set = std::set<std::pair<place, place>>;
  /// The accesses of one object at one place, in the coherence order as far as it was walked.
  struct passed {
    place at = 0;
    bool writes = false;
    std::map<thread_id, event_id> last;
  };

  place place_of(const recorded_event& event);
  void number_places(const execution_graph& graph, const event_lookup& recorded);
  void walk(const execution_graph& graph, location_id location);
  void pass(const execution_graph& graph, event_id id);
  void note_source(const execution_graph& graph, event_id read);
  void note_possible(const execution_graph& graph, memory_model model, event_id read);

  namer name_;
  std::map<std::pair<std::string_view, call_stack>, place> by_stack_;
  std::map<std::string, place> by_name_;
  std::vector<std::string> names_{"the initial value"};

  place_set orders_;    // the first came before the second
  place_set racing_;    // the lower before the higher
  place_set sources_;   // write, read
  place_set possible_;  // likewise
  std::uint64_t executions_ = 0;
  std::uint64_t last_new_ = 0;

  // of one execution
  std::vector<place> places_;                      // by event
  std::vector<std::vector<event_id>> readers_;     // by event
  std::vector<std::vector<event_id>> of_initial_;  // readers, by location
  std::vector<passed> passed_;                     // of one location
};

}  // namespace heddle::diagnose
