// Random programs over a job scheduler: tasks that bring jobs, wait until there are none, close it,
// and cancel one another.
#include <heddle/job_scheduler.hpp>

#include "properties/random/programs/as_tasks.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

using heddle::job_scheduler;

/// One job runs at a time, one waits for its turn; who brings more waits.
struct scheduler_user {
  scopes& all;
  job_scheduler* scheduler = nullptr;
  std::size_t running = 0;
  bool closed = false;  // close() has returned

  task<> job() {
    const presence here(running);
    require(running == 1, "one at a time");
    require(!closed, "no job begins after close");
    co_await checkpoint();
    require(!closed, "no job runs after close");
  }
  task<> operator()(const step& s) {
    if (s.what == 0) {
      const bool was_closed = closed;
      try {
        co_await scheduler->spawn(job());
        require(!was_closed, "nothing is accepted after close");
      } catch (const heddle::scheduler_closed&) {
      }
    } else if (s.what == 1) {
      co_await scheduler->wait_until_idle();
    } else if (s.what == 2) {
      co_await scheduler->close();
      closed = true;
    } else {
      cancel(all, s.value);
    }
  }
};

void use_scheduler(const program& which) {
  scopes all = scopes_for(which);
  scheduler_user user{all};
  in_every_order(heddle::with_job_scheduler({1, 1}, [&](job_scheduler& scheduler) -> task<> {
    user.scheduler = &scheduler;
    auto steps_of = [](const std::vector<step>& steps, scheduler_user& user) -> task<> {
      for (const step& s : steps) co_await user(s);
    };
    co_await with_task_group([&](task_group& group) -> task<> {
      for (std::size_t i = 0; i < which.size(); ++i) {
        group.spawn(within(*all[i], steps_of(which[i], user)));
      }
      co_return;
    });
  }));
  require(user.running == 0, "no job is left");
}

const std::vector<operation> acts = {{"spawn"}, {"wait_until_idle"}, {"close"}, {"cancel", 3}};

}  // namespace

std::vector<subject> jobs() { return {{"job_scheduler", acts, 3, 3, use_scheduler}}; }

}  // namespace programs
