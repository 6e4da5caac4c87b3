// The engine: one program under test, executed natively, thread by thread, as a `program` for any
// recorder. Everything that the program calls and heddle diverts (the ThreadSanitizer callbacks,
// pthreads, the allocator, …) arrives here, on the fiber of the thread that called.
//
// There is one engine at a time, and `engine::inside()` tells whether code of the program runs
// right now. A diverted function begins with it: outside, it does what the C library would do;
// inside, it opens a `visit`, during which heddle runs (its own allocations are the C library's,
// its own crashes are its own), and asks the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/program/failure.hpp"
#include "model/program/program.hpp"
#include "model/program/recorded_event.hpp"
#include "model/runtime/crash_guard.hpp"
#include "model/runtime/fiber.hpp"
#include "model/runtime/futexes.hpp"
#include "model/runtime/heap.hpp"
#include "model/runtime/learned_sizes.hpp"
#include "model/runtime/library_spins.hpp"
#include "model/runtime/model_thread.hpp"
#include "model/runtime/objects.hpp"
#include "model/runtime/race_detector.hpp"
#include "model/runtime/spin_detector.hpp"
#include "model/runtime/static_storage.hpp"
#include "model/runtime/virtual_time.hpp"

/// Whether code of the program runs right now; a name that assembly can use.
extern "C" bool heddle_inside;

/// Called at the failing event of an execution that is recorded to be shown, or replayed: for a
/// breakpoint, with everything as it was.
extern "C" void heddle_failure_here();

namespace heddle::runtime {

struct engine_options {
  bool races = true;                  // report data races
  bool leaks = true;                  // report blocks that nothing points to at the end
  bool keep_going = false;            // a failing thread stops, the others go on
  bool main_ends_program = false;     // threads blocked when thread 0 has finished are no deadlock
  std::size_t stack_bytes = 8 << 20;  // of each thread, as Linux gives
  double patience_seconds = 10;       // without any visible operation
  // Explore that waits on condition variables end, and weak compare-exchanges fail, by themselves.
  bool spurious = false;
  unsigned allocation_failures = 0;  // explore that so many allocations of an execution fail
  std::uint64_t seed = 0;            // of the random numbers that the program gets
  /// Whether the code at a return address is a loop of the standard library that reads again
  /// before it waits; may be empty.
  std::function<bool(std::uintptr_t)> is_library_spin;
};

/// What heddle cannot judge: a sentence that names the call, and its place.
struct unsupported_use {
  std::string sentence;
  call_stack stack;
};

class engine final : public program {
 public:
  engine(std::function<void()> body, const engine_options& options);
  ~engine() override;

  // ---- for the session
  void run(recorder& recorder) override;
  const std::optional<failure>& failed() const { return failure_; }
  const std::optional<unsupported_use>& unsupported() const { return unsupported_; }
  /// No visible operation for `patience_seconds`: where the thread was.
  const std::optional<call_stack>& stuck() const { return stuck_; }
  /// A loop was recognised as a possible spin loop: executions so far may contain iterations that
  /// the next ones will not. The search must start again. Reading clears it.
  bool learned() { return std::exchange(learned_, false); }
  /// Whether a thread that waits when all others have finished is a deadlock.
  bool ended_early() const { return exited_ || (options_.main_ends_program && main_finished_); }
  /// From now on every event's call stack is kept, and those of plain accesses and allocations.
  void record(bool on) { recording_ = on; }
  /// Event `index` of the thread in a recorded execution; the last may be the one that blocks it.
  const recorded_event& recorded(thread_id t, std::uint32_t index) const {
    const auto& events = threads_[t].recorded;
    return index < events.size() ? events[index] : threads_[t].next;
  }
  /// From now on, in this execution, its events are noted with their call stacks.
  void watch() { recording_ = watching_ = true; }
  struct watched_event {
    thread_id thread;
    recorded_event event;
  };
  /// Those of the last execution, in time.
  const std::vector<watched_event>& watched() const { return watched_; }
  const model_thread& thread(thread_id t) const { return threads_[t]; }
  thread_id threads_used() const { return threads_used_; }
  const objects& object_table() const { return objects_; }
  /// What this execution has waited for and woken through the kernel.
  const futex_log& futexes() const { return futexes_; }
  std::uint64_t steps() const { return steps_; }
  /// This process is a fork, made between two executions, and is to go on.
  void adopt_process() { guard_->adopt_process(); }
  /// Whether some thread waits for what this execution need not bring: it adds nothing to one in
  /// which the thread has not asked for it, and is no deadlock. See only_if().
  bool adds_nothing() const;
  /// Whether more has failed in this execution than was asked for: it does not count.
  bool beyond_bounds() const { return failed_allocations_ > options_.allocation_failures; }

  // ---- for the diverted functions
  static engine* current() { return current_; }
  static bool inside() { return heddle_inside; }

  /// Heddle runs, on the program's behalf, as long as this lives. Visits may nest.
  class visit {
   public:
    visit() : e(*current_), first_(heddle_inside) { e.leave_program(); }
    ~visit() {
      if (first_) e.enter_program();
    }
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    engine& e;

   private:
    bool first_;
  };

  thread_id running() const { return running_; }
  model_thread& self() { return threads_[running_]; }
  const viewpoint& view() const { return view_; }
  requester here(std::uintptr_t pc);

  /// Performs `op` for the running thread; other threads may run meanwhile. Returns when it is
  /// done; never, if the thread's execution ends here.
  step perform(const operation& op, const char* name, std::uintptr_t address);

  /// The same for a store or compare_exchange that a later one may undo, so that a loop of both may
  /// be a spin loop. `address` names the object.
  step perform_undoable(const operation& op, const char* name, std::uintptr_t address);

  /// The thread is about to read at `pc`: does not return if it only repeats itself.
  void check_spin(std::uintptr_t address, std::uintptr_t pc) {
    if (!spins_.arrives_first(running_, pc, address, view_.clock)) check_repetition(address, pc);
  }

  /// An atomic access of the program; `op` lacks its location yet.
  value atomic(operation& op, std::uintptr_t address, const char* name, std::uintptr_t pc);
  /// The most common plain accesses, completely; false: nothing is done, call plain().
  [[gnu::always_inline]] bool settle(std::uintptr_t address, std::uint32_t size, bool write,
                                     std::uintptr_t pc) {
    if (recording_ || !races_.settle(address, size, write, view_, pc)) [[unlikely]]
      return false;
    if (write) wrote(address, size);
    return true;
  }

  /// A plain access that is about to happen. From inside a visit or without one: it opens its own
  /// where there is more to do than to look and to remember.
  void plain(std::uintptr_t address, std::size_t size, bool write, std::uintptr_t pc);
  /// A plain access of a stack: is it that of a thread that has ended?
  [[gnu::noinline, gnu::cold]] void check_stack(std::uintptr_t address, std::size_t size,
                                                bool write);
  /// Ends the execution for what the race detector has just found; returns if races are not asked
  /// for and it is one.
  [[gnu::noinline, gnu::cold]] void report_conflict();
  /// The running thread's last event was an access of this object: does it race with a plain one?
  /// What a thread has come after it stays after, until there is another; see check_objects.
  void check_atomic(std::uint32_t object, std::size_t size, bool write, std::uintptr_t pc) {
    const struct object& o = objects_[object];
    const std::uint64_t in_order = write ? o.writes_in_order : o.reads_in_order;
    if (running_ < 64 && (in_order >> running_ & 1) != 0) return;
    check_order(object, size, write, pc);
  }
  /// The objects in this memory end, by what `how` says ("overwrites", "frees the memory of").
  void end_objects(std::uintptr_t address, std::size_t size, const char* how);
  /// The object of `kind` at the address, announced to the recorder; `initial` is what it holds
  /// if this is its first operation. Ends the execution where another kind of object is there.
  [[gnu::noinline]] std::uint32_t object_at(std::uintptr_t address, std::uint8_t size,
                                            object_kind kind, value initial);

  /// A word of heddle's own; it begins as 0.
  location_id hidden(object_kind kind, std::uint64_t owner, std::uint32_t number);
  /// One of so many alternatives, each of which is explored.
  std::uint64_t choose(std::uint64_t alternatives, const char* name, std::uintptr_t address);
  /// This execution adds nothing to one in which the thread's read at `stale_read` had seen what
  /// has come in between: the thread goes no further in it.
  [[noreturn]] void redundant(std::uint32_t stale_read);
  /// What the thread waits for from now on is of interest only where it comes.
  void only_if();
  /// Whether a weak compare-exchange of the object shall fail by itself: explored, at most once for
  /// each thread and object.
  bool fails_weakly(std::uintptr_t address);
  /// Whether an allocation of the program shall fail: explored, see allocation_failures.cpp.
  bool fails_to_allocate();
  bool allocations_fail() const { return options_.allocation_failures != 0; }
  /// A line of the program's own for the trace. Only in a recorded execution.
  void log(std::string text);
  /// What the thread waits for from now on, for the words of a deadlock report.
  void waits_for(const char* what, std::uint32_t object);
  void check_unordered(std::uint32_t object, const char* does) {
    check_object(objects_[object], true, does);
  }
  /// What repeats itself from here on is no repetition.
  void effect() { spins_.effect(running_); }
  virtual_time& time() { return time_; }
  futex_log& futex_calls() { return futexes_; }
  bool spurious() const { return options_.spurious; }
  std::uint64_t seed() const { return options_.seed; }
  /// How large an object is known to become, at least 1: see learned_sizes.hpp.
  std::uint32_t size_of(location_id location) const { return sizes_.of(location); }
  /// It is as large as that now. If that is new the search starts again after this execution.
  void learn_size(location_id location, std::uint32_t size) {
    learned_ |= sizes_.learn(location, size);
  }

  /// Ends the execution with a failure noticed by the running thread. Does not return.
  [[noreturn]] void fail(failure_kind kind, std::string message, std::vector<note> notes = {});
  /// Ends the execution: heddle cannot judge it. `sentence` goes on after "the program ".
  [[noreturn]] void cannot(std::string sentence);
  /// The program ends here: exit(), or thread 0's function returned.
  [[noreturn]] void exit_program(int status, const char* how);

  thread_id create_thread(void* (*function)(void*), void* argument, bool detached);
  void* join_thread(thread_id target);
  /// The same if it has finished; to ask for it is an event. False: it has not yet.
  bool has_finished(thread_id target, std::uintptr_t pc);
  [[noreturn]] void finish_thread(void* result);
  void mark_detached(thread_id t) { threads_[t].detached = true; }
  thread_id thread_of(std::uintptr_t handle) const;  // no_thread if there is none
  std::uintptr_t handle_of(thread_id t) const;

  heap& memory() { return heap_; }
  race_detector& races() { return races_; }
  objects& sync_objects() { return objects_; }
  static_storage& statics() { return statics_; }
  /// The place to note for an access: its return address, or in a recorded execution the number
  /// of its call stack.
  std::uintptr_t place(std::uintptr_t pc) { return recording_ ? record_place() : pc; }
  call_stack stack_of_place(std::uintptr_t place) const;
  call_stack capture() const;
  bool reports_races() const { return options_.races; }
  bool recording() const { return recording_; }
  /// What the program calls the object here; null if it does not, or the execution is not recorded.
  const std::string* given_name(std::uintptr_t address) const {
    const auto at = given_names_.find(address);
    return at == given_names_.end() ? nullptr : &at->second;
  }
  void give_name(std::uintptr_t address, const char* name) {
    if (recording_) given_names_[address] = name;
  }
  /// Whether the address lies on the running thread's stack.
  bool runs_on(std::uintptr_t address) const {
    return fibers_.stacks().contains(fibers_.current(), address);
  }

 private:
  void leave_program() {
    heddle_inside = false;
    guard_->disarm();
  }
  void enter_program() {
    guard_->arm();
    heddle_inside = true;
  }
  void refresh_view() {
    const recorder::clock_view clock = recorder_->happens_before(running_);
    view_ = {running_, clock.events, clock};
  }
  /// perform(), to be inlined where every instruction counts.
  [[gnu::always_inline]] step perform_here(const operation& op, const char* name,
                                           std::uintptr_t address) {
    if (recording_) [[unlikely]]
      record_next(name, address);
    step s = recorder_->perform(running_, op);
    if (s.status != step_status::done) [[unlikely]] {
      if (s.status == step_status::stop) abandon();
      s = perform_in_turn(op);
    }
    ++steps_;
    refresh_view();
    if (recording_) [[unlikely]]
      record_done();
    return s;
  }
  [[gnu::noinline, gnu::cold]] void record_next(const char* name, std::uintptr_t address);
  [[gnu::noinline, gnu::cold]] void record_done();
  [[gnu::noinline]] step perform_in_turn(const operation& op);
  void switch_away();
  [[noreturn]] void abandon();
  [[noreturn]] void stop_thread();
  void begin(recorder& recorder);
  void mark_end();
  void finish();
  void note_crash(const crash& what);
  void look_for_leaks();
  void look_for_unjoined_threads();
  void wrote(std::uintptr_t address, std::size_t size) {
    if (fibers_.stacks().contains(running_, address)) return;
    spins_.effect(running_);
    if (statics_.contains(address)) [[unlikely]]
      save(address, size);
  }
  void save(std::uintptr_t address, std::size_t size);
  [[gnu::noinline]] void check_order(std::uint32_t object, std::size_t size, bool write,
                                     std::uintptr_t pc);
  [[gnu::noinline]] void check_repetition(std::uintptr_t address, std::uintptr_t pc);
  bool repeats_in_library(std::uintptr_t address, std::uintptr_t pc);
  [[gnu::noinline]] void check_objects(std::uintptr_t address, std::size_t size, bool write);
  void check_object(const object& o, bool write, const char* does);
  [[gnu::noinline, gnu::cold]] std::uintptr_t record_place();
  static void thread_entry(void* argument);
  static void main_entry(void* argument);

  static engine* current_;

  std::function<void()> body_;
  engine_options options_;
  recorder* recorder_ = nullptr;
  fibers fibers_;
  heap heap_;
  race_detector races_;
  objects objects_;
  static_storage statics_;
  spin_detector spins_;
  virtual_time time_;
  futex_log futexes_;
  learned_sizes sizes_;
  library_spins library_spins_;
  std::optional<crash_guard> guard_;

  viewpoint view_;
  thread_id running_ = 0;
  thread_id threads_used_ = 0;
  std::vector<model_thread> threads_;
  std::uint64_t steps_ = 0;  // visible operations so far; the watchdog looks at it
  bool recording_ = false;
  bool watching_ = false;
  bool learned_ = false;
  bool exited_ = false;
  bool main_finished_ = false;
  bool marks_ends_ = false;          // threads ask whether others have finished; once learnt, stays
  unsigned failed_allocations_ = 0;  // in this execution
  std::vector<watched_event> watched_;
  std::vector<call_stack> places_;                     // of a recorded execution
  std::map<std::uintptr_t, std::string> given_names_;  // likewise
  std::optional<failure> failure_;
  std::optional<unsupported_use> unsupported_;
  std::optional<call_stack> stuck_;
};

}  // namespace heddle::runtime
