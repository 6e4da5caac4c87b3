#include "model/runtime/engine.hpp"

#include "model/program/check_that.hpp"
#include "model/runtime/ended_stacks.hpp"
#include "model/runtime/endings.hpp"
#include "model/runtime/robust_mutexes.hpp"
#include "model/runtime/thread_role.hpp"
#include "model/runtime/thread_specific.hpp"

bool heddle_inside = false;
[[gnu::noinline]] void heddle_failure_here() { asm volatile(""); }

namespace heddle::runtime {

engine* engine::current_ = nullptr;

engine::engine(std::function<void()> body, const engine_options& options)
    : body_(std::move(body)),
      options_(options),
      fibers_(fiber_options{.stack_bytes = options.stack_bytes}),
      races_(&heap_),
      objects_(races_),
      library_spins_(options.is_library_spin),
      threads_(fibers::limit) {
  check_that(current_ == nullptr, "there is one engine at a time");
  current_ = this;
  guard_.emplace(fibers_, crash_guard_options{.progress = &steps_,
                                              .patience_seconds = options.patience_seconds});
  fibers_.snapshot_main_thread_local();
  // The unwinder's own first steps, which may call what heddle diverts, are taken outside.
  capture();
}

engine::~engine() {
  fibers_.restore_main_thread_local();
  guard_.reset();
  current_ = nullptr;
}

void engine::begin(recorder& recorder) {
  recorder_ = &recorder;
  failure_.reset();
  unsupported_.reset();
  stuck_.reset();
  exited_ = main_finished_ = false;
  failed_allocations_ = 0;
  stacks_gone.threads = 0;
  stacks_gone.stride =
      static_cast<std::uintptr_t>(fibers_.stack(1).data() - fibers_.stack(0).data());
  places_.clear();
  watched_.clear();
  given_names_.clear();
  heap_.new_execution();
  races_.new_execution();
  objects_.new_execution();
  spins_.new_execution();
  time_.new_execution();
  futexes_.clear();
  new_execution_specific();
  install_terminate_handler();
  threads_[0].reset();
  threads_[0].random.begin(options_.seed);
  threads_used_ = 1;
  running_ = 0;
}

void engine::run(recorder& recorder) {
  begin(recorder);
  ++steps_;
  fibers_.start(0, main_entry, this);
  if (spins_.depth() != 0) fibers_.clear_stack(0, spins_.depth());
  check_that(recorder.next_thread() == 0, "an execution begins with thread 0");
  const std::uint64_t crashes = guard_->crashes();
  fibers_.run(0);
  heddle_inside = false;
  guard_->disarm();
  if (guard_->crashes() != crashes && !failure_ && !unsupported_) note_crash(guard_->last_crash());
  finish();
}

void engine::finish() {
  bool all_finished = true;
  for (thread_id t = 0; t < threads_used_; ++t) all_finished &= threads_[t].finished;
  // After exit(), what the frames that were never left point to is no leak.
  const bool judges_leaks = options_.leaks && !exited_ && !failure_ && !unsupported_;
  if (all_finished && judges_leaks && heap_.live_blocks() != 0) {
    look_for_leaks();
  }
  if (all_finished && judges_leaks && !failure_ && !ended_early()) look_for_unjoined_threads();
  if (std::exchange(watching_, false)) recording_ = false;
  statics_.restore();
  learned_ |= spins_.learned();
}

void engine::main_entry(void* argument) {
  engine& e = *static_cast<engine*>(argument);
  e.refresh_view();
  e.enter_program();
  e.body_();
  e.finish_thread(nullptr);
}

void engine::thread_entry(void* argument) {
  engine& e = *static_cast<engine*>(argument);
  const model_thread& self = e.threads_[e.running_];
  e.refresh_view();
  e.enter_program();
  e.finish_thread(self.function(self.argument));
}

void engine::abandon() {
  fibers_.back();
  broken("an abandoned fiber does not run again", __FILE__, __LINE__);
}

/// Lets other threads run until it is this one's turn again.
void engine::switch_away() {
  const thread_id self = running_;
  const thread_id next = recorder_->next_thread();
  if (next == self) return;
  if (next == no_thread) abandon();
  running_ = next;
  fibers_.switch_to(next);
}

/// Not now: lets others run until it is done.
step engine::perform_in_turn(const operation& op) {
  switch_away();
  step s = recorder_->perform(running_, op);
  while (s.status == step_status::park) {
    switch_away();
    s = recorder_->perform(running_, op);
  }
  if (s.status == step_status::stop) abandon();
  return s;
}

void engine::record_next(const char* name, std::uintptr_t address) {
  self().next = {name, address, capture()};
}

void engine::record_done() {
  if (watching_) {
    watched_.push_back({running_, self().next});
    return;
  }
  auto& recorded = self().recorded;
  while (recorded.size() < view_.clock) recorded.push_back(self().next);
}

step engine::perform(const operation& op, const char* name, std::uintptr_t address) {
  const step s = perform_here(op, name, address);
  const bool fails = op.kind == operation_kind::compare_exchange && !(s.result == op.expected);
  if (op.kind != operation_kind::fence && op.kind != operation_kind::load && !fails) {
    spins_.effect(running_);
  }
  return s;
}

step engine::perform_undoable(const operation& op, const char* name, std::uintptr_t address) {
  const step s = perform_here(op, name, address);
  if (op.kind == operation_kind::store) {
    spins_.stored(running_, address, op.operand);
  } else if (s.result == op.expected) {
    spins_.replaced(running_, address, s.result, op.operand);
  }
  return s;
}

thread_id engine::create_thread(void* (*function)(void*), void* argument, bool detached) {
  operation op;
  op.kind = operation_kind::create_thread;
  op.operand = role_of_thread(function, argument);
  const std::uintptr_t created_at = place(0);
  const step s = perform(op, "create", 0);
  const auto id = static_cast<thread_id>(s.result.low);
  if (id >= fibers::limit) {
    cannot("has more than " + std::to_string(fibers::limit) +
           " threads in one execution; heddle follows no more");
  }
  model_thread& thread = threads_[id];
  thread.reset();
  thread.function = function;
  thread.argument = argument;
  thread.detached = detached;
  thread.created_at = created_at;
  thread.inherit(self(), id);
  if (id >= threads_used_) threads_used_ = static_cast<thread_id>(id + 1);
  try {
    fibers_.start(id, thread_entry, this);
    if (spins_.depth() != 0) fibers_.clear_stack(id, spins_.depth());
  } catch (const std::exception& error) {
    cannot(std::string("starts a thread that heddle cannot give a stack: ") + error.what());
  }
  return id;
}

void* engine::join_thread(thread_id target) {
  operation op;
  op.kind = operation_kind::join_thread;
  op.operand = {target, 0};
  model_thread& me = self();
  me.waits = "join";
  me.awaited_thread = target;
  me.waits_at = place(0);
  perform(op, "join", 0);
  me.waits = nullptr;
  threads_[target].joined = true;
  return threads_[target].result;
}

void engine::finish_thread(void* result) {
  run_exit_handlers(*this, running_);
  if (!self().held.empty()) abandon_robust_mutexes();
  leave_program();
  if (marks_ends_) mark_end();
  operation op;
  op.kind = operation_kind::finish_thread;
  perform(op, "finish", 0);
  model_thread& me = self();
  me.length = view_.clock;
  stacks_gone.note_end(running_);
  me.result = result;
  me.finished = true;
  if (running_ == 0) main_finished_ = true;
  switch_away();
  broken("a finished thread does not run again", __FILE__, __LINE__);
}

void engine::exit_program(int status, const char* how) {
  if (status != 0) {
    fail(failure_kind::assertion,
         std::string("the program ends itself: ") + how + "(" + std::to_string(status) + ")");
  }
  exited_ = true;
  if (running_ != 0) stop_thread();  // nobody's join returns for it
  operation op;
  op.kind = operation_kind::finish_thread;
  perform(op, how, 0);
  self().finished = true;
  switch_away();
  broken("a finished thread does not run again", __FILE__, __LINE__);
}

void engine::fail(failure_kind kind, std::string message, std::vector<note> notes) {
  if (!failure_) {
    failure_ = failure{kind, std::move(message), running_, recording_ ? capture() : call_stack{},
                       std::move(notes)};
  }
  if (recording_) heddle_failure_here();
  if (options_.keep_going) stop_thread();
  abandon();
}

/// This thread's execution is over; that of the others goes on.
void engine::stop_thread() {
  self().waits = exited_ ? "exit" : "failed";
  recorder_->spin(running_, view_.clock);
  switch_away();
  broken("a stopped thread does not go on", __FILE__, __LINE__);
}

void engine::cannot(std::string sentence) {
  unsupported_ = unsupported_use{"the program " + std::move(sentence), capture()};
  abandon();
}

thread_id engine::thread_of(std::uintptr_t handle) const {
  for (thread_id t = 0; t < threads_used_; ++t) {
    if (handle_of(t) == handle) return t;
  }
  return no_thread;
}

std::uintptr_t engine::handle_of(thread_id t) const { return thread_blocks()[t].fs_base; }

requester engine::here(std::uintptr_t pc) {
  spins_.effect(running_);
  const stack_id stack = recording_ ? static_cast<stack_id>(place(pc)) : 0;
  return {running_, view_.clock, stack};
}

}  // namespace heddle::runtime
