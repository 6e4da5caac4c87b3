// What becomes of the calls that unsupported_calls.S diverts. Outside the program: the C library's
// function is looked up. Inside: heddle cannot judge a program whose course depends on something
// that it does not model, and says so, naming the call; or the call is one of the harmless kind.
#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

#include "model/program/check_that.hpp"
#include "model/runtime/crash_guard.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/futexes.hpp"

namespace heddle::runtime {
namespace {

/// The same order as in unsupported_calls.S.
enum class action : std::uint32_t {
  unmodelled,  // something that heddle may come to model
  clock,
  random,
  process,
  io,
  signal,
  context,
  mapping,
  exit,
  yield,        // has no effect on what is possible
  system_call,  // by number
  read,         // of a descriptor: harmless if it is a file's
  write,
  handler,         // signal(number, handler)
  handler_struct,  // sigaction(number, new, old)
};

/// As laid out in unsupported_calls.S; the names follow.
struct entry {
  void* real;
  action what;
  std::uint32_t unused;

  const char* symbol() const { return reinterpret_cast<const char*>(this + 1); }
  const char* shown() const {
    const char* const other = symbol() + std::strlen(symbol()) + 1;
    return *other != '\0' ? other : symbol();
  }
};

using arguments = std::array<std::uintptr_t, 6>;

std::string sentence(action what, const std::string& name) {
  switch (what) {
    case action::clock:
      return "reads the clock (" + name + "), and heddle cannot repeat the answer";
    case action::random:
      return "asks for random numbers (" + name + "), and heddle cannot repeat the answer";
    case action::process:
      return "starts a process or waits for one (" + name + "), which heddle does not follow";
    case action::io:
      return "exchanges data with the outside world (" + name +
             "), which heddle can neither repeat nor take back";
    case action::signal:
      return "sends a signal or waits for one (" + name + "), which heddle does not model";
    case action::handler:
    case action::handler_struct:
      return "installs a signal handler (" + name + "), and heddle does not model signals";
    case action::context:
      return "switches stacks by itself (" + name + "), and heddle would lose track of its threads";
    case action::mapping:
      return "asks the kernel for memory (" + name +
             "), and heddle cannot repeat the answer; malloc and new are fine";
    case action::exit:
      return "ends itself in a way that heddle does not follow (" + name + "); exit is fine";
    default:
      return "calls " + name + ", which heddle does not model yet";
  }
}

bool is_null_device(const struct stat& file) {
  return S_ISCHR(file.st_mode) && file.st_rdev == makedev(1, 3);
}

bool is_harmless(int descriptor, bool write) {
  if (write && (descriptor == 1 || descriptor == 2)) return true;  // see output_capture.hpp
  struct stat file;
  if (fstat(descriptor, &file) != 0) return true;  // the call itself will say what is wrong
  return S_ISREG(file.st_mode) || is_null_device(file);
}

/// Signals may be ignored or reset, except those by which heddle notices that the program crashes.
bool is_harmless_disposition(int signal, void (*handler)(int)) {
  if (handler != SIG_DFL && handler != SIG_IGN) return false;
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGINT:
      return false;
    default:
      return signal < SIGRTMIN;
  }
}

/// Whether to go on to the kernel. Else the answer is in place of the first argument.
bool may_enter_kernel(engine& e, arguments& given) {
  const auto number = static_cast<long>(given[0]);
  switch (number) {
    case SYS_getpid:
    case SYS_gettid:
      return true;
    case SYS_sched_yield:
      given[0] = 0;
      return false;
    case SYS_futex:
      given[0] = static_cast<std::uintptr_t>(futex_system_call(e, given));
      return false;
    default:
      e.cannot("makes system call number " + std::to_string(number) +
               " by itself, and heddle does not know what that does");
  }
}

/// Whether to go on to the real function. Else the answer is in place of the first argument.
bool judge(engine& e, const entry& call, arguments& given) {
  const auto number = static_cast<int>(given[0]);
  switch (call.what) {
    case action::yield:
      given[0] = 0;
      return false;
    case action::system_call:
      return may_enter_kernel(e, given);
    case action::read:
    case action::write: {
      const bool write = call.what == action::write;
      if (is_harmless(number, write)) return true;
      e.cannot(sentence(action::io, std::string(call.shown()) + (write ? " to" : " from") +
                                        " something that is no file"));
    }
    case action::handler:
      if (is_harmless_disposition(number, reinterpret_cast<void (*)(int)>(given[1]))) return true;
      break;
    case action::handler_struct: {
      const auto* wanted = reinterpret_cast<const struct sigaction*>(given[1]);
      if (wanted == nullptr || is_harmless_disposition(number, wanted->sa_handler)) return true;
      break;
    }
    default:
      break;
  }
  e.cannot(sentence(call.what, call.shown()));
}

}  // namespace
}  // namespace heddle::runtime

/// Called by unsupported_calls.S inside the program, and outside when a function is called for the
/// first time. Returns whether to go on to `entry->real`.
extern "C" [[gnu::visibility("hidden")]] bool heddle_diverted_call(
    heddle::runtime::entry* entry, heddle::runtime::arguments* given) {
  using namespace heddle::runtime;
  if (entry->real == nullptr) {
    entry->real = dlsym(RTLD_NEXT, entry->symbol());
    heddle::check_that(entry->real != nullptr, "the C library has what heddle diverts");
  }
  if (!engine::inside()) return true;
  engine::visit v;
  return judge(v.e, *entry, *given);
}
