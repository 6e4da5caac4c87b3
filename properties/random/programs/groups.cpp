// Random programs of tasks with a parent: groups, what is started in them, supervisors. All
// children end, every error comes out where it belongs, and nobody is cancelled by what is not
// above it.
#include <heddle/exception_group.hpp>
#include <heddle/supervisor.hpp>
#include <heddle/task_group.hpp>

#include "properties/random/programs/as_tasks.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

enum act { turn, fail_now, sleep };
const std::vector<operation> acts = {{"turn"}, {"throw"}, {"sleep"}};

struct family {
  std::size_t running = 0;
  std::size_t errors = 0;  // thrown by children
  std::size_t told = 0;    // of those
  std::size_t ended = 0;   // children that have come to their end

  task<> child(const std::vector<step>& steps) {
    const presence here(running);
    for (const step& s : steps) {
      if (s.what == turn) co_await checkpoint();
      if (s.what == sleep) co_await heddle::sleep_for(1s);
      if (s.what == fail_now) {
        ++errors;
        throw failure();
      }
    }
    ++ended;
  }
};

void use_group(const program& which) {
  family all;
  in_every_order([](const program& which, family& all) -> task<> {
    try {
      co_await with_task_group([&](task_group& group) -> task<> {
        for (const auto& steps : which) group.spawn(all.child(steps));
        co_return;
      });
    } catch (const heddle::exception_group& group) {
      all.told = group.errors().size();
    }
  }(which, all));
  require(all.running == 0, "every child has ended");
  require(all.told == all.errors, "every error comes out");
}

/// The handler has each error, and nobody else notices: as long as the body goes on, children end
/// by themselves.
void use_supervisor(const program& which) {
  family all;
  std::size_t failing = 0;
  for (const auto& steps : which) {
    failing += std::ranges::count(steps, unsigned{fail_now}, &step::what) != 0 ? 1 : 0;
  }
  in_every_order(heddle::with_supervisor([&all](std::exception_ptr) { ++all.told; },
                                         [&](task_group& group) -> task<> {
                                           for (const auto& steps : which)
                                             group.spawn(all.child(steps));
                                           co_await heddle::sleep_for(1h);
                                         }));
  require(all.running == 0, "every child has ended");
  require(all.told == failing && all.ended == which.size() - failing, "errors disturb nobody");
}

/// Tasks that start services in a group: until a service says started() it is its starter's, and
/// then the group's.
struct starters {
  scopes& all;
  task_group* group = nullptr;
  std::size_t handed_over = 0;
  std::size_t returned = 0;
  std::size_t errors = 0;  // of services that have started
  std::size_t told = 0;

  auto service(bool fails) {
    return [this, fails](heddle::start_status<int>& status) -> task<> {
      co_await checkpoint();
      status.started(7);
      ++handed_over;
      try {
        co_await checkpoint();
      } catch (const cancelled&) {
        require(group->cancel_called(),
                "a service that has started is cancelled by its group only");
        throw;
      }
      if (fails) {
        ++errors;
        throw failure();
      }
    };
  }
  task<> refused() {
    try {
      co_await group->start([](heddle::start_status<>&) -> task<> { co_await fail(); });
      require(false, "a service that has failed before has not started");
    } catch (const failure&) {
    }
  }
  task<> steps_of(const std::vector<step>& steps) {
    for (const step& s : steps) {
      if (s.what == 0) cancel(all, s.value);
      if (s.what == 3) co_await refused();
      if (s.what != 1 && s.what != 2) continue;
      require(co_await group->start<int>(service(s.what == 2)) == 7, "its value");
      ++returned;
    }
  }
};

void use_start(const program& which) {
  scopes all = scopes_for(which);
  starters user{all};
  try {
    in_every_order(with_task_group([&](task_group& group) -> task<> {
      user.group = &group;
      for (std::size_t i = 0; i < which.size(); ++i) {
        group.spawn(within(*all[i], user.steps_of(which[i])));
      }
      co_return;
    }));
  } catch (const heddle::exception_group& group) {
    user.told = group.errors().size();
  }
  require(user.returned == user.handed_over, "start() returns where it was handed over");
  require(user.told == user.errors, "errors of services come out of the group");
}

const std::vector<operation> starts = {
    {"cancel", 3}, {"start"}, {"start_failing"}, {"start_refused"}};

}  // namespace

std::vector<subject> groups() {
  return {
      {"group", acts, 3, 3, use_group},
      {"start", starts, 3, 2, use_start},
      {"supervisor", acts, 3, 3, use_supervisor},
  };
}

}  // namespace programs
