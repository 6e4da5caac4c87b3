// A thread that runs functions one after the other, as an executor of Asio's: what an io_context
// with one thread is, without sockets, so that heddle can explore it.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/execution_context.hpp>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace contracts {

class one_thread : public asio::execution_context {
 public:
  one_thread() : thread_([this] { work(); }) {}
  /// Runs what is there, then ends.
  ~one_thread() {
    {
      std::lock_guard guard(mutex_);
      over_ = true;
      changed_.notify_one();
    }
    thread_.join();
  }

  class executor {
   public:
    explicit executor(one_thread& where) noexcept : where_(&where) {}
    asio::execution_context& query(asio::execution::context_t) const noexcept { return *where_; }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept {
      return asio::execution::blocking.never;
    }
    template <typename Function>
    void execute(Function&& function) const {
      where_->post(
          std::make_unique<holding<std::decay_t<Function>>>(std::forward<Function>(function)));
    }
    friend bool operator==(const executor& left, const executor& right) noexcept {
      return left.where_ == right.where_;
    }
    friend bool operator!=(const executor& left, const executor& right) noexcept {
      return !(left == right);
    }

   private:
    one_thread* where_;
  };
  asio::any_io_executor get_executor() noexcept { return executor(*this); }

 private:
  struct callable {
    virtual ~callable() = default;
    virtual void call() = 0;
  };
  template <typename Function>
  struct holding final : callable {
    explicit holding(Function function) : function(std::move(function)) {}
    void call() override { std::move(function)(); }
    Function function;
  };

  void post(std::unique_ptr<callable> added) {
    std::lock_guard guard(mutex_);
    queue_.push_back(std::move(added));
    changed_.notify_one();
  }
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      while (queue_.empty() && !over_) changed_.wait(lock);
      if (queue_.empty()) return;
      const std::unique_ptr<callable> next = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      next->call();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<callable>> queue_;  // guarded by mutex_
  bool over_ = false;                            // guarded by mutex_
  std::thread thread_;
};

}  // namespace contracts
