// Global locks for the checks of cells that are written over any of them: a mutex with no more than
// the concept asks for, which costs the fewest executions, and no lock at all, as a free-threaded
// interpreter has. The real one is heddle::global_lock.
#pragma once

#include <mutex>

namespace cells {

/// One mutex for each execution, in static storage: the token is empty.
inline std::mutex plain_mutex;
inline thread_local int plain_depth = 0;

class plain_token {
 public:
  class detach_guard {
   public:
    explicit detach_guard(plain_token) {
      --plain_depth;
      plain_mutex.unlock();
    }
    ~detach_guard() {
      plain_mutex.lock();
      ++plain_depth;
    }
    detach_guard(const detach_guard&) = delete;
    detach_guard& operator=(const detach_guard&) = delete;
  };
  static bool is_current() noexcept { return plain_depth == 1; }

 private:
  friend class plain_lock;
  explicit plain_token(int) {}
};

/// Attached for its scope.
class plain_lock {
 public:
  plain_lock() {
    plain_mutex.lock();
    ++plain_depth;
  }
  ~plain_lock() {
    --plain_depth;
    plain_mutex.unlock();
  }
  plain_lock(const plain_lock&) = delete;
  plain_lock& operator=(const plain_lock&) = delete;
  plain_token token() const { return plain_token(0); }
};

/// Attached, which excludes nobody.
class free_token {
 public:
  struct detach_guard {
    explicit detach_guard(free_token) {}
    ~detach_guard() {}  // not trivial: an unused guard is no warning
  };
  static bool is_current() noexcept { return true; }
  static free_token get() { return free_token(0); }

 private:
  explicit free_token(int) {}
};

/// A call into the interpreter: others may run meanwhile.
template <typename Token>
void call_interpreter(Token token) {
  typename Token::detach_guard meanwhile(token);
}

}  // namespace cells
