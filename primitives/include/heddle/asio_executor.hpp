// Tasks on Asio: an executor of ours over an executor of Asio's, and run() on an io_context.
//
//   run(context, main)                          drives the context until the task has ended
//   asio_executor where(context.get_executor()) for spawn_on, run_on, to_thread
//
// Needs standalone Asio 1.22 or newer (Debian: libasio-dev; ASIO_STANDALONE), like use_task.hpp,
// async_run.hpp and happy_eyeballs.hpp. The rest of heddle does not.
//
//   TG-8   What happens before a post happens before what the task does next: Asio promises so.
//   CAN-4  A task is an ordinary handler to Asio: others run only where it awaits. One task never
//          runs on two threads at once, whatever the executor; tasks of one strand do not overlap.
//   TMO-3  The clock is std::chrono::steady_clock.
//   AX-1   stop() of the context that run() drives cancels the task, which ends in its own time; so
//          does an exception of a foreign handler, which then comes out. No task is abandoned.
//
// A context that is destroyed with tasks on it is a mistake: their frames would never end. It is
// reported in debug builds; else they leak. Posting takes memory from Asio, and where there is none
// the program ends (std::terminate).
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <exception>
#include <heddle/detail/asio_timers.hpp>
#include <heddle/detail/misuse.hpp>
#include <heddle/detail/scope_node.hpp>
#include <heddle/detail/task_context.hpp>
#include <heddle/task.hpp>
#include <memory>
#include <mutex>
#include <utility>

namespace heddle {

namespace detail {

/// The handler that lets a task go on. Dropped instead of called, the task would never end.
class resume_handler {
 public:
  explicit resume_handler(task_context& ready) noexcept : ready_(&ready) {}
  resume_handler(resume_handler&& other) noexcept : ready_(std::exchange(other.ready_, nullptr)) {}
  ~resume_handler() {
    diagnose(ready_ == nullptr, "an Asio context was destroyed with a task that was ready on it");
  }
  void operator()() { std::exchange(ready_, nullptr)->resume(); }

 private:
  task_context* ready_;
};

}  // namespace detail

/// Thread safe. Must live as long as tasks run on it. Does not keep io_context::run() from
/// returning while tasks wait for other things than Asio: run() and async_run() do.
class asio_executor final : public executor {
 public:
  explicit asio_executor(asio::any_io_executor where) noexcept : where_(std::move(where)) {}

  const asio::any_io_executor& get_executor() const noexcept { return where_; }

  void post(detail::task_context& ready) noexcept override {
    asio::post(where_, detail::resume_handler(ready));
  }
  void add_timer(detail::timer& timer) noexcept override { timers().add(timer); }
  void remove_timer(detail::timer& timer) noexcept override { timers().remove(timer); }

 private:
  // Made when there is a timer: many tasks have none.
  detail::asio_timers& timers() {
    std::lock_guard guard(mutex_);
    if (!timers_) timers_ = std::make_shared<detail::asio_timers>(where_);
    return *timers_;
  }

  const asio::any_io_executor where_;
  std::mutex mutex_;
  std::shared_ptr<detail::asio_timers> timers_;  // guarded by mutex_; never changes again
};

/// Runs `main` on `context`, with whatever else is on it, until it has ended: its value, its error,
/// `cancelled`. No other thread runs the context meanwhile. See AX-1.
template <typename T>
T run(asio::io_context& context, task<T> main) {
  struct root final : detail::task_context {
    root(executor& where, detail::scope_node* scope)
        : task_context(where, scope,
                       [](task_context& self) noexcept { static_cast<root&>(self).ended = true; }) {
    }
    bool ended = false;
  };
  asio_executor where(context.get_executor());
  detail::scope_node scope;
  root beginning(where, &scope);
  const auto work = asio::make_work_guard(context);
  if (context.stopped()) context.restart();  // what an earlier run() has left
  main.start_in(beginning);
  where.post(beginning);
  std::exception_ptr foreign;
  bool stopped = false;
  while (!beginning.ended) {
    try {
      if (context.run_one() != 0) continue;
      stopped = true;
      context.restart();
    } catch (...) {
      if (!foreign) foreign = std::current_exception();
    }
    scope.request_cancel();
  }
  if (stopped) context.stop();
  if (foreign) std::rethrow_exception(foreign);
  return main.take();
}

}  // namespace heddle
