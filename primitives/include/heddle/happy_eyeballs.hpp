// A TCP connection to a host that has several addresses, over IPv6 or IPv4, whichever answers first
// (RFC 8305, "Happy Eyeballs Version 2").
//
//   tcp::socket socket = co_await happy_eyeballs_connect(executor, "example.org", "443");
//   tcp::socket socket = co_await happy_eyeballs_connect(executor, endpoints);
//
//   step                 source       what
//   two queries          section 3    AAAA and A at once; the first IPv6 address begins at once; an
//                                     IPv4 address waits 50 ms for the other answer
//   order                section 4    as the system has sorted them (RFC 6724), families in turn
//   attempts             section 5    250 ms apart, or as soon as the one before has failed
//   late addresses       section 3    join those that wait, while the race is on
//
//   HE-1 … HE-7  As in staggered_race.hpp, which it is made of: one socket comes out, all others
//   are
//                closed, who connects too late included; all attempts have ended when it returns.
//   HE-5  If nothing connects: exception_group, first the errors of the attempts, in their order,
//         then those of the queries.
//   HE-8  A query that the system is still busy with when it is no longer needed is not waited for:
//         Asio cannot interrupt it. It owns what it needs, and its answer is dropped.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <heddle/async_event.hpp>
#include <heddle/detail/address_source.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/staggered_race.hpp>
#include <heddle/use_task.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace heddle {

/// Times of RFC 8305, section 8.
struct happy_eyeballs_options {
  /// Between two attempts. The RFC allows 10 ms to 2 s and recommends 250 ms.
  std::chrono::steady_clock::duration attempt_delay = std::chrono::milliseconds(250);
  /// How long IPv4 addresses wait for the answer about IPv6 ones.
  std::chrono::steady_clock::duration resolution_delay = std::chrono::milliseconds(50);
  /// How many addresses of the preferred family are tried before the other one's first. At least 1.
  std::size_t first_family_count = 1;
};

/// Asks for the addresses of one family, tcp::v6() or tcp::v4(), in the order of preference.
using address_query = std::function<task<std::vector<asio::ip::tcp::endpoint>>(asio::ip::tcp)>;

namespace detail {

inline task<asio::ip::tcp::socket> connect_to(asio::any_io_executor where,
                                              asio::ip::tcp::endpoint to) {
  asio::ip::tcp::socket socket(std::move(where));
  co_await socket.async_connect(to, use_task);
  co_return std::move(socket);
}

// What a query and its task share: who is cancelled leaves it behind (HE-8).
struct address_query_state {
  explicit address_query_state(const asio::any_io_executor& where) : resolver(where) {}
  asio::ip::tcp::resolver resolver;
  async_event answered;
  asio::error_code error;
  std::vector<asio::ip::tcp::endpoint> endpoints;
};

inline task<std::vector<asio::ip::tcp::endpoint>> ask_the_system(asio::any_io_executor where,
                                                                 std::string host,
                                                                 std::string service,
                                                                 asio::ip::tcp family) {
  const auto state = std::make_shared<address_query_state>(where);
  state->resolver.async_resolve(
      family, host, service,
      [state](const asio::error_code& error, const asio::ip::tcp::resolver::results_type& found) {
        state->error = error;
        for (const auto& entry : found) state->endpoints.push_back(entry.endpoint());
        state->answered.set();
      });
  struct leaving {
    address_query_state& state;
    ~leaving() { state.resolver.cancel(); }
  };
  const leaving either_way{*state};
  co_await state->answered.wait();
  if (state->error) throw asio::system_error(state->error);
  co_return std::move(state->endpoints);
}

inline task<void> answer_query(address_source& source, address_query& query, asio::ip::tcp family) {
  address_answer answer{family, {}, nullptr};
  try {
    answer.endpoints = co_await query(family);
  } catch (const std::logic_error&) {
    throw;
  } catch (const std::exception&) {
    answer.error = std::current_exception();
  }
  source.tell(std::move(answer));
}

/// The race over what `source` has and is told of: the winner, or nothing; errors stay in `errors`.
inline task<std::optional<asio::ip::tcp::socket>> race_to_connect(
    address_source& source, std::chrono::steady_clock::duration delay,
    std::vector<std::exception_ptr>& errors) {
  std::optional<asio::ip::tcp::socket> won;
  co_await source.first_answers();
  if (source.exhausted()) co_return won;
  try {
    auto first = co_await staggered_race_from<asio::ip::tcp::socket>(source, delay);
    won.emplace(std::move(first.value));
  } catch (const exception_group& all) {
    if (all.subgroup<std::logic_error>()) throw;  // HE-7
    errors = all.errors();
  }
  co_return won;
}

[[noreturn]] inline void throw_not_connected(std::vector<std::exception_ptr> errors,
                                             const address_source& source) {
  for (const std::exception_ptr& error : source.errors()) errors.push_back(error);
  if (errors.empty()) {
    errors.push_back(std::make_exception_ptr(asio::system_error(asio::error::host_not_found)));
  }
  throw exception_group("no connection", std::move(errors));
}

}  // namespace detail

/// Asks `query` for the addresses of both families, and connects to the first that answers. The
/// sockets are of `where`. Throws exception_group (HE-5), and `cancelled`.
inline task<asio::ip::tcp::socket> happy_eyeballs_connect(asio::any_io_executor where,
                                                          address_query query,
                                                          happy_eyeballs_options options = {}) {
  using asio::ip::tcp;
  detail::address_source source(
      [&where](const tcp::endpoint& to) { return detail::connect_to(where, to); }, tcp::v6(),
      options.first_family_count, options.resolution_delay);
  std::optional<tcp::socket> won;
  std::vector<std::exception_ptr> errors;
  try {
    co_await with_task_group([&](task_group& group) -> task<void> {
      source.expect_answers(2);
      group.spawn(detail::answer_query(source, query, tcp::v6()));
      group.spawn(detail::answer_query(source, query, tcp::v4()));
      won = co_await detail::race_to_connect(source, options.attempt_delay, errors);
      group.cancel();
    });
  } catch (const cancelled&) {
    if (!won) throw;
  }
  if (!won) detail::throw_not_connected(std::move(errors), source);
  co_return *std::move(won);
}

/// The same with the addresses of `host`, a name or an address, and `service`, a name or a port.
inline task<asio::ip::tcp::socket> happy_eyeballs_connect(asio::any_io_executor where,
                                                          std::string host, std::string service,
                                                          happy_eyeballs_options options = {}) {
  address_query ask = [&](asio::ip::tcp family) {
    return detail::ask_the_system(where, host, service, family);
  };
  co_return co_await happy_eyeballs_connect(where, std::move(ask), options);
}

/// The same with addresses that are known, in the order of preference: the family of the first one
/// is the preferred one. At least one.
inline task<asio::ip::tcp::socket> happy_eyeballs_connect(
    asio::any_io_executor where, std::vector<asio::ip::tcp::endpoint> addresses,
    happy_eyeballs_options options = {}) {
  using asio::ip::tcp;
  detail::address_source source(
      [&where](const tcp::endpoint& to) { return detail::connect_to(where, to); },
      addresses.empty() ? tcp::v6() : addresses.front().protocol(), options.first_family_count,
      options.resolution_delay);
  source.add(addresses);
  std::vector<std::exception_ptr> errors;
  auto won = co_await detail::race_to_connect(source, options.attempt_delay, errors);
  if (!won) detail::throw_not_connected(std::move(errors), source);
  co_return *std::move(won);
}

}  // namespace heddle
