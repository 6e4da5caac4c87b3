// Channels: values sent = values received + values stored, whoever is cancelled when.
#include <heddle/channel.hpp>
#include <memory>
#include <thread>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::channel;
using heddle::channel_closed;

struct traffic {
  explicit traffic(std::size_t capacity) : values(capacity) {}
  channel<int> values;
  int sent = 0;
  int received = 0;
};

task<> send(traffic& on) {
  co_await on.values.send(1);
  ++on.sent;
}

task<> receive(traffic& on) {
  const std::optional<int> value = co_await on.values.receive();
  if (value) ++on.received;
}

bool balanced(const traffic& on) {
  return on.sent == on.received + static_cast<int>(on.values.size());
}

void cancelled_receiver(std::size_t capacity) {
  traffic on(capacity);
  cancel_scope scope;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, receive(on)));
    group.spawn([](traffic& on, cancel_scope& scope) -> task<> {
      co_await on.values.send(1);
      ++on.sent;
      if (!scope.cancel_called() && heddle::choose(2) != 0) co_await checkpoint();
      on.values.close();
    }(on, scope));
    group.spawn(receive(on));
    group.spawn(cancel_sometime(scope, 3));
    co_return;
  }));
  require(on.sent == 1 && balanced(on), "no value is lost");
}

/// One value, two receivers, of which the first is cancelled at any moment: the other has it.
HEDDLE_CHECK(channel_receiver_cancelled_with_room) { cancelled_receiver(1); }
HEDDLE_CHECK(channel_receiver_cancelled_without_room) { cancelled_receiver(0); }

/// Two senders, room for one, one of them is cancelled at any moment: what it says it has sent
/// arrives, and nothing else.
HEDDLE_CHECK(channel_sender_cancelled) {
  traffic on(1);
  cancel_scope scope;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(send(on));
    group.spawn(within(scope, send(on)));
    group.spawn(cancel_sometime(scope, 3));
    co_await turns(heddle::choose(3));
    co_await receive(on);
  }));
  require(balanced(on) && on.received == 1, "no value is lost");
}

HEDDLE_CHECK(channel_closed_while_senders_wait) {
  traffic on(0);
  int refused = 0;
  auto sender = [&]() -> task<> {
    try {
      co_await on.values.send(1);
      ++on.sent;
    } catch (const channel_closed&) {
      ++refused;
    }
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(sender());
    group.spawn(sender());
    group.spawn(receive(on));
    co_await turns(heddle::choose(3));
    on.values.close();
  }));
  require(on.sent + refused == 2 && balanced(on), "each was taken or refused");
}

HEDDLE_CHECK(channel_in_order) {
  channel<int> values(2);
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn([](channel<int>& values) -> task<> {
      for (int value = 0; value < 5; ++value) co_await values.send(value);
      values.close();
    }(values));
    int expected = 0;
    while (const std::optional<int> value = co_await values.receive()) {
      require(*value == expected++, "in the order in which they were sent");
    }
    require(expected == 5, "all of them");
  }));
}

/// A value whose receiver and whose sender are cancelled is destroyed, once.
HEDDLE_CHECK(channel_owns_what_it_carries) {
  channel<std::unique_ptr<int>> values(1);
  cancel_scope scope, other;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](channel<std::unique_ptr<int>>& values) -> task<> {
      co_await values.send(std::make_unique<int>(1));
      co_await values.send(std::make_unique<int>(2));
    }(values)));
    group.spawn(within(other, [](channel<std::unique_ptr<int>>& values) -> task<> {
      const auto value = co_await values.receive();
      require(value && **value == 1, "the first");
    }(values)));
    co_await turns(heddle::choose(4));
    scope.cancel();
    other.cancel();
  }));
}

HEDDLE_CHECK(channel_nobody_sends) {
  traffic on(1);
  event_loop loop;
  loop.run(receive(on));
}

HEDDLE_CHECK(channel_send_to_a_closed_one) {
  traffic on(1);
  on.values.close();
  event_loop loop;
  loop.run(send(on));
}

/// Between threads: send happens before receive.
HEDDLE_CHECK(cw_7_send_happens_before_receive) {
  channel<int*> values(1);
  int data = 0;
  std::thread other([&] {
    data = 1;
    int* message = &data;
    require(values.try_send(message), "there is room");
  });
  event_loop loop;
  loop.run([](channel<int*>& values) -> task<> {
    require(**co_await values.receive() == 1, "what was written before is seen");
  }(values));
  other.join();
}

HEDDLE_CHECK(cw_7_written_after_send) {
  channel<int*> values(1);
  int data = 0;
  std::thread other([&] {
    int* message = &data;
    require(values.try_send(message), "there is room");
    data = 1;
  });
  event_loop loop;
  loop.run([](channel<int*>& values) -> task<> {
    require(**co_await values.receive() >= 0, "read it");
  }(values));
  other.join();
}

}  // namespace
}  // namespace contracts
