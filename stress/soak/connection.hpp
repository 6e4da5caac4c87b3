// What the soak asks of a server: a word that it must give back, an end, and how many connections
// of a name it sees. One class for each protocol; each waits for its socket through Asio.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <heddle/task.hpp>
#include <heddle/use_task.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace soak {

using heddle::task;
using std::chrono::microseconds;

/// Where a server listens: an IPv4 address and a port.
struct address {
  std::string host;
  std::uint16_t port = 0;
};

/// What a server refuses, and a connection that has ended.
class server_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One connection, of one task at a time. Destroyed at any moment it closes its socket.
class connection {
 public:
  virtual ~connection() = default;
  /// Connects, under a name that the server shows in its list. To be called first, once.
  virtual task<> open(address server, std::string name) = 0;
  /// `word` again, from the server, which thinks about it for at least `late`.
  virtual task<std::string> echo(std::string word, microseconds late) = 0;
  /// Asks the server to close this connection, and waits until it has.
  virtual task<> be_hung_up() = 0;
  /// How many connections with this name the server has.
  virtual task<long> count(std::string name) = 0;
};

/// Waits for a socket that a client library owns. Destroyed before the library closes the socket.
class watched_socket {
 public:
  explicit watched_socket(const asio::any_io_executor& where) : socket_(where) {}
  watched_socket(const watched_socket&) = delete;
  watched_socket& operator=(const watched_socket&) = delete;
  ~watched_socket() { socket_.release(); }

  void watch(int number) { socket_.assign(number); }
  task<> readable() { return wait(asio::posix::stream_descriptor::wait_read); }
  task<> writable() { return wait(asio::posix::stream_descriptor::wait_write); }

 private:
  task<> wait(asio::posix::stream_descriptor::wait_type what) {
    return socket_.async_wait(what, heddle::use_task);
  }

  asio::posix::stream_descriptor socket_;
};

/// Calls a C function when an object ends.
template <auto Function>
struct ended_by {
  template <typename T>
  void operator()(T* object) const noexcept {
    Function(object);
  }
};

}  // namespace soak
