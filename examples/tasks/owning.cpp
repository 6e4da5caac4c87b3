// The lessons of docs/tasks.md about who owns what: 4, 5, 7, 9, 10, and the page's first program.
// What stands between the marks is printed there.
#include <functional>
#include <heddle/async_semaphore.hpp>
#include <heddle/channel.hpp>
#include <heddle/resource_pool.hpp>
#include <heddle/staggered_race.hpp>
#include <memory>
#include <tuple>
#include <vector>

#include "examples/tasks/lesson.hpp"

namespace lessons {
namespace {

struct request {
  int number;
};
int answers = 0;

task<> answer(request what) {
  co_await sleep_for(1s);
  answers += what.number;
}

// [first]
heddle::task<> serve(heddle::channel<request>& requests) {
  co_await heddle::with_task_group([&](heddle::task_group& group) -> heddle::task<> {
    for (;;) {
      auto next = co_await requests.receive();
      if (!next) break;
      group.spawn(answer(*std::move(next)));
    }
  });
}  // here every answer has ended, whatever happened
// [end]

HEDDLE_CHECK(first_program) {
  heddle::channel<request> requests(2);
  for (int number = 1; number <= 2; ++number) {
    request next{number};
    require(requests.try_send(next), "there is room");
  }
  requests.close();
  heddle::run(serve(requests));
  require(answers == 3, "both are answered");
}

/// Answers in order.
struct connection {
  std::vector<int> unread;
  void send(int number) { unread.push_back(number); }
  task<int> receive() {
    co_await checkpoint();
    const int first = unread.front();
    unread.erase(unread.begin());
    co_return first;
  }
};

using pool = heddle::resource_pool<connection>;

task<std::unique_ptr<connection>> connect() {
  co_await checkpoint();
  co_return std::make_unique<connection>();
}

// [lesson-4-wrong]
task<int> ask(pool& connections, int number) {
  auto lease = co_await connections.acquire();
  lease->send(number);
  co_return co_await lease->receive();  // cancelled here, the answer stays in the connection
}
// [end]

// [lesson-4-right]
task<int> ask_cured(pool& connections, int number) {
  auto lease = co_await connections.acquire();
  lease.begin_exchange();  // a lease that ends now destroys its connection
  lease->send(number);
  const int answer = co_await lease->receive();
  lease.end_exchange();
  co_return answer;
}
// [end]

void the_next_one_gets_its_own(task<int> (*ask)(pool&, int)) {
  pool connections(1, connect);
  cancelled_at_any_moment(ask(connections, 1));
  require(heddle::run(ask(connections, 2)) == 2, "the answer to another question");
}

HEDDLE_CHECK(lesson_4_wrong) { the_next_one_gets_its_own(ask); }
HEDDLE_CHECK(lesson_4_right) { the_next_one_gets_its_own(ask_cured); }

// [lesson-5-wrong]
task<> transaction(heddle::async_semaphore& connections) {
  auto permit = co_await connections.acquire();
  permit.keep();
  co_await checkpoint();  // BEGIN … COMMIT
  connections.release();
}
// [end]

// [lesson-5-right]
task<> transaction_cured(heddle::async_semaphore& connections) {
  const auto permit = co_await connections.acquire();  // goes back when it dies
  co_await checkpoint();                               // BEGIN … COMMIT
}
// [end]

void all_are_back(task<> (*use)(heddle::async_semaphore&)) {
  heddle::async_semaphore connections(1);
  cancelled_at_any_moment(use(connections));
  require(connections.available() == 1, "a connection is lost");
}

HEDDLE_CHECK(lesson_5_wrong) { all_are_back(transaction); }
HEDDLE_CHECK(lesson_5_right) { all_are_back(transaction_cured); }

task<> save(int& saved) {
  co_await checkpoint();
  ++saved;
}

// [lesson-7-wrong]
task<> handle(int& saved) {
  std::ignore = save(saved);  // never runs: a task begins when it is awaited or spawned
  co_return;
}
// [end]

// [lesson-7-right]
task<> handle_cured(int& saved) {
  co_await with_task_group([&](task_group& group) -> task<> {
    group.spawn(save(saved));
    co_return;  // to what else there is to do
  });
}
// [end]

void it_is_saved(task<> (*handle)(int&)) {
  int saved = 0;
  heddle::run(handle(saved));
  require(saved == 1, "it is saved");
}

HEDDLE_CHECK(lesson_7_wrong) { it_is_saved(handle); }
HEDDLE_CHECK(lesson_7_right) { it_is_saved(handle_cured); }

// [lesson-9-wrong]
task<> close_with(std::function<void()> on_close) {
  on_close();  // given a coroutine, it makes a task and throws it away
  co_return;
}
// [end]

// [lesson-9-right]
task<> close_with_cured(std::function<task<>()> on_close) { co_await on_close(); }
// [end]

template <typename Close>
void it_is_called_back(Close close) {
  int saved = 0;
  heddle::run(close([&saved] { return save(saved); }));
  require(saved == 1, "it was called back");
}

HEDDLE_CHECK(lesson_9_wrong) { it_is_called_back(close_with); }
HEDDLE_CHECK(lesson_9_right) { it_is_called_back(close_with_cured); }

int open_sockets = 0;

struct socket_handle {
  socket_handle() { ++open_sockets; }
  socket_handle(socket_handle&& other) noexcept : owned(std::exchange(other.owned, false)) {}
  socket_handle& operator=(socket_handle&&) = delete;
  ~socket_handle() {
    if (owned) --open_sockets;
  }
  bool owned = true;
};

// [lesson-10-wrong]
task<> connect_first(clock::time_point when, int& winners) {
  auto attempt = [&](task_group& group) -> task<> {
    co_await heddle::sleep_until(when);
    ++open_sockets;
    ++winners;
    group.cancel();  // too late for one that has connected in the same tick
  };
  co_await with_task_group([&](task_group& group) -> task<> {
    group.spawn(attempt(group));
    group.spawn(attempt(group));
    co_return;
  });
}
// [end]

// [lesson-10-right]
task<socket_handle> connect_one(clock::time_point when) {
  co_await heddle::sleep_until(when);
  co_return socket_handle();
}

task<> connect_first_cured(clock::time_point when, int& winners) {
  std::vector<std::function<task<socket_handle>()>> attempts(2, [=] { return connect_one(when); });
  const auto first = co_await heddle::staggered_race<socket_handle>(std::move(attempts), 250ms);
  ++winners;
  require(open_sockets == 1, "two are open");
}
// [end]

HEDDLE_CHECK(lesson_10_wrong) {
  int winners = 0;
  explored(connect_first(clock::now() + 1s, winners));
  require(winners == 1 && open_sockets == 1, "two can still win");
}
HEDDLE_CHECK(lesson_10_right) {
  int winners = 0;
  explored(connect_first_cured(clock::now() + 1s, winners));
  require(winners == 1 && open_sockets == 0, "one wins, and all are closed in the end");
}

}  // namespace
}  // namespace lessons
