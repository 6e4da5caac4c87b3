// Operations of Asio's, awaited by tasks: a completion token.
//
//   std::size_t read = co_await socket.async_read_some(buffer, use_task);
//
// A leading error_code or exception_ptr of the completion is thrown (asio::system_error); of what
// remains, nothing is void, one value is itself, more are a std::tuple. Asio's adapters go on top:
// asio::redirect_error(use_task, error). Like every task, the operation begins when it is awaited.
//
//   AS-1  The task goes on when the operation has completed, never before: what it uses may be
//   local. AS-2  A cancellation of the scope is emitted to the operation's cancellation slot (all
//   types; the
//         operation takes what it knows), on the executor below. One that knows none is waited for.
//   AS-3  Cancellation is a level. Before the operation: it is not begun. While it is under way: if
//         it says operation_aborted, the task is `cancelled`; what it completes with otherwise,
//         value or error, is kept (TMO-5). After it: nothing is lost, the next checkpoint has it.
//   AS-4  operation_aborted of an operation that nobody cancelled through the scope (a socket that
//         was closed) is an error like any other.
//
// Executor of the completion and the emission: that of the task, if it is an asio_executor; else
// the operation's own. As everywhere in Asio, let it be a strand where several threads run the
// context. A task that runs elsewhere (event_loop, thread_pool) may await, while another thread
// runs the context; so may a task that uses an adapter only on an asio_executor: std::logic_error.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/error.hpp>
#include <asio/system_error.hpp>
#include <exception>
#include <heddle/asio_executor.hpp>
#include <heddle/detail/asio_wait.hpp>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>

namespace heddle {

/// The type of use_task.
struct use_task_t {};
/// The token: the initiating function returns a task.
inline constexpr use_task_t use_task{};

namespace detail {

template <typename Initiation>
asio::any_io_executor executor_of(task_context& task, const Initiation& initiation) {
  if (auto* own = dynamic_cast<asio_executor*>(task.where)) return own->get_executor();
  if constexpr (requires { asio::any_io_executor(initiation.get_executor()); }) {
    return initiation.get_executor();
  } else {
    throw std::logic_error("this operation names no executor: await it on an asio_executor");
  }
}

/// The values that an operation completes with, as one.
template <typename... Values>
struct value_of_completion {
  using type = std::tuple<Values...>;
  static type of(Values&... values) { return type(std::move(values)...); }
};
template <typename Value>
struct value_of_completion<Value> {
  using type = Value;
  static type of(Value& value) { return std::move(value); }
};
template <>
struct value_of_completion<> {
  using type = void;
  static void of() {}
};

/// What an operation completes with: an error, which is null if there is none, and values.
template <typename... Values>
struct completion_of : value_of_completion<Values...> {
  static std::exception_ptr error(const Values&...) { return nullptr; }
  static auto take(Values&... values) { return value_of_completion<Values...>::of(values...); }
};
template <typename... Values>
struct completion_of<asio::error_code, Values...> : value_of_completion<Values...> {
  static std::exception_ptr error(const asio::error_code& error, const Values&...) {
    return error ? std::make_exception_ptr(asio::system_error(error)) : nullptr;
  }
  static auto take(asio::error_code&, Values&... values) {
    return value_of_completion<Values...>::of(values...);
  }
};
template <typename... Values>
struct completion_of<std::exception_ptr, Values...> : value_of_completion<Values...> {
  static std::exception_ptr error(const std::exception_ptr& error, const Values&...) {
    return error;
  }
  static auto take(std::exception_ptr&, Values&... values) {
    return value_of_completion<Values...>::of(values...);
  }
};

inline bool is_aborted(const std::exception_ptr& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const asio::system_error& end) {
    return end.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

/// One operation, in the frame of the task that performs it.
template <typename... Results>
class asio_operation {
 public:
  /// The completion handler. Dropped instead of called, the task would never end.
  class handler {
   public:
    using executor_type = asio::any_io_executor;
    using cancellation_slot_type = asio::cancellation_slot;

    explicit handler(asio_operation& operation) noexcept : operation_(&operation) {}
    handler(handler&& other) noexcept : operation_(std::exchange(other.operation_, nullptr)) {}
    ~handler() {
      diagnose(operation_ == nullptr || std::uncaught_exceptions() != 0,
               "an Asio context was destroyed with an operation that a task waits for");
    }
    executor_type get_executor() const noexcept { return operation_->wait.get_executor(); }
    cancellation_slot_type get_cancellation_slot() const noexcept {
      return operation_->wait.slot();
    }
    template <typename... Args>
    void operator()(Args&&... results) {
      std::exchange(operation_, nullptr)->complete(std::forward<Args>(results)...);
    }

   private:
    asio_operation* operation_;
  };

  explicit asio_operation(asio::any_io_executor where) noexcept : wait(std::move(where)) {}

  template <typename... Args>
  void complete(Args&&... results) noexcept {
    results_.emplace(std::forward<Args>(results)...);
    wait.complete();
  }
  std::tuple<Results...>& results() noexcept { return *results_; }

  asio_wait wait;

 private:
  std::optional<std::tuple<Results...>> results_;
};

template <typename... Results>
struct operation_of {
  using completion = completion_of<Results...>;
  using value_type = typename completion::type;

  template <typename Initiation, typename... Args>
  static task<value_type> perform(Initiation initiation, Args... args) {
    using operation = asio_operation<Results...>;
    operation running(executor_of(co_await current_context{}, initiation));
    auto start = [&] {
      std::move(initiation)(typename operation::handler(running), std::move(args)...);
    };
    const bool in_peace = co_await running.wait.begin(start);
    if (!in_peace) co_await running.wait.emit_and_wait();
    std::tuple<Results...>& results = running.results();
    if (std::exception_ptr error = std::apply(completion::error, results)) {
      if (!in_peace && is_aborted(error)) running.wait.throw_cancelled();
      std::rethrow_exception(error);
    }
    co_return std::apply(completion::take, results);
  }
};

}  // namespace detail

}  // namespace heddle

template <typename R, typename... Results>
class asio::async_result<heddle::use_task_t, R(Results...)> {
  using operation = heddle::detail::operation_of<std::decay_t<Results>...>;

 public:
  using return_type = heddle::task<typename operation::value_type>;

  template <typename Initiation, typename... Args>
  static return_type initiate(Initiation&& initiation, heddle::use_task_t, Args&&... args) {
    return operation::template perform<std::decay_t<Initiation>, std::decay_t<Args>...>(
        std::forward<Initiation>(initiation), std::forward<Args>(args)...);
  }
};
