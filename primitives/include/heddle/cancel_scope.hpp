// A part of a task that can be cancelled for itself: by a call, by a deadline, by a
// std::stop_token.
//
//   state       reached by                        seen as
//   fresh       constructor                       may already be cancelled: run() then is, too
//   entered     run()                             once; nested scopes end before their parents
//   left        the end of run()                  caught() says whether it absorbed a cancellation
//
//   CSC-1  A cancellation leaves all scopes up to the outermost one that is cancelled and not
//   shielded
//          from outside, whatever else changes meanwhile.
//   CSC-2  A scope that was not cancelled never absorbs. CSC-3  caught() says whether it did.
//   CSC-4  The deadline that counts is the earliest, up to the next shield.
//   CSC-5  Scopes nest strictly: a scope is entered only by run(), for exactly one task.
//   SWL-3  Cancellation is a level: while a scope is cancelled each checkpoint in it throws.
//   SHD-4  A shielded scope sees no cancellation from outside, and its caller waits for it.
//   TMO-8  A deadline in the past cancels before the first checkpoint.
//
// A scope is a std::stop_source to others, token(), and follows other sources, cancel_with().
#pragma once

#include <chrono>
#include <heddle/detail/scope_node.hpp>
#include <heddle/task.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>

namespace heddle {

class cancel_scope {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  cancel_scope() = default;
  /// Is cancelled at `deadline`.
  explicit cancel_scope(time_point deadline) { set_deadline(deadline); }
  cancel_scope(const cancel_scope&) = delete;
  cancel_scope& operator=(const cancel_scope&) = delete;

  /// Cancels what runs in this scope, now and from now on: true if this call was the first. Never
  /// runs a task itself. Thread safe, as long as the scope lives.
  bool cancel() noexcept { return node_.request_cancel(); }

  /// Whether cancel() was called, by whomever, or the deadline is over. Thread safe.
  bool cancel_called() const noexcept { return node_.cancel_requested(); }
  /// Whether what runs in this scope is cancelled, from here or from outside. Thread safe.
  bool is_cancelled() const noexcept { return node_.is_cancelled(); }
  /// After run(): whether this scope has absorbed a cancellation.
  bool caught() const noexcept { return caught_; }

  /// Keeps cancellation from outside away, or lets it in again. Only for the task that runs in this
  /// scope, or before run().
  void shield(bool on = true) noexcept { node_.set_shield(on); }

  /// Before run(): cancels at `when`. Afterwards an error.
  void set_deadline(time_point when) {
    if (entered_) throw std::logic_error("the deadline of a scope that was entered");
    node_.set_deadline(when);
  }

  /// A token that is stopped when the scope is cancelled, from here or from outside. Its callbacks
  /// run on the thread that cancels, which must not be in one when the scope ends. Thread safe.
  std::stop_token token() { return node_.token(); }

  /// Cancels when `token` is stopped. Before run(); replaces an earlier token.
  void cancel_with(std::stop_token token) {
    other_.reset();
    other_ = std::make_unique<std::stop_callback<canceller>>(std::move(token), canceller{&node_});
  }

  /// Runs `work` in this scope: its value (true, for void), or nothing where the scope absorbed its
  /// cancellation. Throws what `work` throws, else. Once only: std::logic_error.
  template <typename T>
  auto run(task<T> work) -> task<std::conditional_t<std::is_void_v<T>, bool, std::optional<T>>> {
    detail::task_context& me = co_await detail::current_context{};
    if (entered_) {
      work.discard();
      throw std::logic_error("a scope is entered once");
    }
    entered_ = true;
    const inside now(*this, me);
    try {
      if constexpr (std::is_void_v<T>) {
        co_await std::move(work);
        co_return true;
      } else {
        co_return std::optional<T>(co_await std::move(work));
      }
    } catch (const cancelled&) {
      if (!node_.absorbs()) throw;
    }
    caught_ = true;
    me.cancellation_met = false;
    if constexpr (std::is_void_v<T>) {
      co_return false;
    } else {
      co_return std::optional<T>();
    }
  }

 private:
  struct canceller {
    detail::scope_node* node;
    void operator()() const noexcept { node->request_cancel(); }
  };

  // The task is in the scope, and the deadline is watched.
  class inside : detail::timer {
   public:
    inside(cancel_scope& scope, detail::task_context& task) noexcept
        : timer(scope.node_.own_deadline(), &inside::on_time), scope_(scope), task_(task) {
      scope_.node_.enter(task.scope);
      task.scope = &scope_.node_;
      if (when == time_point::max()) return;
      if (when <= std::chrono::steady_clock::now()) {
        scope_.cancel();
        return;
      }
      watched_ = true;
      task.where->add_timer(*this);
    }
    ~inside() {
      if (watched_) task_.where->remove_timer(*this);
      if (task_.scope != &scope_.node_) detail::misuse("scopes are left inside out");
      task_.scope = scope_.node_.parent();
      scope_.node_.leave();
    }

   private:
    static void on_time(timer& self) noexcept { static_cast<inside&>(self).scope_.cancel(); }

    cancel_scope& scope_;
    detail::task_context& task_;
    bool watched_ = false;
  };

  detail::scope_node node_;
  bool entered_ = false;
  bool caught_ = false;
  // The last member: ends before the node.
  std::unique_ptr<std::stop_callback<canceller>> other_;
};

/// `co_await current_deadline()`: when this task will be cancelled at the latest, as far as is
/// known.
inline task<std::chrono::steady_clock::time_point> current_deadline() {
  co_return (co_await detail::current_context{}).scope->deadline();
}

/// `co_await current_token()`: a token that is stopped when this task is cancelled, for APIs that
/// know std::stop_token.
inline task<std::stop_token> current_token() {
  co_return (co_await detail::current_context{}).scope->token();
}

}  // namespace heddle
