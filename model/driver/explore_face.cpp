// heddle::explore: a session from inside somebody else's test. Here the result is made that the
// program will own: this file is not fused with the rest, so that its memory comes from the
// program's operator new (see cmake/fuse_objects). It owns nothing of heddle's.
#include "model/driver/told_result.hpp"

namespace heddle {
namespace {

void copy(void* out, const told_result& told) {
  auto& r = *static_cast<result*>(out);
  r.verdict = told.verdict;
  r.failure_kind = told.failure_kind;
  r.failure_message = told.failure_message;
  r.reason = told.reason;
  r.replay = told.replay;
  r.text = told.text;
  r.json = told.json;
  r.executions = told.executions;
  r.blocked = told.blocked;
  r.failures = told.failures;
  r.seconds = told.seconds;
  r.estimated_executions = told.estimated_executions;
  r.estimate_standard_error = told.estimate_standard_error;
}

}  // namespace

result explore(const std::function<void()>& body, const options& wanted) {
  result told;
  explore_and_tell(body, wanted, &copy, &told);
  return told;
}

}  // namespace heddle
