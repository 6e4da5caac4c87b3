// What is left of a global lock in an interpreter without one: any number of threads are attached
// at the same time, and now and then one of them stops all the others.
//
//   heddle::safepoint_domain domain;
//   heddle::safepoint_domain::attach_guard guard(domain);
//   domain.poll(guard.token());                            // a safepoint: parks here if asked to
//   heddle::detached(guard.token(), [&] { io(); });        // not counted meanwhile
//   { auto stopped = domain.stop_the_world(guard.token()); collect_garbage(); }
//
//   thread       world runs              world is being stopped, or stopped
//   attached     goes on                 parks at the next poll, attach or detach_guard's end
//   detached     goes on                 goes on, but waits before it is attached again
//   the stopper  goes on                 waits until nobody else is attached, then goes on alone
//
// Contracts:
//   STW-1  stop_the_world returns once every other attached thread has polled or detached. A
//          thread that waits for something else while attached violates that: detach first.
//   STW-2  the stopper must take no lock that a parked or detached thread may own. The domain's own
//          mutex is held by nobody who waits. (critical_section keeps the rule for its objects.)
//   STW-3  what the others did before they parked happens before what the stopper does, and that
//          happens before what they do afterwards.
//   Two stoppers come one after the other; the second is parked meanwhile.
//   CS-1   critical sections are suspended by poll, when it parks, and by detaching.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <heddle/attached.hpp>
#include <heddle/detail/misuse.hpp>
#include <mutex>
#include <utility>

namespace heddle {

class safepoint_domain;

namespace detail {

// Something that a thread owns only while it is attached: the innermost, linked to the outer ones.
class suspendable {
 public:
  virtual void suspend() noexcept = 0;
  virtual void resume() noexcept = 0;
  suspendable* outer = nullptr;

 protected:
  ~suspendable() = default;
};

struct safepoint_attachment {
  safepoint_domain* domain = nullptr;
  std::uint32_t count = 0;
  suspendable* innermost = nullptr;
};
inline constinit thread_local safepoint_attachment this_safepoint_attachment;

}  // namespace detail

class safepoint_domain {
 public:
  class attach_guard;
  class detach_guard;
  class stopped_world;

  /// Proof that the calling thread is attached to a domain (see attached.hpp).
  struct token {
    using detach_guard = safepoint_domain::detach_guard;
    static bool is_current() noexcept {
      return detail::this_safepoint_attachment.domain != nullptr;
    }

   private:
    friend safepoint_domain;
    explicit constexpr token(int) noexcept {}
  };

  safepoint_domain() = default;
  safepoint_domain(const safepoint_domain&) = delete;
  safepoint_domain& operator=(const safepoint_domain&) = delete;

  /// A safepoint: if the world is to be stopped the calling thread parks until it runs again. One
  /// load if not.
  void poll(token) {
    if ((state_.load(std::memory_order_relaxed) & stopping) != 0) [[unlikely]]
      park();
  }

  /// Waits until no other thread is attached, and keeps it so for the lifetime of the result.
  [[nodiscard]] stopped_world stop_the_world(token);

  // For critical_section: gives up its place, or takes it back, without touching what is suspended.
  void leave() noexcept;
  void enter() noexcept;

 private:
  // state_: twice the number of threads that are attached and not parked, plus `stopping` while a
  // thread stops the world or has it stopped.
  static constexpr std::uint32_t stopping = 1;
  static constexpr std::uint32_t one_thread = 2;

  static void suspend_all() noexcept;
  static void resume_innermost() noexcept;
  void park() noexcept;
  void resume_the_world() noexcept;

  std::atomic<std::uint32_t> state_{0};
  std::mutex mutex_;              // of the two below
  std::condition_variable left_;  // a thread has parked or detached while the world is stopped
  std::condition_variable resumed_;
};

/// Attaches the calling thread for its lifetime; nests. Waits while the world is stopped.
class [[nodiscard]] safepoint_domain::attach_guard {
 public:
  explicit attach_guard(safepoint_domain& domain) : domain_(domain) {
    auto& mine = detail::this_safepoint_attachment;
    detail::diagnose(mine.domain == nullptr || mine.domain == &domain,
                     "a thread attaches to a second safepoint_domain");
    if (mine.count++ != 0) return;
    domain.enter();
    mine.domain = &domain;
  }
  attach_guard(const attach_guard&) = delete;
  attach_guard& operator=(const attach_guard&) = delete;
  ~attach_guard() {
    auto& mine = detail::this_safepoint_attachment;
    if (mine.domain != &domain_) [[unlikely]]
      detail::fatal_misuse("an attach_guard ends while its thread is detached from its domain");
    if (--mine.count != 0) return;
    if (mine.innermost != nullptr) [[unlikely]]
      detail::fatal_misuse("an attach_guard ends before a critical section in it");
    mine.domain = nullptr;
    domain_.leave();
  }
  safepoint_domain::token token() const noexcept { return safepoint_domain::token(0); }

 private:
  safepoint_domain& domain_;
};

/// Detaches the calling thread for its lifetime: it may wait for whatever it likes. Critical
/// sections are suspended meanwhile (CS-1).
class [[nodiscard]] safepoint_domain::detach_guard {
 public:
  explicit detach_guard(safepoint_domain::token) noexcept {
    if (detail::this_safepoint_attachment.domain == nullptr) [[unlikely]]
      detail::fatal_misuse("a token is used while its thread is detached");
    suspend_all();
    suspended_ = std::exchange(detail::this_safepoint_attachment, {});
    suspended_.domain->leave();
  }
  detach_guard(const detach_guard&) = delete;
  detach_guard& operator=(const detach_guard&) = delete;
  ~detach_guard() {
    if (suspended_.domain != nullptr) reattach();
  }

  /// Attaches the thread again before the end of the guard, which then does nothing.
  safepoint_domain::token reattach() noexcept {
    if (detail::this_safepoint_attachment.domain != nullptr || suspended_.domain == nullptr)
        [[unlikely]]
      detail::fatal_misuse("a detach_guard ends, or reattaches, while its thread is attached");
    suspended_.domain->enter();
    detail::this_safepoint_attachment = std::exchange(suspended_, {});
    resume_innermost();
    return safepoint_domain::token(0);
  }

 private:
  detail::safepoint_attachment suspended_;
};

/// The world is stopped for the lifetime of this.
class [[nodiscard]] safepoint_domain::stopped_world {
 public:
  stopped_world(const stopped_world&) = delete;
  stopped_world& operator=(const stopped_world&) = delete;
  ~stopped_world() { domain_.resume_the_world(); }

 private:
  friend safepoint_domain;
  explicit stopped_world(safepoint_domain& domain) : domain_(domain) {}
  safepoint_domain& domain_;
};

inline void safepoint_domain::enter() noexcept {
  std::uint32_t seen = state_.load(std::memory_order_relaxed);
  while ((seen & stopping) == 0) {
    // Acquire: pairs with the release in resume_the_world, and with no less than that.
    if (state_.compare_exchange_weak(seen, seen + one_thread, std::memory_order_acquire,
                                     std::memory_order_relaxed))
      return;
  }
  std::unique_lock lock(mutex_);
  resumed_.wait(lock, [&] { return (state_.load(std::memory_order_relaxed) & stopping) == 0; });
  // Whoever wants to stop the world now waits for mutex_.
  state_.fetch_add(one_thread, std::memory_order_relaxed);
}

inline void safepoint_domain::leave() noexcept {
  // Release: pairs with the acquire of the stopper that counts this thread out.
  const std::uint32_t before = state_.fetch_sub(one_thread, std::memory_order_release);
  if ((before & stopping) == 0) return;
  std::lock_guard lock(mutex_);
  left_.notify_one();
}

inline void safepoint_domain::park() noexcept {
  suspend_all();
  leave();
  enter();
  resume_innermost();
}

inline safepoint_domain::stopped_world safepoint_domain::stop_the_world(token) {
  auto& mine = detail::this_safepoint_attachment;
  detail::diagnose(mine.domain == this, "a token is used while its thread is detached");
  std::unique_lock lock(mutex_);
  while ((state_.load(std::memory_order_relaxed) & stopping) != 0) {
    lock.unlock();
    park();
    lock.lock();
  }
  state_.fetch_or(stopping, std::memory_order_relaxed);
  // Acquire: pairs with the release of each thread that leaves.
  left_.wait(lock,
             [&] { return state_.load(std::memory_order_acquire) == (one_thread | stopping); });
  return stopped_world(*this);
}

inline void safepoint_domain::resume_the_world() noexcept {
  std::lock_guard lock(mutex_);
  // Release: pairs with the acquire of threads that enter without mutex_.
  state_.fetch_and(~stopping, std::memory_order_release);
  resumed_.notify_all();
}

inline void safepoint_domain::suspend_all() noexcept {
  for (auto* each = detail::this_safepoint_attachment.innermost; each != nullptr;
       each = each->outer)
    each->suspend();
}

inline void safepoint_domain::resume_innermost() noexcept {
  if (auto* innermost = detail::this_safepoint_attachment.innermost) innermost->resume();
}

}  // namespace heddle
