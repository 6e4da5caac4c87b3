// Cancellation as it travels: an exception of a type of its own.
//
//   SWL-1  It is not derived from std::exception, so a handler of ordinary errors does not match
//   it. SWL-2  Whoever catches it without being asked must let it go on; only the scope that was
//          cancelled absorbs it (cancel_scope.hpp), and only if nothing around it is cancelled,
//          too.
//   SWL-3  Who swallows it anyway meets it again at the next checkpoint: cancellation is a state of
//          the scope, not a message to the task.
//   SELF-1 A task may throw it itself. No scope absorbs it then, and the task ends cancelled.
#pragma once

#include <exception>

namespace heddle {

/// Thrown at a checkpoint of a task whose scope is cancelled. Has no content: whose cancellation it
/// is, the scopes decide when it reaches them.
struct cancelled final {};

/// True if `error` is a cancellation. Rethrows and catches, so it costs a microsecond.
inline bool is_cancellation(const std::exception_ptr& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace heddle
