// A litmus test as a program of the search: thread 0 creates the threads P0, P1, … in order, joins
// them in order, and runs `final`. Nothing is allocated in an execution, so that the speed of the
// search can be measured on litmus tests.
#pragma once

#include <cstdint>
#include <vector>

#include "model/program/program.hpp"
#include "model/testing/litmus_code.hpp"

namespace heddle::testing {

enum class failed_assertion : std::uint8_t {
  ends_execution,  // as a real program does; what the other threads would have done stays unknown
  blocks_thread,   // the others go on, so that every execution is seen to its end
};

/// The state of a thread after an execution.
enum class litmus_ending : std::uint8_t {
  unfinished,  // not begun, waiting in an operation, or cut short
  finished,
  stopped,  // by assume or the bound of a loop
  failed,   // by an assertion
};

class litmus_program final : public program {
 public:
  /// `code` must outlive the program.
  explicit litmus_program(const litmus_code& code,
                          failed_assertion on_failure = failed_assertion::ends_execution);

  void run(recorder& recorder) override;

  /// Of the last execution. `thread` counts as litmus_code::threads does, `final` last.
  litmus_ending ending_of(std::size_t thread) const { return threads_[thread].ending; }
  /// How many reads, writes, fences and choices its finished operations made.
  std::uint32_t events_of(std::size_t thread) const { return threads_[thread].events; }
  bool any_failed() const;
  /// What a register holds; litmus_code::threads has their names.
  std::int64_t value_of(std::size_t thread, register_index index) const {
    return threads_[thread].registers[index];
  }

  /// How many events the creations and joins of thread 0 are.
  std::uint32_t creations_and_joins() const {
    return static_cast<std::uint32_t>(2 * code_.workers());
  }
  const litmus_code& code() const { return code_; }

 private:
  struct thread_state {
    std::uint32_t at = 0;       // instruction
    std::uint32_t prelude = 0;  // thread 0: how many threads it has created and joined
    std::uint32_t events = 0;
    litmus_ending ending = litmus_ending::unfinished;
    bool pending = false;  // `op` has been asked for and not been answered
    operation op;
    std::int64_t* registers = nullptr;
  };

  enum class progress : std::uint8_t { parked, over };  // over: the execution is

  void reset();
  progress run_thread(recorder& recorder, thread_id id);
  bool run_prelude(recorder& recorder, thread_state& thread, progress& result);
  progress halt(recorder& recorder, thread_id id, thread_state& thread, opcode why);

  const litmus_code& code_;
  failed_assertion on_failure_;
  std::vector<thread_state> threads_;
  std::vector<std::int64_t> registers_;  // of all threads
  std::vector<std::int64_t> initial_registers_;
};

}  // namespace heddle::testing
