// Clients that work for ever, each cancelled from outside at a random moment, again and again.
// Because their work has no end of its own, a cancellation that is lost is seen: the work ends
// otherwise, or not at all.
#pragma once

#include <chrono>
#include <heddle/checkpoint.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/shielded.hpp>
#include <heddle/task_group.hpp>
#include <heddle/timeouts.hpp>
#include <heddle/when_any.hpp>

#include "stress/soak/random.hpp"
#include "stress/soak/world.hpp"

namespace soak {

inline microseconds random_time(dice& dice, microseconds below) {
  return microseconds(dice.below(static_cast<std::uint64_t>(below.count())));
}

/// One request and its answer, which must be its own.
inline task<> request(world& in) {
  const living here(in.all);
  auto lease = co_await in.connections.acquire();
  const std::string word = "word" + std::to_string(++in.words);
  if (in.set.planted != mistake::reply) lease.begin_exchange();
  bool cut = false;
  try {
    const std::string answer = co_await in.set.speaks->echo(*lease, word);
    if (answer != word) ++in.all.unpaired;
    lease.end_exchange();
  } catch (const heddle::cancelled&) {
    cut = true;
  }
  if (in.set.planted == mistake::memory) in.leaked = new char[65536];
  if (cut) {
    if (in.set.planted == mistake::lease && in.words % 8 == 0) new auto(std::move(lease));
    throw heddle::cancelled{};
  }
  ++in.all.requests;
}

/// A section for one at a time.
inline task<> enter_section(world& in, microseconds stay) {
  const living here(in.all);
  const auto guard = co_await in.section.lock();
  if (++in.in_section != 1) ++in.all.together;
  struct leaving {
    world& in;
    ~leaving() { --in.in_section; }
  } const leaving{in};
  co_await heddle::sleep_for(stay);
}

inline task<> limited(world& in, microseconds stay) {
  const living here(in.all);
  const auto token = co_await in.limiter.acquire();
  co_await heddle::sleep_for(stay);
}

/// Sends an item, or takes one. Both are counted where they are certain.
inline task<> exchange_items(world& in, bool sends, microseconds limit) {
  const living here(in.all);
  if (sends) {
    int item = 1;
    if (in.items.try_send(item)) ++in.items_sent;
    co_return;
  }
  auto receive = [](world& in) -> task<> {
    const auto item = co_await in.items.receive();
    if (item) ++in.items_received;
  };
  co_await heddle::move_on_after(limit, receive(in));
}

/// Two requests, of which the first answer counts, or a group of which one child fails.
inline task<> several(world& in, bool fails) {
  const living here(in.all);
  if (!fails) {
    std::vector<task<>> both;
    both.push_back(request(in));
    both.push_back(request(in));
    co_await heddle::when_any(std::move(both));
    co_return;
  }
  auto failing = [](world& in, microseconds after) -> task<> {
    const living here(in.all);
    co_await heddle::sleep_for(after);
    throw std::runtime_error("a child fails");
  };
  co_await heddle::with_task_group([&in, &failing](heddle::task_group& group) -> task<> {
    group.spawn(request(in));
    group.spawn(failing(in, microseconds(300)));
    co_return;
  });
}

inline task<> one_thing(world& in, dice& dice) {
  const microseconds some = random_time(dice, in.set.life / 4);
  switch (dice.below(8)) {
    case 0:
    case 1:
      co_await request(in);
      break;
    case 2:
      co_await heddle::fail_after(some, request(in));
      break;
    case 3:
      co_await heddle::shielded(heddle::fail_after(some, request(in)));
      break;
    case 4:
      co_await enter_section(in, some / 100);
      break;
    case 5:
      co_await limited(in, some / 10);
      break;
    case 6:
      co_await exchange_items(in, dice.below(2) == 0, some);
      break;
    default:
      co_await several(in, dice.below(2) == 0);
  }
}

/// Works until it is cancelled: returns never.
inline task<> work(world& in, dice dice) {
  const living here(in.all);
  for (;;) {
    try {
      co_await one_thing(in, dice);
      co_await heddle::checkpoint();
    } catch (const heddle::timed_out&) {
      ++in.all.time_outs;
    } catch (const std::exception&) {
      ++in.all.errors;  // a closed connection, or a child that fails
    } catch (...) {
      if (in.set.planted == mistake::cancellation && dice.below(8) == 0) co_return;
      throw;
    }
  }
}

inline task<> cancel_after(heddle::cancel_scope& scope, microseconds wait) {
  co_await heddle::sleep_for(wait);
  scope.cancel();
}

/// One client: all its lives.
inline task<> client(world& in, std::uint64_t seed) {
  const living here(in.all);
  dice dice(seed);
  for (std::size_t life = 0; life != in.set.lives; ++life) {
    heddle::cancel_scope scope;
    bool came_back = false;
    co_await heddle::with_task_group([&](heddle::task_group& group) -> task<> {
      group.spawn(cancel_after(scope, random_time(dice, in.set.life)));
      came_back = co_await scope.run(work(in, soak::dice(dice.next())));
    });
    if (came_back || !scope.caught()) {
      ++in.all.lost;
    } else {
      ++in.all.cancellations;
    }
  }
  if (in.set.planted == mistake::task) {
    heddle::async_event never;
    co_await heddle::shielded(
        [](heddle::async_event& never) -> task<> { co_await never.wait(); }(never));
  }
}

/// All clients, to the end of their lives.
inline task<> all_clients(world& in, std::uint64_t seed) {
  co_await heddle::with_task_group([&in, seed](heddle::task_group& group) -> task<> {
    dice seeds(seed);
    for (std::size_t count = 0; count != in.set.clients; ++count) {
      group.spawn(client(in, seeds.next()));
    }
    co_return;
  });
}

}  // namespace soak
