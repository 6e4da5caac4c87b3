// Programs whose threads are tasks: each in a scope of its own, in every order of ready tasks, with
// an end to whatever waits for ever.
#pragma once

#include <algorithm>
#include <heddle/timeouts.hpp>
#include <memory>
#include <vector>

#include "properties/contracts/tasks/support.hpp"
#include "properties/random/programs/program.hpp"

namespace programs {

using namespace contracts;

/// The scope of each task of a program: cancelled by others, or when time is over.
using scopes = std::vector<std::unique_ptr<cancel_scope>>;

inline scopes scopes_for(const program& which) {
  scopes made;
  for (std::size_t i = 0; i < which.size(); ++i) made.push_back(std::make_unique<cancel_scope>());
  return made;
}

/// Cancels task 1 … (the last, if there are not so many).
inline void cancel(scopes& all, int number) {
  all[std::min<std::size_t>(static_cast<std::size_t>(number), all.size()) - 1]->cancel();
}

/// Runs `work(step)` for each step, each thread of the program as a task in a scope of its own, in
/// every order of the tasks.
template <class Work>
void as_tasks(const program& which, Work& work, scopes& all) {
  auto steps_of = [](const std::vector<step>& steps, Work& work) -> task<> {
    for (const step& s : steps) co_await work(s);
  };
  auto everything = [](const program& which, Work& work, scopes& all, auto& steps_of) -> task<> {
    co_await with_task_group([&](task_group& group) -> task<> {
      for (std::size_t i = 0; i < which.size(); ++i) {
        group.spawn(within(*all[i], steps_of(which[i], work)));
      }
      co_return;
    });
  };
  in_every_order([](auto everything) -> task<> {
    co_await heddle::move_on_after(1s, std::move(everything));
  }(everything(which, work, all, steps_of)));
}

/// The threads of a program as tasks that use one User; what must hold when all have ended.
template <class User>
void use(const program& which) {
  scopes all = scopes_for(which);
  User user{all};
  as_tasks(which, user, all);
  user.finished();
}

/// Inside for its lifetime.
struct presence {
  explicit presence(std::size_t& count) : count(count) { ++count; }
  presence(const presence&) = delete;
  ~presence() { --count; }
  std::size_t& count;
};

}  // namespace programs
