// Operations that wait: a channel and a semaphore between two loops on two threads, by
// specifications in which an operation may not come yet.
#include <heddle/async_semaphore.hpp>
#include <heddle/channel.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/task.hpp>
#include <mutex>

#include "properties/linearizability/support.hpp"

namespace linear {
namespace {

using heddle::task;
using waiting_queue = container<discipline::queue, true>;

/// A column's operation that is awaited: begins, waits, ends.
template <class Channel>
task<> sends(Channel& channel, transfers::line& line, int value) {
  const std::size_t at = line.begin(put(value));
  co_await channel.send(value);
  line.end(at, std::nullopt);
}

template <class Channel>
task<> receives(Channel& channel, transfers::line& line) {
  const std::size_t at = line.begin(take);
  const std::optional<int> value = co_await channel.receive();
  line.end(at, value);
}

template <class... Steps>
task<> one_after_another(Steps... steps) {
  (co_await std::move(steps), ...);
}

/// One loop sends twice, the other receives twice.
template <class Channel>
void channel_between_loops(std::size_t capacity) {
  Channel channel(capacity);
  transfers history;
  at_once(
      history,
      [&](auto& line) {
        heddle::event_loop().run(
            one_after_another(sends(channel, line, 1), sends(channel, line, 2)));
      },
      [&](auto& line) {
        heddle::event_loop().run(
            one_after_another(receives(channel, line), receives(channel, line)));
      });
  heddle::require_linearizable(waiting_queue(), history);
}

HEDDLE_CHECK(channel_with_room_for_one) { channel_between_loops<heddle::channel<int>>(1); }
HEDDLE_CHECK(channel_with_room_for_two) { channel_between_loops<heddle::channel<int>>(2); }

/// What tasks of one loop do at once is one column for each: here a sender that waits for room.
HEDDLE_CHECK(channel_tasks_of_one_loop) {
  heddle::channel<int> channel(1);
  transfers history;
  auto& first = history.column("sender");
  auto& second = history.column("receiver");
  heddle::event_loop().run([](auto& channel, auto& first, auto& second) -> task<> {
    co_await sends(channel, first, 1);
    co_await receives(channel, second);
    co_await sends(channel, first, 2);
    co_await receives(channel, second);
  }(channel, first, second));
  heddle::require_linearizable(waiting_queue(), history);
}

/// Never waits. NewestFirst: two values that are there come out in the wrong order.
template <bool NewestFirst>
class small_channel {
 public:
  bool try_send(int value) {
    std::lock_guard guard(mutex_);
    values_.push_back(value);
    return true;
  }
  std::optional<int> try_receive() {
    std::lock_guard guard(mutex_);
    if (values_.empty()) return std::nullopt;
    const int value = NewestFirst ? values_.back() : values_.front();
    NewestFirst ? values_.pop_back() : values_.pop_front();
    return value;
  }

 private:
  std::mutex mutex_;
  std::deque<int> values_;
};

template <bool NewestFirst>
void small_channel_used() {
  small_channel<NewestFirst> channel;
  transfers history;
  at_once(
      history,
      [&](auto& line) {
        for (int value : {1, 2}) line.call(put(value), [&] { channel.try_send(value); });
      },
      [&](auto& line) {
        for (int i = 0; i < 2; ++i) line.call(take, [&] { return channel.try_receive(); });
      });
  heddle::require_linearizable(container<discipline::queue>(), history);
}

HEDDLE_CHECK(small_channel_oldest_first) { small_channel_used<false>(); }
HEDDLE_CHECK(small_channel_newest_first) { small_channel_used<true>(); }

enum class permit_use { acquire, try_acquire, release };

std::string describe(permit_use use) {
  const char* const names[] = {"acquire", "try_acquire", "release"};
  return names[static_cast<int>(use)];
}

using uses = heddle::history<permit_use, bool>;

struct permits {
  int free = 1;

  std::optional<bool> apply(permit_use use) {
    if (use == permit_use::release) return ++free > 0;
    if (free > 0) return free-- > 0;
    if (use == permit_use::acquire) return std::nullopt;
    return false;
  }
  bool operator==(const permits&) const = default;
};

/// A loop acquires and releases, another thread tries twice.
HEDDLE_CHECK(semaphore_tried_while_it_is_used) {
  heddle::async_semaphore semaphore(1);
  uses history;
  at_once(
      history,
      [&](auto& line) {
        heddle::event_loop().run([](auto& semaphore, auto& line) -> task<> {
          const std::size_t at = line.begin(permit_use::acquire);
          auto permit = co_await semaphore.acquire();
          line.end(at, true);
          line.call(permit_use::release, [&] {
            permit.release();
            return true;
          });
        }(semaphore, line));
      },
      [&](auto& line) {
        for (int i = 0; i < 2; ++i) {
          line.call(permit_use::try_acquire, [&] {
            auto permit = semaphore.try_acquire();
            if (permit) permit->keep();
            return permit.has_value();
          });
          if (line.entries().back().result == true) {
            line.call(permit_use::release, [&] {
              semaphore.release();
              return true;
            });
          }
        }
      });
  heddle::require_linearizable(permits(), history);
}

/// A semaphore of one word. Exact: a permit is taken by exchange; else by a load and a store.
template <bool Exact>
struct counted_permits {
  bool try_acquire() {
    int now = free.load();
    while (now > 0) {
      if (Exact) {
        if (free.compare_exchange_strong(now, now - 1)) return true;
      } else {
        free.store(now - 1);
        return true;
      }
    }
    return false;
  }
  std::atomic<int> free{1};
};

template <bool Exact>
void one_permit_for_two() {
  counted_permits<Exact> semaphore;
  uses history;
  const auto body = [&](auto& line) {
    line.call(permit_use::try_acquire, [&] { return semaphore.try_acquire(); });
  };
  at_once(history, body, body);
  heddle::require_linearizable(permits(), history);
}

HEDDLE_CHECK(permits_taken_by_exchange) { one_permit_for_two<true>(); }
HEDDLE_CHECK(permits_taken_by_load_and_store) { one_permit_for_two<false>(); }

}  // namespace
}  // namespace linear
