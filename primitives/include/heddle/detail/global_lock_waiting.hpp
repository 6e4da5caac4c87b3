// The slow half of global_lock: threads that wait, are handed the lock, or are turned away.
//
// While the queue is not empty, attaching is still open to anybody when the lock happens to be free
// (*overtaking*: a thread that has just released it may take it again without a switch of threads),
// until the first in the queue has waited for the switch interval and sets `requested`. From then
// on the lock does not become free: whoever releases it, or polls, leaves it held and grants it.
//
// state_ changes from held to free and back without inner_; the queue, and every flag but `held`,
// only with it.
//
// Who wakes a thread has let inner_ go before, else that thread would wake only to sleep again, for
// inner_: a second switch of threads in each hand-over. By then the woken one may have gone, so
// that threads sleep on condition variables of the lock (`beds_`), and the lock does not end while
// somebody wakes: that is what telling_ is for.
#pragma once

#include <heddle/global_lock.hpp>

namespace heddle {

// A thread in the queue, on its own stack. All members are protected by inner_.
class global_lock::waiter {
 public:
  std::condition_variable* bed = nullptr;  // where it sleeps once it is in the queue, not alone
  waiter* next = nullptr;
  attach_errc answer = attach_errc::none;
  bool answered = false;  // by another thread, which has taken it out of the queue
  bool stopped = false;
  bool overdue = false;  // it has waited for the switch interval
};

// Tells a waiter that a stop was requested. Under inner_, else the waiter could miss it between its
// look and its sleep.
class global_lock::waiter_stop {
 public:
  waiter_stop(global_lock& lock, waiter& self) : lock_(lock), self_(self) {}
  void operator()() noexcept {
    std::lock_guard inner(lock_.inner_);
    self_.stopped = true;
    if (self_.bed != nullptr) self_.bed->notify_all();
  }

 private:
  global_lock& lock_;
  waiter& self_;
};

inline global_lock::global_lock(startup when, std::chrono::nanoseconds switch_interval)
    : state_(when == startup::running ? 0u : restricted),
      switch_interval_(switch_interval),
      phase_(when == startup::running ? phase::running : phase::not_initialised) {}

inline global_lock::~global_lock() {
  detail::diagnose((state_.load(std::memory_order_relaxed) & (held | waited)) == 0,
                   "a global lock ends while a thread is attached to it, or waits for it");
  // Whoever has just released the lock, or has woken a thread, may still be on his way out.
  std::lock_guard inner(inner_);
  std::lock_guard telling(telling_);
}

inline attach_errc global_lock::acquire_unless_stopped(const std::stop_token& stop) {
  return acquire_at_once() ? attach_errc::none : acquire_slowly(arrival::refusable, &stop);
}

inline void global_lock::acquire_or_sleep(arrival how) {
  if (acquire_slowly(how, nullptr) == attach_errc::none) return;
  // GIL-8: neither back to code that believes to be attached, nor unwinding through it. The lock
  // may be destroyed meanwhile.
  const std::atomic<int> never{0};
  for (;;) never.wait(0, std::memory_order_relaxed);
}

// Takes the lock without asking the queue, if it is free.
inline bool global_lock::overtake() noexcept {
  std::uint32_t seen = state_.load(std::memory_order_relaxed);
  while ((seen & (held | restricted)) == 0) {
    // Acquire: as in acquire_at_once.
    if (state_.compare_exchange_weak(seen, seen | held, std::memory_order_acquire,
                                     std::memory_order_relaxed))
      return true;
  }
  return false;
}

inline attach_errc global_lock::acquire_slowly(arrival how, const std::stop_token* stop) {
  if (overtake()) return attach_errc::none;
  waiter self;
  // Made and ended without inner_: both may have to wait for the callback, which takes it.
  std::optional<std::stop_callback<waiter_stop>> on_stop;
  if (stop != nullptr && stop->stop_possible()) on_stop.emplace(*stop, waiter_stop(*this, self));
  std::unique_lock inner(inner_);
  const attach_errc outcome = wait_for_turn(inner, self, how);
  inner.unlock();
  return outcome;
}

// Whether the lock is kept for another thread than the calling one. Under inner_.
inline bool global_lock::kept_for_another() const noexcept {
  return phase_ != phase::running && special_ != &detail::this_attachment;
}

inline attach_errc global_lock::wait_for_turn(std::unique_lock<std::mutex>& inner, waiter& self,
                                              arrival how) {
  while (kept_for_another()) {
    if (phase_ == phase::finalising) {
      detail::diagnose(how != arrival::first,
                       "a thread attaches after the lock has been finalised: use try_attach");
      return attach_errc::finalising;
    }
    if (how == arrival::refusable) return attach_errc::not_initialised;
    phase_changed_.wait(inner);
  }
  (last_ == nullptr ? first_ : last_->next) = &self;
  last_ = &self;
  self.bed = &beds_[next_bed_++ % beds_.size()];
  self.overdue = switch_interval_.count() == 0;
  const auto deadline = std::chrono::steady_clock::now() + switch_interval_;
  for (;;) {
    if (self.answered) return self.answer;
    if (take_or_mark(self)) return attach_errc::none;
    if (self.stopped) return leave(self), attach_errc::stopped;
    if (self.overdue)
      self.bed->wait(inner);
    else
      self.overdue = self.bed->wait_until(inner, deadline) == std::cv_status::timeout;
  }
}

// What state_ says of a queue that begins with `first`.
inline std::uint32_t global_lock::flags_of_queue(const waiter* first) noexcept {
  return first == nullptr ? 0u : waited | (first->overdue ? requested : 0u);
}

// Takes the lock for a thread in the queue if it is free, else notes in state_ that it waits.
// Under inner_.
inline bool global_lock::take_or_mark(waiter& self) noexcept {
  std::uint32_t seen = state_.load(std::memory_order_relaxed);
  for (;;) {
    const bool free = (seen & held) == 0;
    const waiter* rest = free && first_ == &self ? self.next : first_;
    const std::uint32_t wanted = (seen & restricted) | held | flags_of_queue(rest);
    // Acquire: as in acquire_at_once.
    if (!state_.compare_exchange_weak(seen, wanted, std::memory_order_acquire,
                                      std::memory_order_relaxed))
      continue;
    if (free) remove(self);
    return free;
  }
}

// Takes a thread out of the queue; what state_ says is left to the caller. Under inner_.
inline void global_lock::remove(waiter& self) noexcept {
  waiter* before = nullptr;
  for (waiter* each = first_; each != &self; each = each->next) before = each;
  (before == nullptr ? first_ : before->next) = self.next;
  if (last_ == &self) last_ = before;
}

// Answers a waiter and lets it go, when it has been told. Under inner_.
inline void global_lock::answer(waiter& other, attach_errc with) noexcept {
  remove(other);
  other.answer = with;
  other.answered = true;
}

// Wakes a thread, and gives inner_ up before.
inline void global_lock::tell(std::unique_lock<std::mutex>& inner,
                              std::condition_variable& bed) noexcept {
  std::lock_guard telling(telling_);
  inner.unlock();
  bed.notify_all();
}

// Of a held lock: makes state_ say what the queue is now. Under inner_, and with `waited` set and
// `woken` not, as take_or_mark leaves it, or by the thread that has the lock: then whoever releases
// it asks for inner_ first, so nobody else changes state_ meanwhile.
inline void global_lock::mark_queue() noexcept {
  const std::uint32_t kept = state_.load(std::memory_order_relaxed) & restricted;
  state_.store(kept | held | flags_of_queue(first_), std::memory_order_relaxed);
}

// A thread gives up waiting, when take_or_mark has just found the lock held. Under inner_.
inline void global_lock::leave(waiter& self) noexcept {
  remove(self);
  mark_queue();
}

inline void global_lock::release_to_others() noexcept {
  std::uint32_t seen = state_.load(std::memory_order_relaxed);
  // Nobody is to be told: nobody waits, or the first in the queue is on its way.
  while ((seen & requested) == 0 && ((seen & waited) == 0 || (seen & woken) != 0)) {
    // Release: as in release().
    if (state_.compare_exchange_weak(seen, seen & ~std::uint32_t{held}, std::memory_order_release,
                                     std::memory_order_relaxed))
      return;
  }
  std::unique_lock inner(inner_);
  if (grant(inner)) return;
  // As long as the lock is held, only threads that hold inner_ change state_.
  const std::uint32_t kept = state_.load(std::memory_order_relaxed) & restricted;
  const std::uint32_t told = first_ == nullptr ? 0u : waited | woken;
  // Release: as in release().
  state_.store(kept | told, std::memory_order_release);
  if (first_ != nullptr) tell(inner, *first_->bed);
}

// Hands the lock, which the calling thread has, to the first in the queue if that has waited for
// too long: it stays held. Under inner_, through which the two threads synchronise; gives it up if
// so.
inline bool global_lock::grant(std::unique_lock<std::mutex>& inner) noexcept {
  if (first_ == nullptr || !first_->overdue) return false;
  std::condition_variable& bed = *first_->bed;
  answer(*first_, attach_errc::none);
  mark_queue();
  tell(inner, bed);
  return true;
}

inline void global_lock::hand_over() {
  {
    std::unique_lock inner(inner_);
    if (!grant(inner)) return;
  }
  const detail::attachment mine = std::exchange(detail::this_attachment, {});
  acquire(arrival::again);
  detail::this_attachment = mine;
}

inline void global_lock::poll(attached) {
  detail::diagnose(is_attached(), "a token is used while its thread is detached");
  if (is_wanted()) [[unlikely]]
    hand_over();
  run_deferred();
}

inline void global_lock::begin_initialisation() {
  std::lock_guard inner(inner_);
  if (phase_ != phase::not_initialised)
    throw std::logic_error("heddle::global_lock::initialise: this has been done, or begun");
  phase_ = phase::initialising;
  special_ = &detail::this_attachment;
}

inline void global_lock::end_initialisation(phase next) noexcept {
  std::lock_guard inner(inner_);
  phase_ = next;
  special_ = nullptr;
  if (next != phase::running) return;
  state_.fetch_and(~std::uint32_t{restricted}, std::memory_order_relaxed);
  phase_changed_.notify_all();
}

inline void global_lock::finalise(attached) {
  detail::diagnose(is_attached(), "a token is used while its thread is detached");
  std::lock_guard inner(inner_);
  phase_ = phase::finalising;
  special_ = &detail::this_attachment;
  while (first_ != nullptr) answer(*first_, attach_errc::finalising);
  for (std::condition_variable& bed : beds_) bed.notify_all();
  state_.store(held | restricted, std::memory_order_relaxed);
}

}  // namespace heddle
