// --alloc-failures N: allocations of the program fail, up to N in an execution.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <heddle/check.hpp>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "properties/diagnosis/opaque.hpp"

namespace {

using diagnosis::opaque;

HEDDLE_CHECK(allocation_failure_unchecked) {
  auto* number = static_cast<int*>(opaque(std::malloc(sizeof(int))));
  *number = 1;
  std::free(number);
}

HEDDLE_CHECK(allocation_failure_checked) {
  errno = 0;
  auto* number = static_cast<int*>(opaque(std::malloc(sizeof(int))));
  if (number == nullptr) {
    heddle::require(errno == ENOMEM);
    return;
  }
  *number = 1;
  std::free(number);
}

/// A failing realloc leaves the old block as it was.
HEDDLE_CHECK(allocation_failure_of_realloc_leaks) {
  auto* block = static_cast<char*>(opaque(std::malloc(8)));
  if (block == nullptr) return;
  block = static_cast<char*>(opaque(std::realloc(block, 16)));  // wrong: the old one is lost
  std::free(block);
}

HEDDLE_CHECK(allocation_failure_of_realloc) {
  auto* block = static_cast<char*>(opaque(std::calloc(8, 1)));
  if (block == nullptr) return;
  if (auto* larger = static_cast<char*>(opaque(std::realloc(block, 16)))) block = larger;
  heddle::require(block[7] == 0);
  std::free(block);
}

HEDDLE_CHECK(allocation_failure_leaks) {
  try {
    int* first = opaque(new int(1));
    int* second = opaque(new int(2));  // if this throws nobody deletes the first
    delete second;
    delete first;
  } catch (const std::bad_alloc&) {
  }
}

HEDDLE_CHECK(allocation_failure_owned) {
  try {
    const auto first = std::make_unique<int>(1);
    const auto second = std::make_unique<int>(2);
    opaque(first.get());
    opaque(second.get());
  } catch (const std::bad_alloc&) {
  }
}

HEDDLE_CHECK(allocation_failure_uncaught) {
  std::vector<int> numbers(opaque(3ul));
  opaque(numbers.data());
}

HEDDLE_CHECK(allocation_failure_nothrow) {
  int* number = opaque(new (std::nothrow) int(1));
  delete number;
}

/// The strong guarantee, under a lock.
HEDDLE_CHECK(allocation_failure_in_threads) {
  std::mutex lock;
  std::vector<std::string> lines;
  std::atomic<int> lost{0};
  auto add = [&](char letter) {
    try {
      const std::lock_guard held(lock);
      lines.push_back(std::string(40, letter));
    } catch (const std::bad_alloc&) {
      lost.fetch_add(1, std::memory_order_relaxed);
    }
  };
  {
    std::jthread first, second;
    try {
      first = std::jthread([&] { add('a'); });
      second = std::jthread([&] { add('b'); });
    } catch (const std::bad_alloc&) {
      return;
    }
  }
  heddle::require(lines.size() + static_cast<std::size_t>(lost.load()) == 2);
}

/// Two threads of which each may lose its allocation: with one failure at most, never both.
HEDDLE_CHECK(allocation_failure_at_most) {
  std::atomic<int> lost{0};
  auto allocate = [&] {
    void* block = opaque(std::malloc(1));
    if (block == nullptr) lost.fetch_add(1, std::memory_order_relaxed);
    std::free(block);
  };
  try {
    std::thread other(allocate);
    allocate();
    other.join();
  } catch (const std::bad_alloc&) {
    return;
  }
  heddle::require(lost.load() < 2, "both have failed");
}

int attempts_left = 0;

HEDDLE_CHECK(allocation_failure_calls_the_new_handler) {
  attempts_left = 1;
  std::set_new_handler([] {
    if (attempts_left-- == 0) throw std::bad_alloc();
  });
  int* number = opaque(new int(1));  // one failure: the second attempt succeeds
  std::set_new_handler(nullptr);
  delete number;
}

}  // namespace
