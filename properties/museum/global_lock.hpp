// A global (interpreter) lock as an embedder sees it: a thread is attached while it holds the lock,
// and any call into the interpreter may detach and attach again, so that another thread runs in
// between. That is the axiom behind the exhibits: a section under this lock is atomic only as far
// as it makes no such call.
#pragma once

#include <mutex>

namespace museum {

class global_lock {
 public:
  void attach() { mutex_.lock(); }
  void detach() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Attached in its scope (PyO3: Python::with_gil, attach).
class attached {
 public:
  explicit attached(global_lock& lock) : lock_(lock) { lock_.attach(); }
  ~attached() { lock_.detach(); }
  attached(const attached&) = delete;
  attached& operator=(const attached&) = delete;

 private:
  global_lock& lock_;
};

/// Detached in its scope, by a thread that is attached around it (PyO3: allow_threads, detach).
class detached {
 public:
  explicit detached(global_lock& lock) : lock_(lock) { lock_.detach(); }
  ~detached() { lock_.attach(); }
  detached(const detached&) = delete;
  detached& operator=(const detached&) = delete;

 private:
  global_lock& lock_;
};

/// Some call into the interpreter (an import, a finaliser, an attribute access …) that lets the
/// other threads run meanwhile.
inline void call_interpreter(global_lock& lock) { detached meanwhile(lock); }

}  // namespace museum
