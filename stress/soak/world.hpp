// What the clients of one round share, and what is counted of them.
#pragma once

#include <atomic>
#include <chrono>
#include <heddle/async_mutex.hpp>
#include <heddle/capacity_limiter.hpp>
#include <heddle/channel.hpp>
#include <heddle/resource_pool.hpp>
#include <memory>

#include "stress/soak/protocols.hpp"

namespace soak {

using std::chrono::microseconds;

/// A mistake that is made on purpose, to see that it is found.
enum class mistake { none, lease, task, cancellation, reply, memory };

struct settings {
  address server;
  std::shared_ptr<protocol> speaks;
  std::size_t clients = 40;
  std::size_t connections = 8;
  std::size_t lives = 10;     ///< how often each client is cancelled
  microseconds life{50'000};  ///< after how long at the latest
  mistake planted = mistake::none;
};

/// Of all rounds. Written by all threads.
struct counts {
  std::atomic<long> requests{0};       ///< answered
  std::atomic<long> cancellations{0};  ///< from outside, each of which ended a client's work
  std::atomic<long> time_outs{0};
  std::atomic<long> errors{0};      ///< closed connections
  std::atomic<long> lost{0};        ///< cancellations that were not absorbed by their scope
  std::atomic<long> unpaired{0};    ///< answers to other requests
  std::atomic<long> together{0};    ///< two in a section that is for one
  std::atomic<long> alive{0};       ///< tasks, now
  std::atomic<long> open{0};        ///< connections, now
  std::atomic<long> items_lost{0};  ///< sent through a channel, and neither received nor in it
};

using pool = heddle::resource_pool<connection>;

/// Of one round.
struct world {
  world(const settings& set, counts& all, reactor& waits)
      : set(set), all(all), connections(set.connections, [this, &waits] { return make(waits); }) {}

  task<std::unique_ptr<connection>> make(reactor& waits) {
    auto made = std::make_unique<connection>(waits, all.open);
    co_await made->connect_to(set.server);
    co_await set.speaks->greet(*made);
    co_return made;
  }

  const settings& set;
  counts& all;
  pool connections;
  heddle::async_mutex section;
  heddle::capacity_limiter limiter{4};
  heddle::channel<int> items{16};
  std::atomic<long> items_sent{0};
  std::atomic<long> items_received{0};
  std::atomic<int> in_section{0};
  std::atomic<std::uint64_t> words{0};
  std::atomic<char*> leaked{nullptr};  ///< a planted mistake
};

/// Counts a task that lives.
class living {
 public:
  explicit living(counts& all) : all_(&all) { ++all_->alive; }
  living(living&& other) noexcept : all_(std::exchange(other.all_, nullptr)) {}
  living& operator=(living&&) = delete;
  ~living() {
    if (all_ != nullptr) --all_->alive;
  }

 private:
  counts* all_;
};

}  // namespace soak
