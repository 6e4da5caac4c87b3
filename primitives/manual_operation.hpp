// An operation of Asio's for tests: it completes when the test says so, and counts what is emitted
// to its cancellation slot.
#pragma once

#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>
#include <asio/io_context.hpp>
#include <functional>
#include <heddle/use_task.hpp>
#include <memory>
#include <utility>

namespace heddle_test {

struct manual_operation {
  std::function<void(asio::error_code, int)> complete;
  std::function<void()> on_emission = [] {};
  int begun = 0, emitted = 0;
};

struct begin_manually {
  manual_operation& operation;
  asio::io_context& context;

  asio::io_context::executor_type get_executor() const { return context.get_executor(); }
  template <typename Handler>
  void operator()(Handler handler) const {
    ++operation.begun;
    asio::get_associated_cancellation_slot(handler).assign([&told = operation](auto) {
      ++told.emitted;
      told.on_emission();
    });
    operation.complete = [kept = std::make_shared<Handler>(std::move(handler))](
                             asio::error_code error, int value) { (*kept)(error, value); };
  }
};

inline heddle::task<int> await_manually(asio::io_context& context, manual_operation& operation) {
  return asio::async_initiate<const heddle::use_task_t, void(asio::error_code, int)>(
      begin_manually{operation, context}, heddle::use_task);
}

}  // namespace heddle_test
