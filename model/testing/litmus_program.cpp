#include "model/testing/litmus_program.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace heddle::testing {
namespace {

/// How many events a finished operation made.
std::uint32_t events_of_operation(const operation& op, value result) {
  if (op.kind == operation_kind::read_modify_write) return 2;
  return op.kind == operation_kind::compare_exchange && result == op.expected ? 2 : 1;
}

}  // namespace

litmus_program::litmus_program(const litmus_code& code, failed_assertion on_failure)
    : code_(code), on_failure_(on_failure), threads_(code.threads.size()) {
  for (const thread_code& thread : code.threads) {
    initial_registers_.insert(initial_registers_.end(), thread.initial_registers.begin(),
                              thread.initial_registers.end());
  }
  registers_.resize(initial_registers_.size());
  std::int64_t* next = registers_.data();
  for (std::size_t t = 0; t < threads_.size(); ++t) {
    threads_[t].registers = next;
    next += code.threads[t].initial_registers.size();
  }
}

bool litmus_program::any_failed() const {
  return std::any_of(threads_.begin(), threads_.end(), [](const thread_state& thread) {
    return thread.ending == litmus_ending::failed;
  });
}

void litmus_program::reset() {
  if (!registers_.empty()) {
    std::memcpy(registers_.data(), initial_registers_.data(),
                registers_.size() * sizeof(std::int64_t));
  }
  for (thread_state& thread : threads_) {
    thread.at = thread.prelude = thread.events = 0;
    thread.ending = litmus_ending::unfinished;
    thread.pending = false;
  }
}

void litmus_program::run(recorder& recorder) {
  reset();
  for (location_id l = 0; l < code_.locations.size(); ++l) {
    recorder.initialise(l, {static_cast<std::uint64_t>(code_.locations[l].initial), 0});
  }
  for (;;) {
    const thread_id id = recorder.next_thread();
    if (id == no_thread || run_thread(recorder, id) == progress::over) return;
  }
}

/// Creates and joins; false if thread 0 cannot go on, then `result` is set.
bool litmus_program::run_prelude(recorder& recorder, thread_state& thread, progress& result) {
  const auto workers = static_cast<std::uint32_t>(code_.workers());
  for (; thread.prelude < 2 * workers; ++thread.prelude) {
    const bool create = thread.prelude < workers;
    operation op;
    op.kind = create ? operation_kind::create_thread : operation_kind::join_thread;
    if (!create) op.operand.low = thread.prelude - workers + 1;
    const step answer = recorder.perform(0, op);
    if (answer.status != step_status::done) {
      result = answer.status == step_status::park ? progress::parked : progress::over;
      return false;
    }
    // Threads are numbered in the order of their creation.
    if (create && answer.result.low != thread.prelude + 1) std::abort();
  }
  return true;
}

litmus_program::progress litmus_program::run_thread(recorder& recorder, thread_id id) {
  const std::size_t index = id == 0 ? code_.workers() : id - 1U;
  thread_state& thread = threads_[index];
  const thread_code& code = code_.threads[index];
  if (thread.ending != litmus_ending::unfinished) std::abort();  // it cannot be run again
  progress result = progress::parked;
  if (id == 0 && !run_prelude(recorder, thread, result)) return result;
  for (;;) {
    if (!thread.pending) {
      thread.at = advance(code, thread.at, thread.registers);
      const instruction& stop = code.instructions[thread.at];
      if (stop.code != opcode::access) return halt(recorder, id, thread, stop.code);
    }
    const access_site& site = code.sites[code.instructions[thread.at].destination];
    if (!site.complete && !thread.pending) thread.op = resolve(site, thread.registers);
    thread.pending = true;
    const operation& op = site.complete ? site.op : thread.op;
    const step answer = recorder.perform(id, op);
    if (answer.status == step_status::park) return progress::parked;
    if (answer.status == step_status::stop) return progress::over;
    thread.pending = false;
    thread.events += events_of_operation(op, answer.result);
    deliver(site, op, answer.result, thread.registers);
    ++thread.at;
  }
}

litmus_program::progress litmus_program::halt(recorder& recorder, thread_id id,
                                              thread_state& thread, opcode why) {
  if (why == opcode::end) {
    operation finish;
    finish.kind = operation_kind::finish_thread;
    const step answer = recorder.perform(id, finish);
    if (answer.status == step_status::park) return progress::parked;
    thread.ending = litmus_ending::finished;
    return answer.status == step_status::stop ? progress::over : progress::parked;
  }
  thread.ending = why == opcode::fail ? litmus_ending::failed : litmus_ending::stopped;
  if (why == opcode::fail && on_failure_ == failed_assertion::ends_execution) {
    return progress::over;
  }
  const step answer = recorder.spin(id, recorder.happens_before(id).events);
  return answer.status == step_status::stop ? progress::over : progress::parked;
}

}  // namespace heddle::testing
