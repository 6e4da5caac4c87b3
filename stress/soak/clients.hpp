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
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "stress/soak/random.hpp"
#include "stress/soak/world.hpp"

namespace soak {

using namespace std::chrono_literals;

inline microseconds random_time(dice& dice, microseconds below) {
  return microseconds(dice.below(static_cast<std::uint64_t>(below.count())));
}

/// What a request asks of the server beside its word.
struct request_kind {
  microseconds late{0};
  bool hangs_up = false;
};

/// Half of all answers come late; one request in 400 ends its connection.
inline request_kind some_request(dice& dice) {
  request_kind kind;
  if (dice.below(2) == 0) kind.late = 1us + random_time(dice, 1500us);
  kind.hangs_up = dice.below(400) == 0;
  return kind;
}

/// An exchange with the server, in the lease of a connection.
inline task<> exchange(world& in, pool::lease& lease, request_kind kind) {
  ++in.all.requests;
  const std::string word = "word" + std::to_string(++in.words);
  if (kind.hangs_up) {
    lease.poison();
    co_await lease->be_hung_up();
    ++in.all.hung_up;
    co_return;
  }
  if (in.set.planted != mistake::reply) lease.begin_exchange();
  const std::string answer = co_await lease->echo(word, kind.late);
  if (answer != word) ++in.all.unpaired;
  lease.end_exchange();
  ++in.all.answered;
}

/// What is planted in requests, every now and then: something that nobody gives back.
inline task<> leak(world& in) {
  if (in.words % 8 != 0) co_return;
  if (in.set.planted == mistake::memory) in.leaked = new char[8 * 65536];
  if (in.set.planted == mistake::connection) {
    in.leaked = (co_await in.connect(in.set.name)).release();
  }
}

/// One request and its answer, which must be its own.
inline task<> request(world& in, request_kind kind) {
  const living here(in.all);
  std::optional<pool::lease> lease;
  bool under_way = false;
  try {
    lease.emplace(co_await in.connections.acquire());
    under_way = true;
    co_await exchange(in, *lease, kind);
    under_way = false;
    co_await leak(in);
    co_return;
  } catch (const std::exception& error) {
    in.all.error(error.what());
    throw;
  } catch (const heddle::cancelled&) {
    if (under_way) ++in.all.cut;
    if (in.set.planted == mistake::lease && under_way) in.leaked = new auto(std::move(*lease));
    throw;
  }
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
inline task<> several(world& in, bool fails, request_kind one, request_kind other) {
  const living here(in.all);
  if (!fails) {
    std::vector<task<>> both;
    both.push_back(request(in, one));
    both.push_back(request(in, other));
    co_await heddle::when_any(std::move(both));
    co_return;
  }
  auto failing = [](world& in, microseconds after) -> task<> {
    const living here(in.all);
    co_await heddle::sleep_for(after);
    throw std::runtime_error("a child fails");
  };
  co_await heddle::with_task_group([&](heddle::task_group& group) -> task<> {
    group.spawn(request(in, one));
    group.spawn(failing(in, microseconds(300)));
    co_return;
  });
}

inline task<> one_thing(world& in, dice& dice) {
  const microseconds some = random_time(dice, in.set.life / 4);
  const request_kind kind = some_request(dice);
  switch (dice.below(8)) {
    case 0:
    case 1:
      co_await request(in, kind);
      break;
    case 2:
      co_await heddle::fail_after(some, request(in, kind));
      break;
    case 3:
      co_await heddle::shielded(heddle::fail_after(some, request(in, kind)));
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
    default: {
      const request_kind other = some_request(dice);
      const bool fails = dice.below(2) == 0;
      co_await several(in, fails, kind, other);
    }
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
      // A child that fails; and errors of requests, which are counted there.
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
