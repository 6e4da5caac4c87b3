// A task as an asynchronous operation of Asio's, for any completion token.
//
//   async_run(executor, work(), asio::detached)
//   int value = async_run(pool.get_executor(), work(), asio::use_future).get();
//   co_await async_run(executor, work(), asio::use_awaitable)      from Asio's coroutines
//
// Completes with (std::exception_ptr, T), or (std::exception_ptr) for task<void>. T has a default
// constructor, for where there is an error.
//
//   AR-1  The task runs on the executor, which has work until it has ended (run() does not return);
//         so has the handler's.
//   AR-2  A cancellation, of any type, that is emitted to the handler's slot cancels the scope of
//   the
//         task, which still ends in its own time: the operation completes when it has.
//   AR-3  A task that ends cancelled completes with system_error(operation_aborted), as Asio's own
//         do; one that completes all the same keeps its value or its error.
//   AR-4  When the handler is called nothing of the task is left. It is called through its own
//         executor, never inside of the task.
//   AR-5  A slot that is emitted after the end does nothing; it was cleared.
//
// The slot is no more thread safe than Asio's others: emit on the executor.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <asio/system_error.hpp>
#include <concepts>
#include <exception>
#include <heddle/asio_executor.hpp>
#include <heddle/outcome.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace heddle {

namespace detail {

/// The error of an end, as Asio tells it; null if there is none.
template <typename T>
std::exception_ptr error_for_asio(const outcome<T>& end) {
  if (!end.is_cancelled()) return end.error();
  return std::make_exception_ptr(asio::system_error(asio::error::operation_aborted));
}

/// A task, its executor, and who is told of its end. Deletes itself.
template <typename T, typename Handler>
class asio_root final : public task_context {
 public:
  asio_root(const asio::any_io_executor& where, Handler handler)
      : task_context(executor_, &scope_,
                     [](task_context& self) noexcept { static_cast<asio_root&>(self).end(); }),
        executor_(where),
        handler_(std::move(handler)) {}

  void run(task<T> work) {
    if (auto slot = asio::get_associated_cancellation_slot(handler_); slot.is_connected()) {
      slot.assign([this](asio::cancellation_type type) {
        if (type != asio::cancellation_type::none) scope_.request_cancel();
      });
    }
    work_ = std::move(work);
    work_.start_in(*this);
    post();
  }

 private:
  using handler_executor = asio::associated_executor_t<Handler, asio::any_io_executor>;

  void end() noexcept {
    asio::get_associated_cancellation_slot(handler_).clear();
    outcome<T> end = outcome_of(work_);
    Handler handler = std::move(handler_);
    const auto work_here = std::move(work_here_);
    const auto work_there = std::move(work_there_);
    delete this;
    // Posted, so that what the handler throws comes out of the executor that it belongs to.
    asio::post(work_there.get_executor(),
               [handler = std::move(handler), end = std::move(end)]() mutable {
                 std::exception_ptr error = error_for_asio(end);
                 if constexpr (std::is_void_v<T>) {
                   std::move(handler)(std::move(error));
                 } else {
                   T value = error ? T() : std::move(end).get();
                   std::move(handler)(std::move(error), std::move(value));
                 }
               });
  }

  asio_executor executor_;
  scope_node scope_;
  Handler handler_;
  asio::executor_work_guard<asio::any_io_executor> work_here_{executor_.get_executor()};
  asio::executor_work_guard<handler_executor> work_there_{
      asio::get_associated_executor(handler_, executor_.get_executor())};
  task<T> work_;
};

template <typename T>
class initiate_async_run {
 public:
  using executor_type = asio::any_io_executor;

  explicit initiate_async_run(asio::any_io_executor where) noexcept : where_(std::move(where)) {}
  executor_type get_executor() const noexcept { return where_; }

  template <typename Handler>
  void operator()(Handler&& handler, task<T> work) const {
    using root = asio_root<T, std::decay_t<Handler>>;
    auto made = std::make_unique<root>(where_, std::forward<Handler>(handler));
    made->run(std::move(work));
    made.release();  // it ends by itself
  }

 private:
  asio::any_io_executor where_;
};

template <typename T>
struct completion_signature {
  using type = void(std::exception_ptr, T);
};
template <>
struct completion_signature<void> {
  using type = void(std::exception_ptr);
};

}  // namespace detail

/// Begins `work` on `where` as the operation that `token` stands for. See above.
template <typename T, typename CompletionToken>
  requires(std::is_void_v<T> || std::default_initializable<T>)
auto async_run(const asio::any_io_executor& where, task<T> work, CompletionToken&& token) {
  return asio::async_initiate<CompletionToken, typename detail::completion_signature<T>::type>(
      detail::initiate_async_run<T>(where), token, std::move(work));
}

}  // namespace heddle
