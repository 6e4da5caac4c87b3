// PUB: a subscription takes a connection for as long as it lives. A connection that is subscribed
// answers no requests, so it must not go back to the pool; and a pool of which each subscriber
// takes one is soon empty, so subscribers share one and have a channel each. (aioredis, seen in
// service.)
#include <algorithm>
#include <deque>
#include <heddle/channel.hpp>
#include <heddle/resource_pool.hpp>
#include <memory>
#include <vector>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::channel;

/// One connection to a server that sends what is published to all that are subscribed.
struct connection {
  explicit connection(std::vector<connection*>& subscribed) : all(subscribed) {}
  ~connection() { std::erase(all, this); }
  std::vector<connection*>& all;
  channel<int> messages{4};

  void subscribe() { all.push_back(this); }
  void unsubscribe() { std::erase(all, this); }
  bool subscribed() const { return std::find(all.begin(), all.end(), this) != all.end(); }
  void publish(int message) const {
    require(!subscribed(), "a connection that is subscribed takes no requests");
    for (connection* to : all) require(to->messages.try_send(message), "there is room");
  }
};

using pool = heddle::resource_pool<connection>;

struct server {
  std::vector<connection*> subscribed;
  pool make_pool(std::size_t most) {
    return pool(most, [this]() -> task<std::unique_ptr<connection>> {
      co_await checkpoint();
      co_return std::make_unique<connection>(subscribed);
    });
  }
};

task<> publish(pool& connections, int message) {
  auto lease = co_await connections.acquire();
  lease.begin_exchange();
  lease->publish(message);
  lease.end_exchange();
}

/// A subscription is an exchange: where it is cut, its connection is not used again.
task<> subscribe(pool& connections, int& received, bool careful) {
  auto lease = co_await connections.acquire();
  if (careful) lease.begin_exchange();
  lease->subscribe();
  const auto message = co_await lease->messages.receive();
  received += *message;
  lease->unsubscribe();
  lease.end_exchange();
}

/// The subscriber is cancelled at any moment; whoever comes next, to a pool of one, must be able to
/// publish.
void subscriber_is_cancelled(bool careful) {
  server remote;
  pool connections = remote.make_pool(1);
  cancel_scope subscriber;
  int received = 0;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(subscriber, subscribe(connections, received, careful)));
    co_await turns(heddle::choose(4));
    subscriber.cancel();
    co_await publish(connections, 7);
  }));
  require(connections.leased() == 0 && remote.subscribed.empty(), "nobody is left subscribed");
}

HEDDLE_CHECK(pub_1_as_long_as_its_subscriber) { subscriber_is_cancelled(true); }
HEDDLE_CHECK(pub_1_given_back_while_it_is_subscribed) { subscriber_is_cancelled(false); }

/// Nobody is cancelled: the connection is clean, and is used again.
HEDDLE_CHECK(pub_1_used_again_afterwards) {
  server remote;
  pool connections = remote.make_pool(2);
  int received = 0;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(subscribe(connections, received, true));
    while (remote.subscribed.empty()) co_await heddle::sleep_for(1ms);
    co_await publish(connections, 7);
  }));
  require(received == 7 && connections.idle() == 2, "both connections are free");
}

/// Reads for all, and hands each message to each of them.
task<> hub(pool& connections, std::deque<channel<int>>& to) {
  auto lease = co_await connections.acquire();
  lease.begin_exchange();
  lease->subscribe();
  const auto message = co_await lease->messages.receive();
  for (channel<int>& subscriber : to) co_await subscriber.send(int(*message));
  lease->unsubscribe();
  lease.end_exchange();
}

task<> subscribe_to_hub(channel<int>& messages, int& received) {
  const auto message = co_await messages.receive();
  received += *message;
}

task<> publish_when_subscribed(server& remote, pool& connections, std::size_t subscribers) {
  while (remote.subscribed.size() != subscribers) co_await heddle::sleep_for(1ms);
  co_await publish(connections, 7);
}

/// Two subscribers, one publisher, two connections.
HEDDLE_CHECK(pub_2_subscribers_share_one) {
  server remote;
  pool connections = remote.make_pool(2);
  std::deque<channel<int>> messages;
  for (int count = 0; count < 2; ++count) messages.emplace_back(1);
  int received = 0;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(hub(connections, messages));
    for (channel<int>& own : messages) group.spawn(subscribe_to_hub(own, received));
    co_await publish_when_subscribed(remote, connections, 1);
  }));
  require(received == 14, "each has it");
}

/// The same with a connection for each subscriber: none is left to publish with.
HEDDLE_CHECK(pub_2_a_connection_for_each) {
  server remote;
  pool connections = remote.make_pool(2);
  int received = 0;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    for (int count = 0; count < 2; ++count) {
      group.spawn(subscribe(connections, received, true));
    }
    co_await publish_when_subscribed(remote, connections, 2);
  }));
}

}  // namespace
}  // namespace contracts
