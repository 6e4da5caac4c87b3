// Threads themselves: identity, many of them, misuse of their handles.
#include <pthread.h>

#include <atomic>
#include <heddle/check.hpp>
#include <thread>
#include <vector>

namespace {

HEDDLE_CHECK(threads_have_identities) {
  const auto me = std::this_thread::get_id();
  std::thread::id theirs;
  std::thread other([&] { theirs = std::this_thread::get_id(); });
  const auto announced = other.get_id();
  other.join();
  heddle::require(theirs == announced && theirs != me);
  heddle::require(std::this_thread::get_id() == me);
}

HEDDLE_CHECK(threads_return_a_value) {
  pthread_t thread;
  static int result;
  heddle::require(
      pthread_create(&thread, nullptr, [](void* argument) { return argument; }, &result) == 0);
  void* returned = nullptr;
  heddle::require(pthread_join(thread, &returned) == 0);
  heddle::require(returned == &result, "join hands over what the thread returned");
}

/// A detached thread is not waited for by the body, but runs to its end all the same.
HEDDLE_CHECK(threads_detached) {
  static std::atomic<int> x;
  std::thread([] { x.store(1); }).detach();
  heddle::require(x.load() <= 1);
}

HEDDLE_CHECK(threads_detached_fail_too) {
  std::thread([] { heddle::require(false, "the detached thread fails"); }).detach();
}

HEDDLE_CHECK(threads_two_hundred) {
  std::vector<std::thread> threads;
  std::vector<int> marks(200);
  for (int i = 0; i < 200; ++i) threads.emplace_back([&marks, i] { marks[i] = i; });
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 200; ++i) heddle::require(marks[i] == i);
}

/// More than heddle can tell apart: it says so.
HEDDLE_CHECK(threads_one_thousand) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 1000; ++i) threads.emplace_back([] {});
  for (auto& thread : threads) thread.join();
}

/// 200! orders: no search sees them all, and none is claimed to have.
HEDDLE_CHECK(threads_two_hundred_increments) {
  std::atomic<int> x{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 200; ++i) threads.emplace_back([&] { x.fetch_add(1); });
  for (auto& thread : threads) thread.join();
  heddle::require(x.load() == 200);
}

HEDDLE_CHECK(threads_joined_twice) {
  pthread_t thread;
  pthread_create(&thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  pthread_join(thread, nullptr);
  pthread_join(thread, nullptr);
}

}  // namespace
