// What the tests on Asio share: two sockets that are connected, and tasks that use them.
#pragma once

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>
#include <chrono>
#include <heddle/checkpoint.hpp>
#include <heddle/use_task.hpp>

namespace heddle_test {

using unix_socket = asio::local::stream_protocol::socket;

struct connected {
  explicit connected(asio::io_context& context) : here(context), there(context) {
    asio::local::connect_pair(here, there);
  }
  unix_socket here, there;
};

inline heddle::task<char> read_one(unix_socket& from) {
  char byte = 0;
  co_await from.async_read_some(asio::buffer(&byte, 1), heddle::use_task);
  co_return byte;
}

inline heddle::task<> write_one(unix_socket& to, char byte) {
  co_await to.async_write_some(asio::buffer(&byte, 1), heddle::use_task);
}

inline heddle::task<int> sleep_and_return(std::chrono::milliseconds time, int value) {
  co_await heddle::sleep_for(time);
  co_return value;
}

}  // namespace heddle_test
