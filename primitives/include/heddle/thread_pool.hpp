// Several threads that share one queue of tasks. A task may go on on another thread after each
// suspension; it never runs on two at once.
//
//   state      from                 post                        threads
//   running    constructor          queues, wakes one           run or sleep
//   stopped    destructor           must not be called          end when they have nothing to run
//
//   TG-8, CW-7  What happens before a post happens before what the posted task does: both go
//   through
//               the mutex of the queue.
#pragma once

#include <condition_variable>
#include <heddle/detail/run_queue.hpp>
#include <heddle/task.hpp>
#include <mutex>
#include <thread>
#include <vector>

namespace heddle {

class thread_pool final : public detail::run_queue {
 public:
  /// Starts `threads` threads, at least one. Throws std::system_error where that is impossible.
  explicit thread_pool(unsigned threads) {
    try {
      for (unsigned count = 0; count < (threads == 0 ? 1 : threads); ++count) {
        threads_.emplace_back([this] { drive([this] { return stopped_; }); });
      }
    } catch (...) {
      stop();
      throw;
    }
  }
  /// Waits for the threads. No task may be left: whatever was run or spawned has been joined.
  ~thread_pool() { stop(); }

  /// Runs `main` on the pool while this thread, which must not be one of the pool's, waits. Returns
  /// its value or throws its error. Thread safe.
  template <typename T>
  T run(task<T> main) {
    detail::scope_node scope;
    root context(*this, &scope);
    main.start_in(context);
    post(context);
    context.wait();
    return main.take();
  }

 private:
  class root final : public detail::task_context {
   public:
    root(executor& where, detail::scope_node* scope)
        : task_context(where, scope,
                       [](task_context& self) noexcept { static_cast<root&>(self).end(); }) {}
    void wait() {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ended_; });
    }

   private:
    // Notifies under the lock: who waits may destroy this as soon as it is released.
    void end() noexcept {
      std::lock_guard guard(mutex_);
      ended_ = true;
      changed_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;
  };

  void stop() noexcept {
    {
      std::lock_guard guard(mutex());
      stopped_ = true;
      wake_all();
    }
    for (std::thread& thread : threads_) thread.join();
  }

  bool stopped_ = false;  // guarded by mutex()
  std::vector<std::thread> threads_;
};

}  // namespace heddle
