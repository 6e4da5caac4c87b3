// What the clients of one round share, and what is counted of them.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <heddle/async_mutex.hpp>
#include <heddle/capacity_limiter.hpp>
#include <heddle/channel.hpp>
#include <heddle/resource_pool.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "stress/soak/connection.hpp"

namespace soak {

/// A mistake that is made on purpose, to see that it is found.
enum class mistake {
  none,
  lease,         ///< a lease that never ends
  connection,    ///< a connection that is neither in the pool nor closed
  task,          ///< a task that waits for ever
  cancellation,  ///< a cancellation that is caught and not thrown on
  reply,         ///< a lease that is given back as if its exchange were finished
  memory,        ///< memory that nobody owns
};

using connection_maker = std::function<std::unique_ptr<connection>(const asio::any_io_executor&)>;

struct settings {
  address server;
  connection_maker make_connection;
  std::string name;  ///< of our connections
  std::size_t clients = 40;
  std::size_t connections = 8;
  std::size_t lives = 10;     ///< how often each client is cancelled
  microseconds life{50'000};  ///< after how long at the latest
  mistake planted = mistake::none;
};

/// Of all rounds. Written by all threads.
struct counts {
  std::atomic<long> requests{0};       ///< begun: a connection was there
  std::atomic<long> answered{0};       ///< of them
  std::atomic<long> cut{0};            ///< of them: cancelled before the end of the exchange
  std::atomic<long> hung_up{0};        ///< of them: those that were to end the connection
  std::atomic<long> connected{0};      ///< connections
  std::atomic<long> cancellations{0};  ///< from outside, each of which ended a client's work
  std::atomic<long> time_outs{0};
  std::atomic<long> errors{0};    ///< nobody asked for: what a server or its library refuses
  std::atomic<long> lost{0};      ///< cancellations that were not absorbed by their scope
  std::atomic<long> unpaired{0};  ///< answers to other requests
  std::atomic<long> together{0};  ///< two in a section that is for one
  std::atomic<long> alive{0};     ///< tasks, now

  void error(const char* what) {
    ++errors;
    const std::lock_guard guard(mutex_);
    if (first_error_.empty()) first_error_ = what;
  }
  std::string first_error() const {
    const std::lock_guard guard(mutex_);
    return first_error_;
  }

 private:
  mutable std::mutex mutex_;
  std::string first_error_;  // guarded by mutex_
};

using pool = heddle::resource_pool<connection>;

/// Of one round.
struct world {
  world(const settings& set, counts& all, asio::any_io_executor io)
      : set(set),
        all(all),
        io(std::move(io)),
        connections(set.connections, [this] { return connect(this->set.name); }) {}

  task<std::unique_ptr<connection>> connect(std::string name) {
    std::unique_ptr<connection> made = set.make_connection(io);
    co_await made->open(set.server, std::move(name));
    ++all.connected;
    co_return made;
  }

  const settings& set;
  counts& all;
  const asio::any_io_executor io;
  pool connections;
  heddle::async_mutex section;
  heddle::capacity_limiter limiter{4};
  heddle::channel<int> items{16};
  std::atomic<long> items_sent{0};
  std::atomic<long> items_received{0};
  std::atomic<int> in_section{0};
  std::atomic<std::uint64_t> words{0};
  std::atomic<void*> leaked{nullptr};  ///< a planted mistake
};

/// Counts a task that lives.
class living {
 public:
  explicit living(counts& all) : all_(&all) { ++all_->alive; }
  living(const living&) = delete;
  living& operator=(const living&) = delete;
  ~living() { --all_->alive; }

 private:
  counts* all_;
};

}  // namespace soak
