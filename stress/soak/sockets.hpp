// Sockets for tasks: a thread that waits for many file descriptors, and connections whose reads and
// writes are waits like any other: cancellable, with nothing left behind.
//
//   registration   made by a task that waits; ended by it, on every path
//   event          set by the reactor's thread, under the mutex that also ends the registration:
//                  so the reactor never touches a wait that is over
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <heddle/async_event.hpp>
#include <heddle/task.hpp>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

namespace soak {

using heddle::task;

[[noreturn]] inline void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Owns a file descriptor.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) : number_(number) {
    if (number < 0) throw_errno("no file descriptor");
  }
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// Waits for file descriptors on a thread of its own. Thread safe.
class reactor {
 public:
  reactor() : poll_(::epoll_create1(EPOLL_CLOEXEC)), stop_(::eventfd(0, EFD_CLOEXEC)) {
    epoll_event event{EPOLLIN, {.u64 = 0}};
    if (::epoll_ctl(poll_.number(), EPOLL_CTL_ADD, stop_.number(), &event) != 0) {
      throw_errno("epoll_ctl");
    }
    thread_ = std::thread([this] { drive(); });
  }
  ~reactor() {
    const std::uint64_t one = 1;
    if (::write(stop_.number(), &one, sizeof one) != sizeof one) std::terminate();
    thread_.join();
  }

  /// Until `socket` is readable (EPOLLIN) or writable (EPOLLOUT), or has failed.
  task<> ready(int socket, std::uint32_t events) {
    registration here(*this, socket, events);
    co_await here.event.wait();
  }

 private:
  struct registration {
    registration(reactor& in, int socket, std::uint32_t events) : in(in), socket(socket) {
      const std::lock_guard guard(in.mutex_);
      id = ++in.last_id_;
      epoll_event wanted{events | EPOLLONESHOT, {.u64 = id}};
      if (::epoll_ctl(in.poll_.number(), EPOLL_CTL_ADD, socket, &wanted) != 0) {
        throw_errno("epoll_ctl");
      }
      in.waiting_.emplace(id, this);
    }
    ~registration() {
      const std::lock_guard guard(in.mutex_);
      in.waiting_.erase(id);
      ::epoll_ctl(in.poll_.number(), EPOLL_CTL_DEL, socket, nullptr);
    }
    reactor& in;
    const int socket;
    std::uint64_t id = 0;
    heddle::async_event event;
  };

  void drive() {
    for (;;) {
      epoll_event ready[64];
      const int count = ::epoll_wait(poll_.number(), ready, 64, -1);
      if (count < 0 && errno != EINTR) throw_errno("epoll_wait");
      for (int index = 0; index < count; ++index) {
        if (ready[index].data.u64 == 0) return;
        const std::lock_guard guard(mutex_);
        const auto found = waiting_.find(ready[index].data.u64);
        if (found != waiting_.end()) found->second->event.set();
      }
    }
  }

  descriptor poll_;
  descriptor stop_;
  std::mutex mutex_;
  std::uint64_t last_id_ = 0;                                 // guarded by mutex_
  std::unordered_map<std::uint64_t, registration*> waiting_;  // guarded by mutex_
  std::thread thread_;
};

/// Where a server listens.
struct address {
  std::string host;
  std::uint16_t port = 0;

  sockaddr_in native() const {
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &raw.sin_addr) != 1) {
      throw std::invalid_argument(host + " is no IPv4 address");
    }
    return raw;
  }
};

/// One connection to a server, of one task at a time. Counts itself in `open`.
class connection {
 public:
  connection(reactor& waits, std::atomic<long>& open)
      : waits_(waits),
        socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        open_(open) {
    const int on = 1;
    ::setsockopt(socket_.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++open_;
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() { --open_; }

  task<> connect_to(address server) {
    const sockaddr_in to = server.native();
    if (::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
      co_return;
    }
    if (errno != EINPROGRESS) throw_errno("connect");
    co_await waits_.ready(socket_.number(), EPOLLOUT);
    socklen_t size = sizeof errno;
    int error = 0;
    if (::getsockopt(socket_.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
      throw std::system_error(error, std::generic_category(), "connect");
    }
  }

  task<> write(std::string text) {
    for (std::size_t sent = 0; sent != text.size();) {
      const ssize_t count =
          ::send(socket_.number(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (count >= 0) {
        sent += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN) {
        co_await waits_.ready(socket_.number(), EPOLLOUT);
      } else {
        throw_errno("send");
      }
    }
  }

  /// The next `size` bytes.
  task<std::string> read(std::size_t size) {
    while (unread_.size() < size) co_await read_more();
    std::string text = unread_.substr(0, size);
    unread_.erase(0, size);
    co_return text;
  }

  /// The next line, without its CR LF.
  task<std::string> read_line() {
    std::size_t end = unread_.find("\r\n");
    while (end == std::string::npos) {
      co_await read_more();
      end = unread_.find("\r\n");
    }
    std::string text = unread_.substr(0, end);
    unread_.erase(0, end + 2);
    co_return text;
  }

 private:
  task<> read_more() {
    for (;;) {
      char piece[4096];
      const ssize_t count = ::recv(socket_.number(), piece, sizeof piece, 0);
      if (count > 0) {
        unread_.append(piece, static_cast<std::size_t>(count));
        co_return;
      }
      if (count == 0) throw std::runtime_error("the server has closed the connection");
      if (errno != EAGAIN) throw_errno("recv");
      co_await waits_.ready(socket_.number(), EPOLLIN);
    }
  }

  reactor& waits_;
  descriptor socket_;
  std::atomic<long>& open_;
  std::string unread_;
};

}  // namespace soak
