// Redis, by hiredis without its blocking calls: hiredis formats, sends, receives and parses; a task
// waits for the socket between.
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "stress/soak/connection.hpp"

namespace soak {

class redis_connection final : public connection {
 public:
  explicit redis_connection(const asio::any_io_executor& where) : socket_(where) {}

  task<> open(address server, std::string name) override {
    context_.reset(::redisConnectNonBlock(server.host.c_str(), server.port));
    if (context_ == nullptr) throw std::bad_alloc();
    check(context_->err == 0 ? REDIS_OK : REDIS_ERR);
    socket_.watch(context_->fd);
    co_await socket_.writable();
    command("CLIENT", "SETNAME", name);
    co_await flush();
    co_await next_reply();
  }

  // A late answer is that of a list into which nobody pushes, and of the echo behind it.
  task<std::string> echo(std::string word, microseconds late) override {
    if (late.count() != 0) {
      command("BLPOP", "nothing", std::to_string(static_cast<double>(late.count()) / 1e6));
    }
    command("ECHO", word);
    co_await flush();
    if (late.count() != 0) co_await next_reply();
    const reply answer = co_await next_reply();
    co_return text_of(*answer);
  }

  task<> be_hung_up() override {
    command("QUIT");
    co_await flush();
    try {
      for (;;) co_await next_reply();
    } catch (const server_error&) {  // the end of the connection
    }
  }

  task<long> count(std::string name) override {
    command("CLIENT", "LIST");
    co_await flush();
    const reply answer = co_await next_reply();
    const std::string list = text_of(*answer);
    const std::string wanted = " name=" + name + " ";
    long count = 0;
    for (std::size_t at = list.find(wanted); at != std::string::npos; ++count) {
      at = list.find(wanted, at + 1);
    }
    co_return count;
  }

 private:
  using reply = std::unique_ptr<redisReply, ended_by<::freeReplyObject>>;

  template <typename... Words>
  void command(const Words&... words) {
    const char* texts[] = {std::string_view(words).data()...};
    const std::size_t sizes[] = {std::string_view(words).size()...};
    check(::redisAppendCommandArgv(context_.get(), sizeof...(words), texts, sizes));
  }
  void check(int result) const {
    if (result != REDIS_OK) throw server_error(std::string("hiredis: ") + context_->errstr);
  }
  static std::string text_of(const redisReply& answer) {
    if (answer.type == REDIS_REPLY_NIL) return "";
    return std::string(answer.str, answer.len);
  }

  task<> flush() {
    for (;;) {
      int done = 0;
      check(::redisBufferWrite(context_.get(), &done));
      if (done != 0) co_return;
      co_await socket_.writable();
    }
  }
  task<reply> next_reply() {
    for (;;) {
      void* parsed = nullptr;
      check(::redisGetReplyFromReader(context_.get(), &parsed));
      if (parsed != nullptr) {
        reply answer(static_cast<redisReply*>(parsed));
        if (answer->type == REDIS_REPLY_ERROR) throw server_error("Redis: " + text_of(*answer));
        co_return answer;
      }
      co_await socket_.readable();
      check(::redisBufferRead(context_.get()));
    }
  }

  std::unique_ptr<redisContext, ended_by<::redisFree>> context_;
  watched_socket socket_;  // ends first
};

}  // namespace soak
