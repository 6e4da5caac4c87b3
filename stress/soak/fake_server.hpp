// A server on loopback that knows PING, CLIENT SETNAME and CLIENT LIST, answers late, and sometimes
// closes a connection instead.
#pragma once

#include <poll.h>

#include <chrono>
#include <deque>
#include <list>
#include <string>
#include <vector>

#include "stress/soak/random.hpp"
#include "stress/soak/sockets.hpp"

namespace soak {

class fake_server {
 public:
  explicit fake_server(std::uint64_t seed)
      : dice_(seed), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at = address{"127.0.0.1", 0}.native();
    socklen_t size = sizeof at;
    if (::bind(listener_.number(), reinterpret_cast<sockaddr*>(&at), size) != 0 ||
        ::listen(listener_.number(), 128) != 0 ||
        ::getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&at), &size) != 0) {
      throw_errno("a listening socket");
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
    descriptor socket;
    std::string unread;
    std::deque<std::pair<clock::time_point, std::string>> answers;
    bool named = false;
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
        clients_.emplace_back().socket =
            descriptor(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
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
    for (std::vector<std::string> words = take_command(from.unread); !words.empty();
         words = take_command(from.unread)) {
      const auto due = clock::now() + std::chrono::microseconds(dice_.below(1500));
      from.answers.emplace_back(due, reply_to(from, words));
      if (words[0] == "PING" && dice_.below(400) == 0) from.closed = true;
    }
  }

  // The words of the first command that is complete, which is removed; nothing if there is none.
  static std::vector<std::string> take_command(std::string& text) {
    std::vector<std::string> words;
    std::size_t at = 0;
    const auto line = [&text, &at]() -> long {
      const std::size_t end = text.find("\r\n", at);
      if (end == std::string::npos) return -1;
      const long value = std::stol(text.substr(at + 1, end - at - 1));
      at = end + 2;
      return value;
    };
    for (long missing = line(); missing > 0; --missing) {
      const long size = line();
      if (size < 0 || text.size() < at + static_cast<std::size_t>(size) + 2) return {};
      words.push_back(text.substr(at, static_cast<std::size_t>(size)));
      at += static_cast<std::size_t>(size) + 2;
    }
    if (!words.empty()) text.erase(0, at);
    return words;
  }

  std::string reply_to(client& from, const std::vector<std::string>& words) {
    if (words[0] == "PING") return bulk(words.at(1));
    if (words.at(1) == "SETNAME") {
      from.named = words.at(2) == "heddle_soak";
      return "+OK\r\n";
    }
    std::string list;
    for (const client& one : clients_) {
      if (one.named && !one.closed) list += "name=heddle_soak\n";
    }
    return bulk(list);
  }
  static std::string bulk(const std::string& text) {
    return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  }

  static void answer(client& to) {
    while (!to.answers.empty() && to.answers.front().first <= clock::now()) {
      const std::string& text = to.answers.front().second;
      // Answers are small: the socket's buffer has room for them.
      if (::send(to.socket.number(), text.data(), text.size(), MSG_NOSIGNAL) < 0) to.closed = true;
      to.answers.pop_front();
    }
  }

  dice dice_;
  descriptor listener_;
  std::uint16_t port_ = 0;
  std::list<client> clients_;  // of the thread
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace soak
