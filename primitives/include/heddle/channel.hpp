// A queue of values between tasks, with room for a fixed number of them; with room for none a
// sender waits for a receiver.
//
//   state        send(v)                        receive()                     close()
//   empty        hands v to the first           queues                        receivers get nothing
//                waiting receiver, else stores
//   some         stores                         takes the oldest              what is stored stays
//   full         queues                         takes the oldest, moves in    waiting senders:
//   error
//                                               the first waiting sender's
//   closed       throws channel_closed          takes what is left, then      nothing
//                                               gets nothing
//
//   Conservation: values sent = values received + values stored; where send throws, nothing was
//   sent. CW-1 … CW-6  A receiver that was given a value has it, whatever is cancelled later; a
//   sender that was cancelled has given nothing. CW-4  First come, first served, on both sides.
//   CW-7   send happens before the receive that gets the value.
#pragma once

#include <cstddef>
#include <heddle/detail/wait_node.hpp>
#include <heddle/task.hpp>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace heddle {

/// Thrown by a send to a channel that is closed, also where it had been waiting.
class channel_closed : public std::runtime_error {
 public:
  channel_closed() : std::runtime_error("the channel is closed") {}
};

/// T must be movable without exceptions: values move while a lock is held.
template <typename T>
class channel {
  static_assert(std::is_nothrow_move_constructible_v<T>);

  struct node : detail::wait_node {
    std::optional<T> value;
    bool refused = false;
  };

 public:
  explicit channel(std::size_t capacity) : ring_(capacity) {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  class send_awaiter {
   public:
    send_awaiter(channel& into, T value) noexcept : channel_(into) {
      node_.value.emplace(std::move(value));
    }
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      detail::task_context& context = caller.promise().context();
      if (!node_.enter(context)) return false;
      detail::wait_node* receiver = nullptr;
      {
        std::lock_guard guard(channel_.mutex_);
        if (!channel_.accept(node_, receiver)) {
          if (!node_.arm(context, caller)) return false;
          channel_.senders_.push_back(node_);
          return true;
        }
      }
      node_.grant_at_once();
      if (receiver != nullptr) receiver->wake();
      return false;
    }
    void await_resume() {
      channel_.finish(node_);
      if (node_.refused) throw channel_closed();
    }

   private:
    channel& channel_;
    node node_;
  };

  class receive_awaiter {
   public:
    explicit receive_awaiter(channel& from) noexcept : channel_(from) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      detail::task_context& context = caller.promise().context();
      if (!node_.enter(context)) return false;
      detail::wait_node* sender = nullptr;
      {
        std::lock_guard guard(channel_.mutex_);
        node_.value = channel_.take(sender);
        if (!node_.value && !channel_.closed_) {
          if (!node_.arm(context, caller)) return false;
          channel_.receivers_.push_back(node_);
          return true;
        }
      }
      node_.grant_at_once();
      if (sender != nullptr) sender->wake();
      return false;
    }
    std::optional<T> await_resume() {
      channel_.finish(node_);
      return std::move(node_.value);
    }

   private:
    channel& channel_;
    node node_;
  };

  /// `co_await channel.send(value)`: when there is room, or a receiver. Throws channel_closed, or
  /// `cancelled`; the value is then destroyed.
  [[nodiscard]] send_awaiter send(T value) noexcept { return {*this, std::move(value)}; }
  /// `auto value = co_await channel.receive()`: the oldest value; nothing if the channel is closed
  /// and empty. Name the result: g++ 12 makes an `if (co_await channel.receive())` that traps.
  [[nodiscard]] receive_awaiter receive() noexcept { return receive_awaiter(*this); }

  /// True if there was room, or a receiver; else `value` is left as it was. Thread safe; no
  /// checkpoint.
  bool try_send(T& value) {
    node given;
    given.value.emplace(std::move(value));
    detail::wait_node* receiver = nullptr;
    bool accepted = false;
    {
      std::lock_guard guard(mutex_);
      accepted = accept(given, receiver) && !given.refused;
    }
    if (receiver != nullptr) receiver->wake();
    if (!accepted) value = *std::move(given.value);
    return accepted;
  }

  /// No value is accepted any more. Thread safe.
  void close() noexcept {
    detail::wait_queue told;
    {
      std::lock_guard guard(mutex_);
      closed_ = true;
      while (detail::wait_node* receiver = detail::grant_first(receivers_)) {
        told.push_back(*receiver);
      }
      while (detail::wait_node* sender = detail::grant_first(senders_)) {
        static_cast<node*>(sender)->refused = true;
        told.push_back(*sender);
      }
    }
    while (detail::wait_node* waiter = told.pop_front()) waiter->wake();
  }

  /// How many values are stored. Thread safe.
  std::size_t size() const {
    std::lock_guard guard(mutex_);
    return stored_;
  }

 private:
  // With the lock: true if the sender need not wait; `receiver` is to be woken.
  bool accept(node& sender, detail::wait_node*& receiver) noexcept {
    if (closed_) return sender.refused = true;
    receiver = detail::grant_first(receivers_);
    if (receiver != nullptr) {
      static_cast<node*>(receiver)->value = std::exchange(sender.value, std::nullopt);
      return true;
    }
    if (stored_ == ring_.size()) return false;
    store(*std::exchange(sender.value, std::nullopt));
    return true;
  }

  // With the lock: the oldest value, if there is one; `sender` is to be woken.
  std::optional<T> take(detail::wait_node*& sender) noexcept {
    std::optional<T> oldest;
    if (stored_ != 0) {
      oldest = std::exchange(ring_[first_], std::nullopt);
      first_ = (first_ + 1) % ring_.size();
      --stored_;
    }
    sender = detail::grant_first(senders_);
    if (sender == nullptr) return oldest;
    T value = *std::exchange(static_cast<node*>(sender)->value, std::nullopt);
    if (!oldest) return value;
    store(std::move(value));
    return oldest;
  }

  void store(T value) noexcept {
    ring_[(first_ + stored_) % ring_.size()].emplace(std::move(value));
    ++stored_;
  }

  void finish(node& waiter) {
    if (waiter.finish()) return;
    {
      std::lock_guard guard(mutex_);
      if (waiter.queued()) detail::wait_queue::remove(waiter);
    }
    waiter.throw_cancelled();
  }

  mutable std::mutex mutex_;
  std::vector<std::optional<T>> ring_;  // guarded by mutex_, like all below
  std::size_t first_ = 0;
  std::size_t stored_ = 0;
  bool closed_ = false;
  detail::wait_queue senders_;    // of nodes; somebody is still waiting only if the ring is full
  detail::wait_queue receivers_;  // of nodes; somebody is still waiting only if it is empty
};

}  // namespace heddle
