// CPython's own global lock, as a backend of attached.hpp: what is written over `attached_token`
// works inside an extension module, or a program that embeds the interpreter. Needs Python.h, and
// to be included before other headers, as Python.h asks.
//
//   thread          attach_guard              its end          detach_guard    its end
//   detached        PyGILState_Ensure         Release          misuse          RestoreThread
//   attached        PyGILState_Ensure: nests  Release: nests   SaveThread      misuse
//
// Contracts, as in global_lock.hpp:
//   GIL-1 to GIL-4  are CPython's, here with guards that restore on every way out.
//   GIL-5   gil_protected<T, python::attached> holds what belongs to the interpreter.
//   GIL-8   once the interpreter is being finalised, CPython 3.11 ends a thread that attaches by
//           unwinding it (gh-87135). Here it sleeps for ever instead; try_attach says so where the
//           interpreter knows already.
//   GIL-9   is CPython's: it forces a switch at its next eval-breaker if somebody has waited for
//           sys.getswitchinterval(). C++ code that runs for long detaches now and then.
//   GIL-10  Py_IsInitialized() is true before the initialisation has completed: who embeds the
//           interpreter starts its threads after Py_Initialize has returned.
//   Not kept: GIL-7 (there is deferred_operations::drain, to be called where it is wanted), and
//   try_attach cannot be stopped while it waits.
#pragma once

#include <Python.h>

#include <atomic>
#include <heddle/attached.hpp>
#include <heddle/detail/misuse.hpp>
#include <optional>
#include <utility>

namespace heddle::python {

class attach_guard;
class detach_guard;

/// Proof that the calling thread holds CPython's global lock. Code that is called by the
/// interpreter has it without a guard: see attached::assume.
struct attached {
  using detach_guard = python::detach_guard;
  static bool is_current() noexcept { return PyGILState_Check() != 0; }

  /// For functions that the interpreter calls, which are attached. Debug builds look.
  static attached assume() noexcept {
    detail::diagnose(!detail::diagnosing || is_current(),
                     "python::attached::assume: the thread does not hold the global lock");
    return attached(0);
  }

 private:
  friend attach_guard;
  friend detach_guard;
  explicit constexpr attached(int) noexcept {}
};

namespace detail {

using heddle::detail::fatal_misuse;

// Calls what takes the lock. If the interpreter ends the thread meanwhile (a forced unwinding,
// which passes as an exception that must not be caught for good), the thread stays here.
template <class Function>
auto take(Function function) {
  try {
    return function();
  } catch (...) {
    const std::atomic<int> never{0};
    for (;;) never.wait(0, std::memory_order_relaxed);
  }
}

}  // namespace detail

/// Attaches the calling thread for its lifetime; nests.
class [[nodiscard]] attach_guard {
 public:
  attach_guard() : before_(detail::take([] { return PyGILState_Ensure(); })) {}
  attach_guard(const attach_guard&) = delete;
  attach_guard& operator=(const attach_guard&) = delete;
  ~attach_guard() {
    if (heddle::detail::diagnosing && !attached::is_current())
      detail::fatal_misuse("an attach_guard ends while its thread is detached");
    PyGILState_Release(before_);
  }
  attached token() const noexcept { return attached(0); }

 private:
  PyGILState_STATE before_;
};

/// Detaches the calling thread for its lifetime.
class [[nodiscard]] detach_guard {
 public:
  explicit detach_guard(attached) {
    if (heddle::detail::diagnosing && !attached::is_current())
      detail::fatal_misuse("a token is used while its thread is detached");
    suspended_ = PyEval_SaveThread();
  }
  detach_guard(const detach_guard&) = delete;
  detach_guard& operator=(const detach_guard&) = delete;
  ~detach_guard() {
    if (suspended_ != nullptr) reattach();
  }

  /// Attaches the thread again before the end of the guard, which then does nothing.
  attached reattach() {
    PyThreadState* state = std::exchange(suspended_, nullptr);
    if (state == nullptr) detail::fatal_misuse("a detach_guard reattaches twice");
    detail::take([&] {
      PyEval_RestoreThread(state);
      return 0;
    });
    return attached(0);
  }

 private:
  PyThreadState* suspended_;  // null: the thread has been attached again
};

/// Why try_attach did not attach.
enum class attach_errc { none, not_initialised, finalising };

/// An attach_guard, or why there is none. An automatic object.
class [[nodiscard]] attach_result {
 public:
  attach_result()
      : error_(!Py_IsInitialized()  ? attach_errc::not_initialised
               : _Py_IsFinalizing() ? attach_errc::finalising
                                    : attach_errc::none) {
    if (error_ == attach_errc::none) guard_.emplace();
  }
  attach_result(const attach_result&) = delete;
  attach_result& operator=(const attach_result&) = delete;

  explicit operator bool() const noexcept { return guard_.has_value(); }
  attach_errc error() const noexcept { return error_; }
  /// The proof; throws std::bad_optional_access if the thread was not attached.
  attached token() const { return guard_.value().token(); }

 private:
  attach_errc error_;
  std::optional<attach_guard> guard_;
};

/// Attaches the calling thread for the lifetime of the result, unless the interpreter is not there.
/// A finalisation that begins while the thread waits makes it sleep for ever (GIL-8).
inline attach_result try_attach() { return attach_result(); }

}  // namespace heddle::python
