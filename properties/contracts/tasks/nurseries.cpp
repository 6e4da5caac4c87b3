// NUR, SUP, CUR: starting with hand-over, supervisors, join policies.
#include <heddle/async_event.hpp>
#include <heddle/shielded.hpp>
#include <heddle/supervisor.hpp>
#include <heddle/timeouts.hpp>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::exception_group;
using heddle::join_policy;
using heddle::start_status;

task<> wait_long() { co_await heddle::sleep_for(1h); }

/// The starter, the group and nobody are cancelled, at any moment: the service is under the starter
/// until started(), then under the group; start() returns the value or throws.
HEDDLE_CHECK(nur_1_one_parent_at_any_time) {
  cancel_scope starter;
  bool returned = false, service_cancelled = false, handed_over = false;
  auto service = [&](start_status<int>& status) -> task<> {
    try {
      co_await turns(1);
      status.started(7);
      handed_over = true;
      co_await turns(2);
    } catch (const cancelled&) {
      service_cancelled = true;
      throw;
    }
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(starter, [](task_group& group, auto& service, bool& returned) -> task<> {
      require(co_await group.start<int>(service) == 7, "the value");
      returned = true;
    }(group, service, returned)));
    co_await turns(heddle::choose(4));
    starter.cancel();
  }));
  require(returned == handed_over, "start() returns exactly where it was handed over");
  require(service_cancelled != handed_over, "the starter's cancellation ends it only before that");
}

HEDDLE_CHECK(nur_1_the_group_has_it_afterwards) {
  bool service_cancelled = false, returned = false;
  auto service = [&](start_status<>& status) -> task<> {
    status.started();
    try {
      co_await wait_long();
    } catch (const cancelled&) {
      service_cancelled = true;
      throw;
    }
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    co_await group.start(service);
    returned = true;
    co_await turns(heddle::choose(2));
    group.cancel();
  }));
  require(returned && service_cancelled, "cancelled with the group");
}

/// Before started() the service's error is the starter's.
HEDDLE_CHECK(nur_2_fails_before_it_has_started) {
  event_loop loop;
  bool told = false;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    try {
      co_await group.start([](start_status<>&) -> task<> { co_await fail(); });
    } catch (const failure&) {
      told = true;
    }
    co_await checkpoint();  // the group is not disturbed
  }));
  require(told, "its error is thrown to the starter");
}

HEDDLE_CHECK(nur_2_fails_afterwards) {
  event_loop loop;
  try {
    loop.run(with_task_group([&](task_group& group) -> task<> {
      co_await group.start([](start_status<>& status) -> task<> {
        status.started();
        co_await fail();
      });
      co_await wait_long();
    }));
    require(false, "the error is the group's");
  } catch (const exception_group& errors) {
    require(errors.size() == 1, "once");
  }
}

HEDDLE_CHECK(nur_2_ends_without_having_started) {
  event_loop loop;
  loop.run(with_task_group([](task_group& group) -> task<> {
    co_await group.start([](start_status<>&) -> task<> { co_return; });
  }));
}

HEDDLE_CHECK(nur_2_started_twice) {
  event_loop loop;
  loop.run(with_task_group([](task_group& group) -> task<> {
    co_await group.start([](start_status<>& status) -> task<> {
      status.started();
      status.started();
      co_return;
    });
  }));
}

/// started() after a cancellation of the starter still hands over: the starter is not held by a
/// service that is shielded (trio issue 2895).
HEDDLE_CHECK(nur_3_started_although_cancelled) {
  cancel_scope starter;
  event_loop loop;
  steady::duration held{};
  const auto begin = steady::now();
  loop.run(with_task_group([&](task_group& group) -> task<> {
    auto service = [](start_status<>& status) -> task<> {
      co_await heddle::shielded(turns(3));
      status.started();
      co_await heddle::shielded([]() -> task<> { co_await heddle::sleep_for(5s); }());
    };
    group.spawn(within(starter, [](task_group& group, auto service) -> task<> {
      co_await group.start(service);
    }(group, service)));
    co_await turns(2);
    starter.cancel();
    co_await turns(6);
    held = steady::now() - begin;
  }));
  require(held < 1s && steady::now() - begin >= 5s, "the starter goes on, the service as well");
}

// Somebody outside of a group starts a service in it, while the group is cancelled.
void start_from_outside(bool group_waits) {
  heddle::async_event ready, started;
  task_group* target = nullptr;
  in_every_order(with_task_group([&](task_group& outside) -> task<> {
    outside.spawn(with_task_group([&](task_group& group) -> task<> {
      target = &group;
      ready.set();
      co_await turns(heddle::choose(2));
      group.cancel();
      if (group_waits)
        co_await heddle::shielded([](auto& event) -> task<> { co_await event.wait(); }(started));
    }));
    co_await ready.wait();
    co_await target->start([](start_status<>& status) -> task<> {
      co_await turns(1);
      status.started();
      co_await wait_long();
    });
    started.set();
  }));
}

/// No deadlock: the group waits for the service, the service for nobody (trio issue 1431).
HEDDLE_CHECK(nur_3_group_cancelled_while_starting) { start_from_outside(true); }
/// Who starts must know that the group has not ended.
HEDDLE_CHECK(nur_3_group_already_gone) { start_from_outside(false); }

HEDDLE_CHECK(sup_1_an_error_disturbs_nobody) {
  int handled = 0, served = 0;
  in_every_order(heddle::with_supervisor(
      [&handled](std::exception_ptr error) {
        require(exception_group::is<failure>(error), "the error itself");
        ++handled;
      },
      [&served](task_group& group) -> task<> {
        group.spawn(fail());
        group.spawn([](int& served) -> task<> {
          co_await turns(3);
          ++served;
        }(served));
        co_await heddle::sleep_for(1s);
      }));
  require(handled == 1 && served == 1, "one failed, the other did not notice");
}

HEDDLE_CHECK(sup_2_errors_of_the_handler_are_not_lost) {
  event_loop loop;
  try {
    loop.run(heddle::with_supervisor(
        [](std::exception_ptr) { throw std::out_of_range("in the handler"); },
        [](task_group& group) -> task<> {
          group.spawn(fail());
          co_await turns(3);
        }));
    require(false, "it comes out");
  } catch (const exception_group& errors) {
    require(errors.size() == 1 && errors.subgroup<std::out_of_range>(), "the handler's");
  }
}

HEDDLE_CHECK(sup_3_children_end_with_the_body) {
  event_loop loop;
  const auto begin = steady::now();
  bool cancelled_first = false;
  loop.run(heddle::with_supervisor([](std::exception_ptr) {},
                                   [&](task_group& group) -> task<> {
                                     group.spawn([](bool& cancelled_first) -> task<> {
                                       try {
                                         co_await wait_long();
                                       } catch (const cancelled&) {
                                         cancelled_first = true;
                                         throw;
                                       }
                                     }(cancelled_first));
                                     co_await turns(2);
                                   }));
  require(cancelled_first && steady::now() - begin < 1s, "cancelled, and waited for");
}

/// Without a supervisor the same error ends all: the sibling that must fail.
HEDDLE_CHECK(sup_1_in_a_group_it_disturbs) {
  event_loop loop;
  int served = 0;
  try {
    loop.run(with_task_group([&served](task_group& group) -> task<> {
      group.spawn(fail());
      group.spawn([](int& served) -> task<> {
        co_await turns(3);
        ++served;
      }(served));
      co_return;
    }));
  } catch (const exception_group&) {
  }
  require(served == 1, "it was cancelled");
}

HEDDLE_CHECK(cur_1_any_ends_with_the_first) {
  event_loop loop;
  const auto begin = steady::now();
  loop.run(with_task_group(
      [](task_group& group) -> task<> {
        group.spawn(wait_long());
        group.spawn(turns(2));
        co_return;
      },
      join_policy::any));
  require(steady::now() - begin < 1s, "the others are cancelled");
}

HEDDLE_CHECK(cur_2_all_waits_for_all) {
  int done = 0;
  try {
    in_every_order(with_task_group(
        [&done](task_group& group) -> task<> {
          group.spawn(fail());
          group.spawn([](int& done) -> task<> {
            co_await turns(2);
            ++done;
          }(done));
          co_return;
        },
        join_policy::all));
    require(false, "the error comes out");
  } catch (const exception_group& errors) {
    require(errors.size() == 1, "at the end");
  }
  require(done == 1, "nobody was disturbed");
}

/// Cleanups of cancelled children overlap: the latency is that of the longest, not the sum.
HEDDLE_CHECK(cur_3_cleanups_overlap) {
  event_loop loop;
  const auto begin = steady::now();
  loop.run(with_task_group([](task_group& group) -> task<> {
    for (int child = 0; child < 3; ++child) {
      group.spawn([]() -> task<> {
        try {
          co_await wait_long();
        } catch (const cancelled&) {
        }
        co_await heddle::shielded([]() -> task<> { co_await heddle::sleep_for(3s); }());
      }());
    }
    co_await turns(2);
    group.cancel();
  }));
  require(steady::now() - begin < 4s, "at the same time");
}

}  // namespace
}  // namespace contracts
