// Exclusion object by object, for an interpreter without a global lock: a thread that is attached
// to a safepoint_domain owns the objects of its critical sections, as long as it is attached.
//
//   heddle::critical_section both(token, list.section, other.section);
//
//   section      thread detaches or parks     attaches again             inner section begins /
//   ends running      suspended: objects free      -                          may suspend / resumes
//   it suspended    suspended                    innermost: running again   -
//
// Contracts:
//   CS-1  a section is suspended whenever its thread detaches, and the innermost is resumed when
//   the
//         thread attaches again, an outer one when those within have ended. So a section is no more
//         atomic than a global lock's: what may detach may let others in.
//   CS-2  a section of two objects takes both, or waits with neither, in whatever order two threads
//         name them; the same object named twice is taken once.
//   CS-3  there is no other way to the lock of an object.
//   STW-2 an object is owned by attached threads only: nobody waits with one, not for another
//   object
//         and not for the world to go on, so that whoever has stopped the world may begin sections.
// Not promised: an order among those who wait.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <heddle/detail/misuse.hpp>
#include <heddle/safepoint_domain.hpp>

namespace heddle {

/// The lock of an object, to be a member of it.
class sectioned_object {
 public:
  sectioned_object() = default;
  sectioned_object(const sectioned_object&) = delete;
  sectioned_object& operator=(const sectioned_object&) = delete;

 private:
  friend class critical_section;

  bool try_own() noexcept {
    int free = 0;
    // Acquire: pairs with the release in disown.
    return owned_.compare_exchange_strong(free, 1, std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }
  void disown() noexcept {
    // Release: pairs with the acquire of the next owner.
    owned_.store(0, std::memory_order_release);
    owned_.notify_all();
  }
  // Until nobody owns it, for a moment at least. Owning it to find out would be seen by others.
  void wait() const noexcept { owned_.wait(1, std::memory_order_relaxed); }

  std::atomic<int> owned_{0};  // 1: by a section that runs
};

/// The calling thread, which is attached, owns the object, or the two, for the lifetime of this,
/// except where it is detached. Sections nest, and end in the opposite order of their beginning.
class [[nodiscard]] critical_section final : detail::suspendable {
 public:
  critical_section(safepoint_domain::token token, sectioned_object& object)
      : critical_section(token, object, object) {}

  critical_section(safepoint_domain::token, sectioned_object& one, sectioned_object& other)
      : one_(std::min(&one, &other, std::less<>())),
        other_(&one == &other ? nullptr : std::max(&one, &other, std::less<>())) {
    auto& mine = detail::this_safepoint_attachment;
    detail::diagnose(mine.domain != nullptr, "a token is used while its thread is detached");
    outer = mine.innermost;
    own();
    mine.innermost = this;
  }
  critical_section(const critical_section&) = delete;
  critical_section& operator=(const critical_section&) = delete;

  ~critical_section() {
    auto& mine = detail::this_safepoint_attachment;
    if (mine.innermost != this) [[unlikely]]
      detail::fatal_misuse("a critical section ends out of order, or while its thread is detached");
    suspend();
    mine.innermost = outer;
    if (outer != nullptr) outer->resume();
  }

 private:
  void suspend() noexcept override {
    if (!running_) return;
    one_->disown();
    if (other_ != nullptr) other_->disown();
    running_ = false;
  }
  void resume() noexcept override {
    if (!running_) own();
  }

  // Takes all or nothing at once; which object was in the way, if one was.
  sectioned_object* take() noexcept {
    if (!one_->try_own()) return one_;
    if (other_ == nullptr || other_->try_own()) return nullptr;
    one_->disown();
    return other_;
  }

  // Waits detached until an object seems to be free, but does not keep it: what is owned is owned
  // by attached threads. The outer sections are suspended first, as for any waiting.
  void own() noexcept {
    safepoint_domain& domain = *detail::this_safepoint_attachment.domain;
    while (sectioned_object* busy = take()) {
      for (auto* each = outer; each != nullptr; each = each->outer) each->suspend();
      domain.leave();
      busy->wait();
      domain.enter();
    }
    running_ = true;
  }

  sectioned_object* one_;
  sectioned_object* other_;
  bool running_ = false;
};

}  // namespace heddle
