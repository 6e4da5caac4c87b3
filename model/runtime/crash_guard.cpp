#include "model/runtime/crash_guard.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <system_error>

#include "model/program/check_that.hpp"
#include "model/runtime/crash_stack.hpp"
#include "model/runtime/raw_system_call.hpp"

namespace heddle::runtime {
namespace {

constexpr int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
constexpr std::size_t signal_stack_bytes = 256 << 10;

// The watchdog's signal: a real-time one, near the end, which no program is known to use.
int no_progress_signal() { return SIGRTMAX - 1; }

crash_guard* active = nullptr;  // the handlers' way to their object
struct sigaction previous_action[_NSIG];
std::atomic<bool> interrupt_seen{false};

crash_kind kind_of(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
      return crash_kind::bad_access;
    case SIGFPE:
      return crash_kind::arithmetic;
    case SIGILL:
      return crash_kind::illegal_instruction;
    case SIGTRAP:
      return crash_kind::trap;
    case SIGABRT:
      return crash_kind::aborted;
    default:
      return crash_kind::no_progress;
  }
}

// Sent by someone, as opposed to caused by an instruction.
bool was_sent(const siginfo_t& info) { return info.si_code <= 0; }

// As if the guard were not there.
void chain(int signal, siginfo_t* info, void* context) {
  const struct sigaction& previous = previous_action[signal];
  if ((previous.sa_flags & SA_SIGINFO) != 0) return previous.sa_sigaction(signal, info, context);
  if (previous.sa_handler == SIG_IGN && was_sent(*info)) return;
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    return previous.sa_handler(signal);
  }
  struct sigaction action{};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
  // An instruction that failed fails again on return, and now ends the process, at its place. A
  // signal that was sent, or a breakpoint, which is behind us, must be sent again.
  if (!was_sent(*info) && signal != SIGTRAP) return;
  raw_system_call(SYS_tgkill, raw_system_call(SYS_getpid), raw_system_call(SYS_gettid), signal);
}

void install_handler(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action{};
  action.sa_sigaction = handler;
  // SA_NODEFER: the walk along a broken stack may crash in its turn, and is caught.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  check_that(sigaction(signal, &action, &previous_action[signal]) == 0, "the signal exists");
}

}  // namespace

const char* words_for(crash_kind kind) {
  switch (kind) {
    case crash_kind::bad_access:
      return "reads or writes memory that it must not";
    case crash_kind::stack_overflow:
      return "overflows its stack";
    case crash_kind::arithmetic:
      return "divides by zero, or the quotient does not fit";
    case crash_kind::illegal_instruction:
      return "executes an illegal instruction";
    case crash_kind::trap:
      return "runs into a trap instruction";
    case crash_kind::aborted:
      return "is aborted by the C library";
    case crash_kind::no_progress:
      return "runs on without end, or waits in a system call";
  }
  return "crashes";
}

crash_guard::crash_guard(fibers& guarded, const crash_guard_options& options)
    : fibers_(guarded), options_(options), thread_(raw_system_call(SYS_gettid)) {
  check_that(active == nullptr, "there is one crash guard at a time");
  check_that(guarded.current() == fibers::scheduler, "the scheduler makes the crash guard");
  raw_system_call(SYS_rt_sigprocmask, SIG_SETMASK, 0, as_argument(&scheduler_mask_),
                  sizeof scheduler_mask_);
  watch();
  install();
}

void crash_guard::watch() {
  if (options_.progress == nullptr) return;
  watchdog_.emplace(watchdog_options{options_.progress, options_.patience_seconds,
                                     options_.period_seconds, no_progress_signal()},
                    armed_);
}

void crash_guard::adopt_process() {
  thread_ = raw_system_call(SYS_gettid);
  watch();  // fork has left the thread behind
}

void crash_guard::install() {
  const long memory = raw_system_call(SYS_mmap, 0, signal_stack_bytes, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (is_error(memory)) {
    throw std::system_error(static_cast<int>(-memory), std::generic_category(),
                            "heddle has no memory for the stack of its signal handlers");
  }
  signal_stack_ = reinterpret_cast<void*>(memory);
  stack_t stack{};
  stack.ss_sp = signal_stack_;
  stack.ss_size = signal_stack_bytes;
  check_that(sigaltstack(&stack, &previous_stack_) == 0, "no handler runs on the signal stack");
  active = this;
  for (const int signal : crash_signals) install_handler(signal, &on_signal);
  install_handler(no_progress_signal(), &on_signal);
  sigaction(SIGINT, nullptr, &previous_action[SIGINT]);
  // Someone who has set SIGINT aside (nohup, a job in the background) wants no interrupts.
  if ((previous_action[SIGINT].sa_flags & SA_SIGINFO) == 0 &&
      previous_action[SIGINT].sa_handler == SIG_IGN) {
    options_.take_interrupts = false;
  }
  if (!options_.take_interrupts) return;
  struct sigaction action{};
  action.sa_handler = &on_interrupt;
  action.sa_flags = SA_ONSTACK | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
}

crash_guard::~crash_guard() {
  disarm();
  watchdog_.reset();
  for (const int signal : crash_signals) sigaction(signal, &previous_action[signal], nullptr);
  sigaction(no_progress_signal(), &previous_action[no_progress_signal()], nullptr);
  if (options_.take_interrupts) sigaction(SIGINT, &previous_action[SIGINT], nullptr);
  sigaltstack(&previous_stack_, nullptr);
  raw_system_call(SYS_munmap, as_argument(signal_stack_), signal_stack_bytes);
  active = nullptr;
}

bool crash_guard::interrupted() { return interrupt_seen.load(std::memory_order_relaxed); }
void crash_guard::clear_interrupted() { interrupt_seen.store(false, std::memory_order_relaxed); }

void crash_guard::on_interrupt(int) {
  if (interrupt_seen.exchange(true, std::memory_order_relaxed)) {
    raw_system_call(SYS_exit_group, 130);
  }
}

void crash_guard::on_signal(int signal, siginfo_t* info, void* context) {
  auto& place = *static_cast<ucontext_t*>(context);
  crash_guard* const guard = active;
  if (guard != nullptr && guard->takes(signal, *info, place)) {
    return guard->take(signal, *info, place);
  }
  // A signal of the watchdog which comes too late is forgotten.
  if (signal != no_progress_signal()) chain(signal, info, context);
}

bool crash_guard::takes(int signal, const siginfo_t& info, const ucontext_t& context) const {
  const int slot = fibers_.current();
  if (slot == fibers::scheduler || raw_system_call(SYS_gettid) != thread_) return false;
  const bool from_outside = was_sent(info) && info.si_pid != raw_system_call(SYS_getpid);
  if (from_outside) return false;
  if (signal == no_progress_signal()) {
    // In the middle of a switch the stack is not the current slot's yet; there is a next time.
    const auto stack_pointer = static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RSP]);
    return phase_ == phase::idle && armed() && fibers_.stacks().contains(slot, stack_pointer) &&
           watchdog_ && watchdog_->still_stuck();
  }
  if (phase_ != phase::idle) return phase_ == phase::walking && !was_sent(info);
  if (armed()) return true;
  return signal == SIGSEGV && !was_sent(info) && fibers_.stacks().is_guard(info.si_addr);
}

void crash_guard::take(int signal, const siginfo_t& info, ucontext_t& context) {
  if (phase_ == phase::idle) {
    // Only now may functions be called that use thread-local variables.
    describe(signal, info, context);
  }
  // Else the walk itself has crashed, on a stack that is no stack any more: what it has found so
  // far must do, and its handler's frames are left behind with the fiber's.
  go_to_scheduler(context);
}

void crash_guard::describe(int signal, const siginfo_t& info, const ucontext_t& context) {
  const auto& registers = context.uc_mcontext.gregs;
  last_.signal = signal;
  last_.code = info.si_code;
  last_.slot = fibers_.current();
  last_.while_armed = armed();
  last_.kind = kind_of(signal);
  last_.instruction = static_cast<std::uintptr_t>(registers[REG_RIP]);
  last_.address_known =
      (signal == SIGSEGV || signal == SIGBUS) && !was_sent(info) && info.si_code != SI_KERNEL;
  last_.address = last_.address_known ? reinterpret_cast<std::uintptr_t>(info.si_addr) : 0;
  if (last_.address_known && fibers_.stacks().is_guard(info.si_addr)) {
    last_.kind = crash_kind::stack_overflow;
  }
  phase_ = phase::walking;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  walk_interrupted({last_.instruction, static_cast<std::uintptr_t>(registers[REG_RSP]),
                    static_cast<std::uintptr_t>(registers[REG_RBP])},
                   fibers_.stack(last_.slot), last_.frames, &last_.depth);
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

void crash_guard::go_to_scheduler(ucontext_t& context) {
  phase_ = phase::telling;
  disarm();
  void* const scheduler = fibers_.abandon_from_handler();
  ++crashes_;
  if (watchdog_) watchdog_->acknowledge();
  if (options_.on_crash != nullptr) options_.on_crash(options_.context, last_);
  phase_ = phase::idle;
  auto& registers = context.uc_mcontext.gregs;
  registers[REG_RIP] = reinterpret_cast<greg_t>(&heddle_fiber_resume);
  registers[REG_RSP] = reinterpret_cast<greg_t>(scheduler);
  registers[REG_RDI] = reinterpret_cast<greg_t>(scheduler);
  // No single step, no alignment check, and strings go upwards.
  constexpr greg_t flags = 0x100 | 0x40000 | 0x400;
  registers[REG_EFL] &= ~flags;
  // The kernel's signal set has 8 bytes; what follows them in its frame is not ours.
  static_assert(sizeof scheduler_mask_ == 8);
  __builtin_memcpy(&context.uc_sigmask, &scheduler_mask_, sizeof scheduler_mask_);
}

}  // namespace heddle::runtime
