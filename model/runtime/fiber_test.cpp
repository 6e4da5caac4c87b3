// Fibers: switching, stacks, exceptions, floating point, misuse. Thread-local storage has a test of
// its own (thread_block_test.cpp). Everything runs twice: with wrfsbase and with the system call.
#include "model/runtime/fiber.hpp"

#include <execinfo.h>
#include <gtest/gtest.h>

#include <cfenv>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/runtime/fiber_test_support.hpp"

namespace heddle::runtime {
namespace {

fiber_options options_with(bool use_wrfsbase) {
  fiber_options options;
  options.use_wrfsbase = use_wrfsbase;
  return options;
}

class fiber : public testing::TestWithParam<bool> {
 protected:
  fibers fibers_{options_with(GetParam())};
};

INSTANTIATE_TEST_SUITE_P(both_ways, fiber, testing::Bool(), [](const auto& way) {
  return std::string(way.param ? "wrfsbase" : "system_call");
});

TEST_P(fiber, switches_go_where_they_are_told) {
  std::string seen;
  auto second = [&] {
    seen += "b" + std::to_string(fibers_.current());
    fibers_.switch_to(1);
    seen += "d";
  };
  auto first = [&] {
    seen += "a" + std::to_string(fibers_.current());
    fibers_.switch_to(2);
    seen += "c";
    fibers_.back();
    seen += "e";
    fibers_.switch_to(2);
  };
  start_body(fibers_, 1, first);
  start_body(fibers_, 2, second);
  EXPECT_EQ(fibers_.current(), fibers::scheduler);
  fibers_.run(1);
  EXPECT_EQ(seen, "a1b2c");
  EXPECT_EQ(fibers_.current(), fibers::scheduler);
  fibers_.run(1);
  EXPECT_EQ(seen, "a1b2ced");
}

TEST_P(fiber, stacks_depend_on_the_slot_alone) {
  const auto local_of = [&](int slot) {
    const void* address = nullptr;
    run_body(fibers_, slot, [&] { address = __builtin_frame_address(0); });
    return address;
  };
  const void* const one = local_of(1);
  const void* const two = local_of(2);
  EXPECT_NE(one, two);
  EXPECT_EQ(local_of(2), two);
  EXPECT_EQ(local_of(1), one);
  EXPECT_TRUE(fibers_.stacks().contains(1, reinterpret_cast<std::uintptr_t>(one)));
  EXPECT_FALSE(fibers_.stacks().contains(2, reinterpret_cast<std::uintptr_t>(one)));
  EXPECT_EQ(fibers_.stack(1).size(), 256u << 10);
  EXPECT_TRUE(fibers_.stacks().is_guard(fibers_.stack(1).data() - 1));
  EXPECT_FALSE(fibers_.stacks().is_guard(fibers_.stack(1).data()));
  EXPECT_FALSE(fibers_.stacks().is_guard(&fibers_));
}

TEST_P(fiber, clear_stack_removes_what_an_earlier_run_left) {
  const volatile unsigned char* left = nullptr;
  run_body(fibers_, 2, [&] {
    volatile unsigned char rubbish[1024];
    for (volatile unsigned char& byte : rubbish) byte = 0xab;
    left = rubbish;
  });
  bool ran = false;
  auto body = [&] { ran = true; };
  start_body(fibers_, 2, body);
  EXPECT_EQ(*left, 0xab);
  fibers_.clear_stack(2, 8192);
  EXPECT_EQ(*left, 0);
  fibers_.clear_stack(2, std::size_t{1} << 40);
  fibers_.run(2);
  EXPECT_TRUE(ran);
}

TEST_P(fiber, stack_is_aligned_at_entry) {
  static std::uintptr_t frame;
  fibers_.start(
      3,
      [](void* argument) {
        frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        static_cast<fibers*>(argument)->back();
      },
      &fibers_);
  fibers_.run(3);
  EXPECT_EQ(frame % 16, 0u);
}

TEST_P(fiber, parked_catch_blocks_keep_their_exceptions) {
  std::vector<std::string> seen;
  const auto catches = [&](const char* what, int other) {
    return [&seen, what, other, this] {
      try {
        throw std::runtime_error(what);
      } catch (const std::exception&) {
        fibers_.switch_to(other);
        try {
          throw;
        } catch (const std::exception& again) {
          seen.push_back(again.what());
        }
      }
      fibers_.switch_to(other);
    };
  };
  auto first = catches("first", 2);
  auto second = catches("second", 1);
  start_body(fibers_, 1, first);
  start_body(fibers_, 2, second);
  auto starter = [&] { fibers_.switch_to(1); };
  start_body(fibers_, 3, starter);
  fibers_.run(3);
  EXPECT_EQ(seen, (std::vector<std::string>{"first", "second"}));
}

TEST_P(fiber, a_fresh_start_forgets_exceptions_in_flight) {
  auto parks = [&] {
    try {
      throw 1;
    } catch (int) {
      fibers_.back();
    }
  };
  const auto has_exception = [&](bool fresh) {
    bool has = false;
    start_body(fibers_, 4, parks);
    fibers_.run(4);
    auto looks = [&] { has = std::current_exception() != nullptr; };
    if (fresh) run_body(fibers_, 4, looks);
    return has || (!fresh && thread_blocks()[4].exceptions->caught != nullptr);
  };
  EXPECT_TRUE(has_exception(false));
  EXPECT_FALSE(has_exception(true));
}

TEST_P(fiber, rounding_mode_stays_in_its_fiber) {
  int seen_second = -1, seen_first = -1;
  auto second = [&] {
    seen_second = std::fegetround();
    fibers_.switch_to(1);
  };
  auto first = [&] {
    std::fesetround(FE_UPWARD);
    fibers_.switch_to(2);
    seen_first = std::fegetround();
  };
  start_body(fibers_, 1, first);
  start_body(fibers_, 2, second);
  fibers_.run(1);
  EXPECT_EQ(seen_second, FE_TONEAREST);
  EXPECT_EQ(seen_first, FE_UPWARD);
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
}

TEST_P(fiber, abandoned_fibers_cost_no_memory) {
  auto body = [&] { fibers_.back(); };
  const auto cycle = [&](int times) {
    for (int i = 0; i < times; ++i) {
      start_body(fibers_, i % 7, body);
      fibers_.run(i % 7);
    }
  };
  cycle(1000);
  const long before = resident_pages();
  cycle(GetParam() ? 1'000'000 : 100'000);
  // The kernel's count is only exact to some dozens of pages; 16 bytes each time would be
  // thousands.
  EXPECT_LE(resident_pages() - before, 256);
}

TEST_P(fiber, every_slot_works) {
  int ran = 0;
  for (int slot = 0; slot < fibers::limit; ++slot) {
    run_body(fibers_, slot, [&] { ran += fibers_.current() == slot ? 1 : 0; });
  }
  EXPECT_EQ(ran, fibers::limit);
}

TEST_P(fiber, a_fiber_can_arm_the_first_use_of_another_slot) {
  int value = 0;
  auto child = [&] { value = std::stoi("42"); };
  run_body(fibers_, 1, [&] {
    const std::uintptr_t block = fs_base();
    start_body(fibers_, 200 + (GetParam() ? 1 : 0), child);
    EXPECT_EQ(fs_base(), block);
    fibers_.switch_to(200 + (GetParam() ? 1 : 0));
  });
  EXPECT_EQ(value, 42);
}

// What std::terminate finds when nobody catches: the frames of the throw, nothing unwound.
int unwound = 0;
bool thrower_on_stack = false;
bool exception_there = false;

struct notices_unwinding {
  ~notices_unwinding() { ++unwound; }
};

[[gnu::noinline]] void throws_uncaught() {
  notices_unwinding guard;
  throw std::runtime_error("nobody catches this");
}

void terminate_handler() {
  void* frames[64];
  const int depth = backtrace(frames, 64);
  const auto start = reinterpret_cast<std::uintptr_t>(&throws_uncaught);
  for (int i = 0; i < depth; ++i) {
    thrower_on_stack |= reinterpret_cast<std::uintptr_t>(frames[i]) - start < 512;
  }
  exception_there = std::current_exception() != nullptr;
  running_fibers->back();
}

TEST_P(fiber, uncaught_exception_terminates_with_the_stack_intact) {
  unwound = 0;
  thrower_on_stack = exception_there = false;
  const std::terminate_handler before = std::set_terminate(&terminate_handler);
  run_body(fibers_, 5, [] { throws_uncaught(); });
  std::set_terminate(before);
  EXPECT_EQ(unwound, 0);
  EXPECT_TRUE(thrower_on_stack);
  EXPECT_TRUE(exception_there);
  // The sibling: what is caught is unwound, and does not terminate.
  bool caught = false;
  run_body(fibers_, 5, [&] {
    try {
      throws_uncaught();
    } catch (const std::runtime_error&) {
      caught = true;
    }
  });
  EXPECT_TRUE(caught);
  EXPECT_EQ(unwound, 1);
}

TEST_P(fiber, taken_addresses_are_a_clear_error) {
  try {
    fibers second(options_with(GetParam()));
    FAIL() << "two pools at one address";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::strstr(error.what(), "cannot reserve"), nullptr) << error.what();
    EXPECT_NE(std::strstr(error.what(), "0x200000000000"), nullptr) << error.what();
  }
  fiber_options elsewhere = options_with(GetParam());
  elsewhere.stacks_at = 0x2800'0000'0000;
  EXPECT_NO_THROW(fibers{elsewhere});
}

using fiber_death = fiber;
INSTANTIATE_TEST_SUITE_P(both_ways, fiber_death, testing::Values(true));

TEST_P(fiber_death, misuse_is_found) {
  auto nothing = [] {};
  EXPECT_DEATH(fibers_.start(fibers::limit, nullptr, nullptr), "a slot that does not run is armed");
  EXPECT_DEATH(fibers_.run(9), "the scheduler runs an armed slot");
  EXPECT_DEATH(fibers_.back(), "a fiber goes back");
  EXPECT_DEATH(run_body(fibers_, 1, [&] { start_body(fibers_, 1, nothing); }), "is armed");
  EXPECT_DEATH(run_body(fibers_, 1, [&] { fibers_.switch_to(1); }), "switches to another");
  EXPECT_DEATH(
      {
        fibers_.start(1, [](void*) {}, nullptr);
        fibers_.run(1);
      },
      "does not return");
}

}  // namespace
}  // namespace heddle::runtime
