// Thread-local storage of fibers: theirs alone, fresh at each start, real to libc.
#include "model/runtime/thread_block.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/single_threaded.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <set>
#include <string>

#include "model/runtime/fiber.hpp"
#include "model/runtime/fiber_test_support.hpp"

namespace heddle::runtime {
namespace {

thread_local int initialised = 1234;
thread_local char zeroed[37];
thread_local std::string constructed = "built on first use, in each thread";

// Out of line: a compiler may keep the address of a thread-local variable for a whole function.
[[gnu::noinline]] int& initialised_here() { return initialised; }
[[gnu::noinline]] char* zeroed_here() { return zeroed; }
[[gnu::noinline]] int& errno_here() { return errno; }

TEST(thread_block, thread_locals_are_distinct) {
  fibers f;
  std::set<int*> addresses{&initialised_here()};
  std::set<int*> errnos{&errno_here()};
  std::set<pthread_t> selves{pthread_self()};
  for (int slot = 1; slot <= 3; ++slot) {
    run_body(f, slot, [&] {
      addresses.insert(&initialised_here());
      errnos.insert(&errno_here());
      selves.insert(pthread_self());
      EXPECT_EQ(initialised_here(), 1234);
      initialised_here() = slot;
      const auto* const at = reinterpret_cast<std::byte*>(&initialised_here());
      const std::span<std::byte> block = f.thread_local_block(slot);
      EXPECT_TRUE(block.data() <= at && at < block.data() + block.size());
    });
  }
  EXPECT_EQ(addresses.size(), 4u);
  EXPECT_EQ(errnos.size(), 4u);
  EXPECT_EQ(selves.size(), 4u);
  EXPECT_EQ(initialised_here(), 1234);
  // Slot 0 is the thread that is there anyway.
  run_body(f, 0, [&] { EXPECT_TRUE(addresses.count(&initialised_here())); });
}

std::ptrdiff_t threads_of_the_system() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

TEST(thread_block, each_slot_costs_one_parked_thread_once) {
  fibers f;
  const std::ptrdiff_t before = threads_of_the_system();
  run_body(f, 0, [] {});
  EXPECT_EQ(threads_of_the_system(), before);
  for (int i = 0; i < 3; ++i) {
    run_body(f, 100, [] {});
    EXPECT_EQ(threads_of_the_system(), before + 1);
  }
}

TEST(thread_block, addresses_depend_on_the_slot_alone) {
  const auto address = [](int slot) {
    fibers f;
    int* found = nullptr;
    run_body(f, slot, [&] { found = &initialised_here(); });
    return found;
  };
  int* const first = address(1);
  EXPECT_EQ(address(1), first);
  EXPECT_NE(address(2), first);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) >> 40, 0x21u);
}

TEST(thread_block, start_resets_and_resume_does_not) {
  fibers f;
  auto body = [&] {
    EXPECT_EQ(initialised_here(), 1234);
    for (int i = 0; i < 37; ++i) EXPECT_EQ(zeroed_here()[i], 0);
    EXPECT_EQ(errno_here(), 0);
    EXPECT_EQ(constructed, "built on first use, in each thread");
    initialised_here() = 5;
    std::fill_n(zeroed_here(), 37, 'x');
    errno_here() = ENOENT;
    constructed = "changed";
    f.back();
    EXPECT_EQ(initialised_here(), 5);
    EXPECT_EQ(zeroed_here()[36], 'x');
    EXPECT_EQ(errno_here(), ENOENT);
    EXPECT_EQ(constructed, "changed");
  };
  for (int execution = 0; execution < 3; ++execution) {
    start_body(f, 2, body);
    f.run(2);
    EXPECT_EQ(initialised_here(), 1234);
    f.run(2);
  }
}

TEST(thread_block, slot_0_starts_from_the_snapshot) {
  fibers f;
  initialised_here() = 77;
  errno_here() = EDOM;
  f.snapshot_main_thread_local();
  for (int execution = 0; execution < 2; ++execution) {
    run_body(f, 0, [] {
      EXPECT_EQ(initialised_here(), 77);
      EXPECT_EQ(errno_here(), EDOM);
      initialised_here() = 78;
      errno_here() = 0;
    });
    EXPECT_EQ(initialised_here(), 78);
  }
  f.restore_main_thread_local();
  EXPECT_EQ(initialised_here(), 77);
  initialised_here() = 1234;
}

TEST(thread_block, the_exception_that_main_handles_survives_slot_0) {
  fibers f;
  try {
    throw std::string("main's");
  } catch (const std::string&) {
    f.snapshot_main_thread_local();
    auto parks_in_catch = [&] {
      try {
        throw 1;
      } catch (int) {
        f.back();
      }
    };
    run_body(f, 0, parks_in_catch);
    f.restore_main_thread_local();
    try {
      throw;
    } catch (const std::string& mine) {
      EXPECT_EQ(mine, "main's");
    } catch (...) {
      FAIL() << "the fiber's exception";
    }
  }
}

TEST(thread_block, libc_works_with_a_foreign_block) {
  fibers f;
  std::string text;
  run_body(f, 3, [&] {
    std::unique_ptr<char, decltype(&std::free)> buffer(static_cast<char*>(std::malloc(200)),
                                                       &std::free);
    std::snprintf(buffer.get(), 200, "%s %.3f %ld %s", "text", std::strtod("2.5", nullptr),
                  std::strtol("99", nullptr, 10), std::strerror(ENOENT));
    text = buffer.get();
    std::printf("printed by a fiber: %s\n", text.c_str());
    for (int i = 0; i < 100; ++i) text += std::string(static_cast<std::size_t>(i), 'x');
    EXPECT_EQ(std::strtol("99999999999999999999999", nullptr, 10), 0x7fffffffffffffff);
    EXPECT_EQ(errno_here(), ERANGE);
    EXPECT_STREQ(std::setlocale(LC_ALL, nullptr), "C");
  });
  EXPECT_EQ(text.rfind("text 2.500 99 No such file", 0), 0u) << text;
  EXPECT_NE(errno_here(), ERANGE);
}

TEST(thread_block, libraries_know_that_there_are_threads) {
  fibers f;
  EXPECT_EQ(__libc_single_threaded, 0);
}

}  // namespace
}  // namespace heddle::runtime
