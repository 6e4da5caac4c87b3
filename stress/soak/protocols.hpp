// What is said to a server: a word that it must give back, and how many connections of ours it
// sees. Just enough of two protocols, RESP (Redis) and PostgreSQL's version 3.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

#include "stress/soak/sockets.hpp"

namespace soak {

inline constexpr const char* our_name = "heddle_soak";

class protocol {
 public:
  virtual ~protocol() = default;
  /// To be said first.
  virtual task<> greet(connection& to) = 0;
  /// `word` again.
  virtual task<std::string> echo(connection& to, std::string word) = 0;
  /// How many connections with our name the server has.
  virtual task<long> count_ours(connection& to) = 0;
};

/// Redis: PING with an argument, CLIENT SETNAME, CLIENT LIST.
class resp final : public protocol {
 public:
  task<> greet(connection& to) override {
    co_await to.write(command("CLIENT", "SETNAME", our_name));
    co_await reply(to);
  }
  task<std::string> echo(connection& to, std::string word) override {
    co_await to.write(command("PING", word));
    co_return co_await reply(to);
  }
  task<long> count_ours(connection& to) override {
    co_await to.write(command("CLIENT", "LIST"));
    const std::string list = co_await reply(to);
    const std::string wanted = std::string("name=") + our_name;
    long count = 0;
    for (std::size_t at = list.find(wanted); at != std::string::npos; ++count) {
      at = list.find(wanted, at + 1);
    }
    co_return count;
  }

 private:
  // No initializer_list: g++ 12 does not compile one in a coroutine.
  template <typename... Words>
  static std::string command(const Words&... words) {
    std::string text = "*" + std::to_string(sizeof...(words)) + "\r\n";
    ((text += bulk(words)), ...);
    return text;
  }
  static std::string bulk(const std::string& word) {
    return "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  }
  static task<std::string> reply(connection& from) {
    const std::string line = co_await from.read_line();
    if (line.starts_with('+')) co_return line.substr(1);
    if (!line.starts_with('$')) throw std::runtime_error("the server says " + line);
    const std::size_t size = std::stoul(line.substr(1));
    std::string text = co_await from.read(size + 2);
    text.resize(size);
    co_return text;
  }
};

/// PostgreSQL, simple queries, for a server that trusts who connects.
class postgres final : public protocol {
 public:
  explicit postgres(std::string user) : user_(std::move(user)) {}

  task<> greet(connection& to) override {
    std::string text = number(196608);  // version 3.0
    text += zero_ended("user", user_, "database", "postgres", "application_name", our_name, "");
    co_await to.write(number(text.size() + 4) + text);
    co_await answer(to);
  }
  task<std::string> echo(connection& to, std::string word) override {
    co_return co_await query(to, "SELECT '" + word + "'");
  }
  task<long> count_ours(connection& to) override {
    const std::string count = co_await query(
        to, std::string("SELECT count(*) FROM pg_stat_activity WHERE application_name = '") +
                our_name + "'");
    co_return std::stol(count);
  }

 private:
  static std::string number(std::size_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
  }
  template <typename... Words>
  static std::string zero_ended(const Words&... words) {
    std::string text;
    ((text += words, text += '\0'), ...);
    return text;
  }
  static std::size_t number_at(const std::string& bytes, std::size_t at) {
    std::size_t value = 0;
    for (std::size_t end = at + 4; at != end; ++at) {
      value = value << 8 | static_cast<unsigned char>(bytes.at(at));
    }
    return value;
  }
  static task<std::string> query(connection& to, std::string text) {
    text += '\0';
    co_await to.write("Q" + number(text.size() + 4) + text);
    co_return co_await answer(to);
  }

  /// Reads until the server is ready again: the first field of the last row.
  static task<std::string> answer(connection& from) {
    std::string field;
    for (;;) {
      const std::string head = co_await from.read(5);
      const std::string body = co_await from.read(number_at(head, 1) - 4);
      if (head[0] == 'Z') co_return field;
      if (head[0] == 'E') throw std::runtime_error("the server says " + body);
      if (head[0] == 'R' && number_at(body, 0) != 0) {
        throw std::runtime_error("the server wants a password: it must trust this address");
      }
      if (head[0] == 'D') field = body.substr(6, number_at(body, 2));
    }
  }

  const std::string user_;
};

}  // namespace soak
