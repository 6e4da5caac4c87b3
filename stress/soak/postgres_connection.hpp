// PostgreSQL, by libpq without its blocking calls, in pipeline mode: there libpq takes the next
// query while the answer to an earlier one is still to come, as it must for a user who pairs them
// wrongly to be seen. For a server that trusts who connects as user postgres.
#pragma once

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <string>

#include "stress/soak/connection.hpp"

namespace soak {

class postgres_connection final : public connection {
 public:
  explicit postgres_connection(const asio::any_io_executor& where) : socket_(where) {}

  task<> open(address server, std::string name) override {
    begin(server, name);
    // One address and no encryption to negotiate: libpq keeps the socket that it has begun with.
    socket_.watch(::PQsocket(session_.get()));
    for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;) {
      if (state == PGRES_POLLING_FAILED) fail();
      if (state == PGRES_POLLING_READING) {
        co_await socket_.readable();
      } else {
        co_await socket_.writable();
      }
      state = ::PQconnectPoll(session_.get());
    }
    check(::PQsetnonblocking(session_.get(), 1) == 0);
    check(::PQenterPipelineMode(session_.get()) == 1);
  }

  task<std::string> echo(std::string word, microseconds late) override {
    send("SELECT $1::text FROM pg_sleep($2::bigint / 1e6)", word, std::to_string(late.count()));
    co_return co_await answer();
  }

  task<> be_hung_up() override {
    send("SELECT pg_terminate_backend(pg_backend_pid())");
    try {
      for (;;) co_await answer();
    } catch (const server_error&) {  // the end of the connection
    }
  }

  task<long> count(std::string name) override {
    send("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", name);
    co_return std::stol(co_await answer());
  }

 private:
  using result = std::unique_ptr<PGresult, ended_by<::PQclear>>;

  void begin(const address& server, const std::string& name) {
    const std::string port = std::to_string(server.port);
    const char* keys[] = {"hostaddr",         "port",    "user",       "dbname",
                          "application_name", "sslmode", "gssencmode", nullptr};
    const char* values[] = {server.host.c_str(), port.c_str(), "postgres", "postgres",
                            name.c_str(),        "disable",    "disable",  nullptr};
    session_.reset(::PQconnectStartParams(keys, values, 0));
    check(session_ != nullptr && ::PQstatus(session_.get()) != CONNECTION_BAD);
  }

  template <typename... Words>
  void send(const char* query, const Words&... words) {
    const std::array<const char*, sizeof...(words)> values = {words.c_str()...};
    check(::PQsendQueryParams(session_.get(), query, sizeof...(words), nullptr, values.data(),
                              nullptr, nullptr, 0) == 1);
    check(::PQpipelineSync(session_.get()) == 1);
  }

  /// Reads to the end of the oldest query that is under way: the first field of its last row.
  task<std::string> answer() {
    // Queries are short: what the server says meanwhile need not be read for it to take them.
    for (int left = ::PQflush(session_.get()); left != 0; left = ::PQflush(session_.get())) {
      check(left > 0);
      co_await socket_.writable();
    }
    std::string field;
    for (bool ended = false;;) {
      while (::PQisBusy(session_.get()) != 0) {
        co_await socket_.readable();
        check(::PQconsumeInput(session_.get()) == 1);
      }
      const result next(::PQgetResult(session_.get()));
      if (next == nullptr) {  // after the rows of a query, before the end of its exchange
        if (std::exchange(ended, true)) throw server_error("libpq: no answer is to come");
        continue;
      }
      switch (::PQresultStatus(next.get())) {
        case PGRES_PIPELINE_SYNC:
          co_return field;
        case PGRES_TUPLES_OK:
          field = ::PQgetvalue(next.get(), 0, 0);
          break;
        default:
          throw server_error(std::string("PostgreSQL: ") + ::PQresultErrorMessage(next.get()));
      }
    }
  }

  void check(bool good) const {
    if (!good) fail();
  }
  [[noreturn]] void fail() const {
    throw server_error(std::string("libpq: ") + ::PQerrorMessage(session_.get()));
  }

  std::unique_ptr<PGconn, ended_by<::PQfinish>> session_;
  watched_socket socket_;  // ends first
};

}  // namespace soak
