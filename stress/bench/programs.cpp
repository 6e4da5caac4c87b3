#include "stress/bench/programs.hpp"

#include <pthread.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace heddle::bench {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

template <std::memory_order Order>
void store_buffering_of() {
  std::atomic<int> x{0}, y{0};
  std::thread first([&] {
    x.store(1, Order);
    (void)y.load(Order);
  });
  std::thread second([&] {
    y.store(1, Order);
    (void)x.load(Order);
  });
  first.join();
  second.join();
}

void readers_of_one_write(int readers, std::atomic<int>& x) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(readers) + 1);
  for (int i = 0; i < readers; ++i) threads.emplace_back([&] { (void)x.load(relaxed); });
  threads.emplace_back([&] { x.store(1, relaxed); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

namespace {

std::atomic<int> global_x, global_y;

void* store_x_load_y(void*) {
  global_x.store(1, relaxed);
  (void)global_y.load(relaxed);
  return nullptr;
}

void* store_y_load_x(void*) {
  global_y.store(1, relaxed);
  (void)global_x.load(relaxed);
  return nullptr;
}

}  // namespace

void nothing() {}

void store_buffering_pthreads() {
  pthread_t first, second;
  pthread_create(&first, nullptr, store_x_load_y, nullptr);
  pthread_create(&second, nullptr, store_y_load_x, nullptr);
  pthread_join(first, nullptr);
  pthread_join(second, nullptr);
}

void store_buffering() { store_buffering_of<relaxed>(); }
void store_buffering_seq_cst() { store_buffering_of<std::memory_order_seq_cst>(); }

void fifty_events() {
  std::atomic<int> x{0}, y{0};
  const auto body = [](std::atomic<int>& mine, std::atomic<int>& others) {
    for (int i = 1; i <= 11; ++i) {
      mine.store(i, relaxed);
      (void)others.load(relaxed);
    }
  };
  std::thread first([&] { body(x, y); });
  std::thread second([&] { body(y, x); });
  first.join();
  second.join();
}

void locked_increments() {
  std::mutex mutex;
  int count = 0;
  const auto body = [&] {
    for (int i = 0; i < 2; ++i) {
      const std::lock_guard lock(mutex);
      ++count;
    }
  };
  std::array<std::thread, 3> threads{std::thread(body), std::thread(body), std::thread(body)};
  for (std::thread& thread : threads) thread.join();
}

void long_prefix(int events) {
  std::atomic<int> own{0};
  for (int i = 0; i < events / 2; ++i) {
    own.store(i, relaxed);
    (void)own.load(relaxed);
  }
  std::atomic<int> x{0};
  readers_of_one_write(6, x);
}

void many_executions() {
  std::atomic<int> x{0};
  const auto body = [&] {
    for (int i = 0; i < 6; ++i) x.store(i, relaxed);
  };
  std::array<std::thread, 3> threads{std::thread(body), std::thread(body), std::thread(body)};
  for (std::thread& thread : threads) thread.join();
}

}  // namespace heddle::bench
