// A server on loopback for machines without real ones. Each line is a command:
//
//   name N       the connection has this name      ok
//   echo W US    after that many microseconds      W
//   count N      how many connections have it      a number
//   quit                                           none: the connection is closed
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <deque>
#include <list>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "stress/soak/connection.hpp"

namespace soak {

/// Owns a file descriptor.
class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {
    if (number < 0) throw std::system_error(errno, std::generic_category(), "no file descriptor");
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { ::close(number_); }
  int number() const noexcept { return number_; }

 private:
  const int number_;
};

class fake_server {
 public:
  fake_server() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(listener_.number(), reinterpret_cast<sockaddr*>(&at), size) != 0 ||
        ::listen(listener_.number(), 128) != 0 ||
        ::getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&at), &size) != 0) {
      throw std::system_error(errno, std::generic_category(), "a listening socket");
    }
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { drive(); });
  }
  ~fake_server() {
    stopped_ = true;
    thread_.join();
  }
  address where() const { return {"127.0.0.1", port_}; }

 private:
  using clock = std::chrono::steady_clock;
  struct client {
    explicit client(int number) : socket(number) {}
    descriptor socket;
    std::string name;
    std::string unread;
    std::deque<std::pair<clock::time_point, std::string>> answers;
    bool closed = false;
  };

  void drive() {
    while (!stopped_) {
      std::vector<pollfd> wanted{{listener_.number(), POLLIN, 0}};
      for (const client& one : clients_) wanted.push_back({one.socket.number(), POLLIN, 0});
      ::poll(wanted.data(), wanted.size(), 1);
      std::size_t index = 1;
      for (client& one : clients_) {
        if (wanted[index++].revents != 0) receive(one);
        answer(one);
      }
      clients_.remove_if([](const client& one) { return one.closed; });
      if (wanted[0].revents != 0) {
        clients_.emplace_back(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
      }
    }
  }

  void receive(client& from) {
    char piece[4096];
    const ssize_t count = ::recv(from.socket.number(), piece, sizeof piece, MSG_DONTWAIT);
    if (count <= 0) {
      from.closed = count == 0 || errno != EAGAIN;
      return;
    }
    from.unread.append(piece, static_cast<std::size_t>(count));
    for (std::size_t end = from.unread.find('\n'); end != std::string::npos;
         end = from.unread.find('\n')) {
      obey(from, from.unread.substr(0, end));
      from.unread.erase(0, end + 1);
    }
  }

  void obey(client& from, const std::string& line) {
    std::istringstream words(line);
    std::string command, argument;
    long late = 0;
    words >> command >> argument >> late;
    std::string reply = argument;
    if (command == "name") {
      from.name = argument;
      reply = "ok";
    } else if (command == "count") {
      reply = std::to_string(std::count_if(
          clients_.begin(), clients_.end(),
          [&argument](const client& one) { return one.name == argument && !one.closed; }));
    } else if (command == "quit") {
      from.closed = true;
      return;
    }
    from.answers.emplace_back(clock::now() + microseconds(late), reply + "\n");
  }

  static void answer(client& to) {
    while (!to.answers.empty() && to.answers.front().first <= clock::now()) {
      const std::string& text = to.answers.front().second;
      // Answers are small: the socket's buffer has room for them.
      if (::send(to.socket.number(), text.data(), text.size(), MSG_NOSIGNAL) < 0) to.closed = true;
      to.answers.pop_front();
    }
  }

  const descriptor listener_;
  std::uint16_t port_ = 0;
  std::list<client> clients_;  // of the thread
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace soak
