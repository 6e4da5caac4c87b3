// The fake server's protocol, lines of text, on a socket of Asio's.
#pragma once

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read_until.hpp>
#include <asio/write.hpp>
#include <string>

#include "stress/soak/connection.hpp"

namespace soak {

class fake_connection final : public connection {
 public:
  explicit fake_connection(const asio::any_io_executor& where) : socket_(where) {}

  task<> open(address server, std::string name) override {
    const asio::ip::tcp::endpoint to(asio::ip::make_address(server.host), server.port);
    co_await socket_.async_connect(to, heddle::use_task);
    socket_.set_option(asio::ip::tcp::no_delay(true));
    co_await ask("name " + name);
  }
  task<std::string> echo(std::string word, microseconds late) override {
    return ask("echo " + word + " " + std::to_string(late.count()));
  }
  task<> be_hung_up() override {
    try {
      for (;;) co_await ask("quit");
    } catch (const asio::system_error&) {  // the end of the connection
    }
  }
  task<long> count(std::string name) override {
    co_return std::stol(co_await ask("count " + name));
  }

 private:
  task<std::string> ask(std::string line) {
    line += '\n';
    co_await asio::async_write(socket_, asio::buffer(line), heddle::use_task);
    const std::size_t size = co_await asio::async_read_until(socket_, asio::dynamic_buffer(unread_),
                                                             '\n', heddle::use_task);
    std::string answer = unread_.substr(0, size - 1);
    unread_.erase(0, size);
    co_return answer;
  }

  asio::ip::tcp::socket socket_;
  std::string unread_;
};

}  // namespace soak
