// Things that are expensive to make and are used by one task at a time: connections.
//
//   state of a resource   from                           to
//   connecting            acquire(), none free           leased, or nothing if making it fails
//   leased                acquire()                      free, or destroyed if the lease is
//   poisoned free                  the end of a clean lease       leased
//
//   POOL-1  leased + free + connecting <= max. POOL-2  A lease gives its resource back exactly
//   once, on
//           every path: it is an object.
//   POOL-3  What is in an unknown protocol state is never used again: an exchange that is not
//   completed
//           poisons its lease. PROTO-1  So the next user's answer is the next user's.
//   POOL-4  Giving back and destroying both let one waiter go on.
#pragma once

#include <cstddef>
#include <functional>
#include <heddle/async_semaphore.hpp>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace heddle {

/// T is what is pooled. The leases must end before the pool.
template <typename T>
class resource_pool {
 public:
  /// `make()` is a task<std::unique_ptr<T>>, called for each resource that is missing, by who needs
  /// it.
  resource_pool(std::size_t max, std::function<task<std::unique_ptr<T>>()> make)
      : max_(max), make_(std::move(make)), permits_(max) {
    free_.reserve(max);
  }
  resource_pool(const resource_pool&) = delete;
  resource_pool& operator=(const resource_pool&) = delete;

  class [[nodiscard]] lease {
   public:
    lease(lease&& other) noexcept = default;
    lease& operator=(lease&&) = delete;
    // The resource goes back first, then the permit, which is a member.
    ~lease() {
      if (resource_ != nullptr && !poisoned_ && !in_exchange_) {
        pool_->put_back(std::move(resource_));
      }
      resource_.reset();
    }

    T& operator*() const noexcept { return *resource_; }
    T* operator->() const noexcept { return resource_.get(); }

    /// The resource will be destroyed at the end of the lease.
    void poison() noexcept { poisoned_ = true; }
    bool poisoned() const noexcept { return poisoned_; }

    /// Between these two the protocol state is unknown: a lease that ends in between is poisoned.
    void begin_exchange() noexcept { in_exchange_ = true; }
    void end_exchange() noexcept { in_exchange_ = false; }

   private:
    friend class resource_pool;
    lease(resource_pool& pool, async_semaphore::permit permit) noexcept
        : pool_(&pool), permit_(std::move(permit)) {}

    resource_pool* pool_;
    async_semaphore::permit permit_;
    std::unique_ptr<T> resource_;
    bool poisoned_ = false;
    bool in_exchange_ = false;
  };

  /// `auto lease = co_await pool.acquire()`: waits for a resource that is free, or for room to make
  /// one. Throws `cancelled`, or what making it throws.
  task<lease> acquire() {
    lease made(*this, co_await permits_.acquire());
    made.resource_ = take_free();
    if (made.resource_ == nullptr) made.resource_ = co_await make_();
    co_return made;
  }

  /// How many resources are in use or being made, and how many are free. Thread safe.
  std::size_t leased() const { return max_ - permits_.available(); }
  std::size_t idle() const {
    std::lock_guard guard(mutex_);
    return free_.size();
  }

 private:
  std::unique_ptr<T> take_free() {
    std::lock_guard guard(mutex_);
    if (free_.empty()) return nullptr;
    std::unique_ptr<T> last = std::move(free_.back());
    free_.pop_back();
    return last;
  }
  void put_back(std::unique_ptr<T> resource) noexcept {
    std::lock_guard guard(mutex_);
    free_.push_back(std::move(resource));  // there is room: reserved
  }

  const std::size_t max_;
  const std::function<task<std::unique_ptr<T>>()> make_;
  async_semaphore permits_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<T>> free_;  // guarded by mutex_
};

}  // namespace heddle
