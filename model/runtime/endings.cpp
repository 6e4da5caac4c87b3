#include "model/runtime/endings.hpp"

#include <sys/syscall.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "heddle/check.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"
#include "model/runtime/program_exit.hpp"
#include "model/runtime/raw_system_call.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/thread_specific.hpp"

namespace heddle::runtime {
namespace {

constinit real_function<void(int)> real_exit{"exit"};
constinit real_function<void(int)> real_quick_exit{"quick_exit"};
constinit real_function<void()> real_abort{"abort"};
constinit real_function<int(int)> real_raise{"raise"};
constinit real_function<void(const char*, const char*, unsigned, const char*)> real_assert_fail{
    "__assert_fail"};
constinit real_function<void(int, const char*, unsigned, const char*)> real_assert_perror_fail{
    "__assert_perror_fail"};

std::string running_thread(engine& e) { return thread_name(e.running()); }

[[noreturn]] void fail_by(failure_kind kind, const char* what) {
  engine::visit v;
  v.e.fail(kind, running_thread(v.e) + " " + what);
}

/// Without the folder, which is another one on every machine; the failure's place has it.
std::string at(const char* file, unsigned line) {
  const std::string path = file == nullptr ? "?" : file;
  return " (" + path.substr(path.rfind('/') + 1) + ":" + std::to_string(line) + ")";
}

[[noreturn]] void end_program(int status, const char* how) {
  engine::visit v;
  v.e.exit_program(status, how);
}

/// What the program printed into the capture is all that is left to tell why.
void before_real_end() { output_capture::give_up(); }

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;
using heddle::failure_kind;

void heddle::require(bool condition, const char* message, std::source_location where) {
  if (condition) [[likely]]
    return;
  const char* const what = message == nullptr ? "require(...) does not hold" : message;
  if (!engine::inside()) {
    std::fprintf(stderr, "heddle: %s (%s:%u)\n", what, where.file_name(),
                 static_cast<unsigned>(where.line()));
    std::abort();
  }
  engine::visit v;
  v.e.fail(failure_kind::assertion, what + at(where.file_name(), where.line()));
}

void heddle::runtime::leave_main() {
  run_exit_handlers(*engine::current(), 0);
  run_program_exit_handlers();
}

extern "C" {

void exit(int status) noexcept {
  if (!engine::inside()) {
    real_exit(status);
    __builtin_unreachable();
  }
  engine& e = *engine::current();
  run_exit_handlers(e, 0);  // thread_local objects of the caller; no keys, whoever calls
  run_program_exit_handlers();
  end_program(status, "exit");
}

void quick_exit(int status) noexcept {
  if (!engine::inside()) {
    real_quick_exit(status);
    __builtin_unreachable();
  }
  run_quick_exit_handlers();
  end_program(status, "quick_exit");
}

// Not through the C library: this may be called in a signal handler, where nothing can be looked
// up.
void _exit(int status) {
  if (engine::inside()) end_program(status, "_exit");
  for (;;) raw_system_call(SYS_exit_group, status);
}

void _Exit(int status) noexcept {
  if (engine::inside()) end_program(status, "_Exit");
  for (;;) raw_system_call(SYS_exit_group, status);
}

void abort() noexcept {
  if (engine::inside()) fail_by(failure_kind::abort, "calls abort");
  before_real_end();
  real_abort();
  __builtin_unreachable();
}

int raise(int signal) noexcept {
  if (!engine::inside()) {
    if (signal == SIGABRT) before_real_end();
    return real_raise(signal);
  }
  if (signal == SIGABRT) fail_by(failure_kind::abort, "raises SIGABRT");
  engine::visit v;
  v.e.cannot("raises signal " + std::to_string(signal) + ", and heddle does not model signals");
}

void __assert_fail(const char* claim, const char* file, unsigned line,
                   const char* function) noexcept {
  if (!engine::inside()) {
    before_real_end();
    real_assert_fail(claim, file, line, function);
    __builtin_unreachable();
  }
  engine::visit v;
  v.e.fail(failure_kind::assertion,
           "assertion `" + std::string(claim) + "' failed" + at(file, line));
}

void __assert(const char* claim, const char* file, int line) noexcept {
  __assert_fail(claim, file, static_cast<unsigned>(line), "");
}

void __assert_perror_fail(int error, const char* file, unsigned line,
                          const char* function) noexcept {
  if (!engine::inside()) {
    before_real_end();
    real_assert_perror_fail(error, file, line, function);
    __builtin_unreachable();
  }
  engine::visit v;
  v.e.fail(failure_kind::assertion,
           "unexpected error: " + std::string(std::strerror(error)) + at(file, line));
}

}  // extern "C"
