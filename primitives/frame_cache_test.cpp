// The memory of frames: kept, up to a limit, and given back at the end of the thread.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <heddle/detail/frame_cache.hpp>
#include <heddle/event_loop.hpp>
#include <new>
#include <thread>
#include <vector>

namespace {
std::atomic<int> blocks{0};
}

// Of the whole program: counts what is on the heap.
void* operator new(std::size_t bytes) {
  void* const memory = std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  ++blocks;
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) --blocks;
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace {

using heddle::detail::frame_cache;

/// Runs `work` on a thread of its own: how many blocks are left when that has ended.
template <typename Work>
int left_by(Work work) {
  const int before = blocks;
  std::thread(work).join();
  return blocks - before;
}

TEST(FrameCache, KeepsWhatItsThreadGivesBack) {
  EXPECT_EQ(left_by([] {
              void* const first = frame_cache::allocate(100);
              frame_cache::deallocate(first, 100);
              EXPECT_EQ(frame_cache::kept(), 1u);
              EXPECT_EQ(frame_cache::allocate(120), first) << "of the same size, rounded up";
              EXPECT_NE(frame_cache::allocate(120), first);
              frame_cache::deallocate(first, 120);
            }),
            1)
      << "the one that was not given back";
}

TEST(FrameCache, NoMoreThanTheLimitAndNothingBig) {
  EXPECT_EQ(left_by([] {
              std::vector<void*> frames;
              for (int count = 0; count < 100; ++count) frames.push_back(frame_cache::allocate(64));
              for (void* frame : frames) frame_cache::deallocate(frame, 64);
              EXPECT_EQ(frame_cache::kept(), frame_cache::limit);
              frame_cache::deallocate(frame_cache::allocate(1025), 1025);
              EXPECT_EQ(frame_cache::kept(), frame_cache::limit);
              frame_cache::deallocate(frame_cache::allocate(1024), 1024);
              EXPECT_EQ(frame_cache::kept(), frame_cache::limit + 1);
            }),
            0);
}

TEST(FrameCache, GivenBackByAnotherThread) {
  void* const frame = frame_cache::allocate(64);
  EXPECT_EQ(left_by([frame] {
              frame_cache::deallocate(frame, 64);
              EXPECT_EQ(frame_cache::kept(), 1u);
            }),
            -1);
}

/// What is destroyed later than the cache goes to the heap.
TEST(FrameCache, AfterTheEndOfTheThread) {
  struct late {
    void* frame = nullptr;
    ~late() {
      frame_cache::deallocate(frame, 64);
      EXPECT_EQ(frame_cache::kept(), 0u);
    }
  };
  EXPECT_EQ(left_by([] {
              thread_local late last;  // before the cache is armed: destroyed after it
              last.frame = frame_cache::allocate(64);
              frame_cache::deallocate(frame_cache::allocate(64), 64);
            }),
            0);
}

heddle::task<int> one() { co_return 1; }

heddle::task<int> awaits(int count) {
  int sum = 0;
  for (; count != 0; --count) sum += co_await one();
  co_return sum;
}

TEST(FrameCache, FramesOfTasksAreReused) {
  EXPECT_EQ(left_by([] {
              heddle::event_loop loop;
              EXPECT_EQ(loop.run(awaits(2)), 2);
              const int before = blocks;
              EXPECT_EQ(loop.run(awaits(1000)), 1000);
              EXPECT_EQ(blocks, before);
              if constexpr (heddle::detail::frames_are_kept) {
                EXPECT_GE(frame_cache::kept(), 2u);
              } else {
                EXPECT_EQ(frame_cache::kept(), 0u);
              }
            }),
            0);
}

}  // namespace
