// pthread_exit: leaves every function of the thread, so that objects on its stack are destroyed,
// and ends it. This is the C++ ABI's forced unwinding, which no handler can stop for good.
#include <pthread.h>
#include <unwind.h>

#include "model/runtime/engine.hpp"
#include "model/runtime/fiber.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/thread_specific.hpp"

namespace heddle::runtime {
namespace {

constinit real_function<void(void*)> real_thread_exit{"pthread_exit"};

// Not on the stack that is being unwound.
struct exit_in_progress {
  _Unwind_Exception unwinding;
};
exit_in_progress in_progress[fibers::limit];

/// Called for each frame; the last time, at the end of the stack, there is nothing left to leave.
_Unwind_Reason_Code go_on(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                          _Unwind_Context*, void* result) {
  if ((actions & _UA_END_OF_STACK) == 0) return _URC_NO_REASON;
  engine& e = *engine::current();
  const thread_id self = e.running();
  run_exit_handlers(e, self);
  if (self == 0) run_key_destructors(self);
  e.finish_thread(result);
}

/// A handler has caught it and does not throw it again.
void swallowed(_Unwind_Reason_Code, _Unwind_Exception*) {
  engine::visit v;
  v.e.fail(failure_kind::misuse, thread_name(v.e.running()) +
                                     " calls pthread_exit under a catch (...) that does not "
                                     "rethrow");
}

}  // namespace
}  // namespace heddle::runtime

extern "C" void pthread_exit(void* result) {
  using namespace heddle::runtime;
  if (!engine::inside()) {
    real_thread_exit(result);
    __builtin_unreachable();
  }
  exit_in_progress& mine = in_progress[engine::current()->running()];
  mine = {};
  mine.unwinding.exception_cleanup = &swallowed;
  _Unwind_ForcedUnwind(&mine.unwinding, &go_on, result);
  go_on(1, _UA_END_OF_STACK, 0, &mine.unwinding, nullptr, result);  // no frame can be unwound
  __builtin_unreachable();
}
