// TG: what a task group promises, for two or three children, an external cancellation at any
// moment.
#include <heddle/async_event.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/thread_pool.hpp>
#include <memory>
#include <thread>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::exception_group;

task<> wait_long() { co_await heddle::sleep_for(1h); }

/// Counts who is alive, frames and arguments included.
struct alive {
  explicit alive(int& count) : count(&count) { ++count; }
  alive(alive&& other) noexcept : count(std::exchange(other.count, nullptr)) {}
  ~alive() {
    if (count != nullptr) --*count;
  }
  int* count;
};

task<> live(alive, std::size_t how_long) { co_await turns(how_long); }

task<> live_long(alive) { co_await wait_long(); }

task<> live_and_fail(alive) {
  co_await checkpoint();
  throw failure();
}

/// One child fails, one lives long, the parent is cancelled at any moment or twice: nobody is alive
/// when the group has ended.
HEDDLE_CHECK(tg_1_nobody_is_left) {
  int count = 0;
  cancel_scope scope;
  auto parent = [](int& count) -> task<> {
    try {
      co_await with_task_group([&count](task_group& group) -> task<> {
        group.spawn(live_long(alive(count)));
        group.spawn(live_and_fail(alive(count)));
        co_await turns(1);
      });
      require(false, "it ends in an error or a cancellation");
    } catch (const exception_group&) {
    } catch (...) {
      require(count == 0, "nobody is left after a cancellation");
      throw;
    }
    require(count == 0, "nobody is left");
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, parent(count)));
    co_await turns(heddle::choose(4));
    scope.cancel();
  }));
  require(count == 0, "nobody is left");
}

/// A group that forgets its children when its body throws.
HEDDLE_CHECK(tg_1_forgets_on_the_error_path) {
  int count = 0;
  event_loop loop;
  loop.run(with_task_group([&](task_group& outside) -> task<> {
    auto forgetful = [&](auto body) -> task<> {
      heddle::async_event ended;
      outside.spawn([](alive alive, heddle::async_event& ended) -> task<> {
        co_await live(std::move(alive), 3);
        ended.set();
      }(alive(count), ended));
      co_await body();
      co_await ended.wait();
    };
    try {
      co_await forgetful(fail);
    } catch (const failure&) {
    }
    require(count == 0, "a child is still alive");
  }));
}

/// What a group does with a latecomer, by hand: when with_task_group has ended, nobody should be
/// able to ask it.
HEDDLE_CHECK(tg_2_closed_to_latecomers) {
  heddle::detail::child_set set(true, false);
  int count = 0;
  bool refused = false;
  event_loop loop;
  loop.run([](heddle::detail::child_set& set, int& count, bool& refused) -> task<> {
    heddle::detail::task_context& me = co_await heddle::detail::current_context{};
    set.enter(me);
    co_await set.join();
    task<> late = live(alive(count), 1);
    refused = !set.spawn(*me.where, late);
    late.discard();
    set.leave(me);
  }(set, count, refused));
  require(refused && count == 0, "refused, and destroyed");
}

/// A child of a group that is already cancelled runs to its first checkpoint, and no further.
HEDDLE_CHECK(tg_3_spawned_into_an_aborting_group) {
  int began = 0, ended = 0;
  auto child = [&]() -> task<> {
    ++began;
    co_await checkpoint();
    ++ended;
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(child());
    group.cancel();
    group.spawn(child());
    co_return;
  }));
  require(began == 2 && ended == 0, "registered and cancelled");
}

/// A child cancels the group from inside, and then adds another one.
HEDDLE_CHECK(tg_3_spawned_by_a_child_that_aborts) {
  int began = 0;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn([](task_group& group, int& began) -> task<> {
      group.cancel();
      group.spawn([](int& began) -> task<> {
        ++began;
        co_await wait_long();
        require(false, "cancelled");
      }(began));
      co_return;
    }(group, began));
    co_await wait_long();
  }));
  require(began == 1, "it ran to its first checkpoint");
}

HEDDLE_CHECK(tg_4_first_error_cancels_the_others) {
  event_loop loop;
  const auto begin = steady::now();
  try {
    loop.run(with_task_group([&](task_group& group) -> task<> {
      group.spawn(wait_long());
      group.spawn(fail());
      co_await wait_long();
      require(false, "the body is cancelled, too");
    }));
    require(false, "the error comes out");
  } catch (const exception_group& errors) {
    require(errors.size() == 1, "one error, no cancellation");
  }
  require(steady::now() < begin + 1min, "at once");
}

/// Two errors in every order, one of which may come from the cleanup of a cancelled child.
HEDDLE_CHECK(tg_5_all_errors_in_one_group) {
  try {
    in_every_order(with_task_group([&](task_group& group) -> task<> {
      group.spawn(fail());
      group.spawn([]() -> task<> {
        try {
          co_await wait_long();
        } catch (const cancelled&) {
        }
        throw std::out_of_range("in the cleanup");
      }());
      group.spawn(wait_long());
      co_await checkpoint();
    }));
    require(false, "errors come out");
  } catch (const exception_group& errors) {
    require(errors.size() == 2 && errors.subgroup<failure>() &&
                errors.subgroup<std::out_of_range>() && !errors.subgroup<cancelled>(),
            "both errors, and no cancellation");
  }
}

/// A group that keeps the first error only.
HEDDLE_CHECK(tg_5_keeps_the_first_error_only) {
  int reported = 0;
  event_loop loop;
  loop.run([](int& reported) -> task<> {
    std::exception_ptr first;
    auto child = [&first]() -> task<> {
      try {
        co_await fail();
      } catch (...) {
        if (!first) first = std::current_exception();
      }
    };
    co_await with_task_group([&](task_group& group) -> task<> {
      group.spawn(child());
      group.spawn(child());
      co_return;
    });
    if (first) ++reported;
  }(reported));
  require(reported == 2, "an error is lost");
}

/// The error of a child and a cancellation from outside, in every order: the errors come out, and
/// the cancellation is met at the next checkpoint, or comes out itself.
HEDDLE_CHECK(tg_6_a_cancellation_from_outside_is_never_lost) {
  cancel_scope scope;
  bool went_on = false;
  in_every_order(with_task_group([&](task_group& outside) -> task<> {
    outside.spawn(within(scope, [](bool& went_on) -> task<> {
      try {
        co_await with_task_group([](task_group& group) -> task<> {
          group.spawn(fail());
          co_await wait_long();
        });
      } catch (const exception_group&) {
      }
      co_await heddle::sleep_for(1h);
      went_on = true;
    }(went_on)));
    co_await turns(heddle::choose(5));
    scope.cancel();
  }));
  require(!went_on && scope.caught(), "it is not lost");
}

/// Nobody fails, the parent is cancelled: that is not passed off as success.
HEDDLE_CHECK(tg_6_comes_out_where_children_were_lost) {
  cancel_scope scope;
  bool complete = false;
  in_every_order(with_task_group([&](task_group& outside) -> task<> {
    outside.spawn(within(scope, [](bool& complete) -> task<> {
      int done = 0;
      co_await with_task_group([&done](task_group& group) -> task<> {
        group.spawn([](int& done) -> task<> {
          co_await turns(2);
          ++done;
        }(done));
        co_return;
      });
      complete = done == 1;
      require(complete, "success means that all children have succeeded");
    }(complete)));
    co_await turns(heddle::choose(5));
    scope.cancel();
  }));
  require(complete != scope.caught(), "one of the two");
}

/// The group's own cancellation ends with the group, on every path.
HEDDLE_CHECK(tg_7_its_own_cancellation_ends_with_it) {
  event_loop loop;
  loop.run([]() -> task<> {
    try {
      co_await with_task_group([](task_group& group) -> task<> {
        group.spawn(fail());
        try {
          co_await wait_long();
        } catch (const cancelled&) {
          throw std::out_of_range("instead of the cancellation");
        }
      });
      require(false, "errors come out");
    } catch (const exception_group& errors) {
      require(errors.size() == 2, "of the child and of the body");
    }
    co_await checkpoint();
    co_await with_task_group([](task_group& group) -> task<> {
      group.cancel();
      co_await wait_long();
    });
    co_await checkpoint();
  }());
}

/// Between threads: spawn happens before the child, the child before the end.
HEDDLE_CHECK(tg_8_spawn_and_join_order_memory) {
  heddle::thread_pool pool(1);
  event_loop loop;
  int data = 0;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    data = 1;
    group.spawn_on(pool, [](int& data) -> task<> {
      require(data == 1, "written before the spawn");
      data = 2;
      co_return;
    }(data));
    co_return;
  }));
  require(data == 2, "written by the child");
}

HEDDLE_CHECK(tg_8_written_after_spawn) {
  heddle::thread_pool pool(1);
  event_loop loop;
  int data = 0;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn_on(pool, [](int& data) -> task<> {
      data = 2;
      co_return;
    }(data));
    data = 1;
    co_return;
  }));
}

/// On two threads of a pool: both children, the errors of both.
HEDDLE_CHECK(tg_8_two_children_on_a_pool) {
  heddle::thread_pool pool(1);
  event_loop loop;
  try {
    loop.run(with_task_group([&](task_group& group) -> task<> {
      group.spawn_on(pool, []() -> task<> {
        throw failure();
        co_return;
      }());
      throw failure();
      co_return;
    }));
    require(false, "errors come out");
  } catch (const exception_group& errors) {
    require(errors.size() == 2, "that of the child and that of the body");
  }
}

HEDDLE_CHECK(tg_9_the_order_is_no_promise) {
  std::string order;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    for (const char name : {'a', 'b'}) {
      group.spawn([](std::string& order, char name) -> task<> {
        order += name;
        co_return;
      }(order, name));
    }
    co_return;
  }));
  require(order == "ab", "or the other way round");
}

/// Whatever is handed to a child is cleaned up, also where the group aborts before its first step.
HEDDLE_CHECK(tg_10_an_accepted_child_runs) {
  int open = 0;
  try {
    in_every_order(with_task_group([&](task_group& group) -> task<> {
      group.spawn(fail());
      co_await turns(heddle::choose(2));
      ++open;
      group.spawn([](int& open) -> task<> {
        std::exception_ptr error;
        try {
          co_await checkpoint();
        } catch (...) {
          error = std::current_exception();
        }
        --open;
        if (error) std::rethrow_exception(error);
      }(open));
    }));
  } catch (const exception_group&) {
  } catch (const cancelled&) {
  }
  require(open == 0, "closed by the child");
}

HEDDLE_CHECK(tg_11_groups_in_groups_are_split) {
  event_loop loop;
  try {
    loop.run(with_task_group([](task_group& group) -> task<> {
      group.spawn(with_task_group([](task_group& inner) -> task<> {
        inner.spawn(fail());
        co_return;
      }));
      try {
        co_await wait_long();
      } catch (const cancelled&) {
      }
      throw std::out_of_range("of the body");
    }));
    require(false, "errors come out");
  } catch (const exception_group& errors) {
    require(errors.size() == 2 && errors.errors().size() == 2, "one of them in a group of its own");
    const auto [failures, others] = errors.split<failure>();
    require(failures && failures->size() == 1 && others && others->size() == 1, "taken apart");
    require(exception_group::is<exception_group>(failures->errors()[0]), "the nesting is kept");
  }
}

}  // namespace
}  // namespace contracts
