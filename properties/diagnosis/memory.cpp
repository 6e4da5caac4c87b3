// Heap memory: freed twice, used after it was freed, out of bounds, never freed.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <heddle/check.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "properties/diagnosis/opaque.hpp"

namespace {

using diagnosis::opaque;

HEDDLE_CHECK(memory_double_free) {
  void* block = opaque(std::malloc(16));
  std::free(opaque(block));
  std::free(opaque(block));
}

HEDDLE_CHECK(memory_double_delete_in_two_threads) {
  int* object = opaque(new int(1));
  std::atomic<int> users{2};
  auto release = [&] {
    users.fetch_sub(1);
    if (users.load() == 0) delete opaque(object);  // wrong: both may see 0
  };
  std::thread first(release), second(release);
  first.join();
  second.join();
}

HEDDLE_CHECK(memory_freed_once_by_the_last) {
  int* object = opaque(new int(1));
  std::atomic<int> users{2};
  auto release = [&] {
    if (users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete opaque(object);
  };
  std::thread first(release), second(release);
  first.join();
  second.join();
}

/// The decrement that frees must acquire what the others did before theirs.
HEDDLE_CHECK(memory_freed_by_the_last_relaxed) {
  int* object = opaque(new int(1));
  std::atomic<int> users{2};
  auto release = [&] {
    opaque(*object);
    if (users.fetch_sub(1, std::memory_order_relaxed) == 1) delete opaque(object);
  };
  std::thread first(release), second(release);
  first.join();
  second.join();
}

HEDDLE_CHECK(memory_use_after_free) {
  int* object = opaque(new int(1));
  delete opaque(object);
  *opaque(object) = 2;
}

HEDDLE_CHECK(memory_read_after_free_in_another_thread) {
  int* object = opaque(new int(1));
  std::atomic<bool> freed{false};
  std::thread other([&] {
    delete opaque(object);
    freed.store(true, std::memory_order_release);
  });
  if (freed.load(std::memory_order_acquire)) opaque(*opaque(object));
  other.join();
}

HEDDLE_CHECK(memory_atomic_after_free) {
  auto* object = opaque(new std::atomic<int>(1));
  delete opaque(object);
  opaque(object)->store(2);
}

HEDDLE_CHECK(memory_memset_after_free) {
  char* block = static_cast<char*>(opaque(std::malloc(64)));
  std::free(opaque(block));
  std::memset(opaque(block), 0, 64);
}

HEDDLE_CHECK(memory_used_before_free) {
  int* object = opaque(new int(1));
  std::thread other([&] { *object = 2; });
  other.join();
  heddle::require(*object == 2);
  delete object;
}

HEDDLE_CHECK(memory_out_of_bounds) {
  int* block = opaque(new int[4]());
  opaque(block)[4] = 1;
  delete[] block;
}

HEDDLE_CHECK(memory_in_bounds) {
  int* block = opaque(new int[4]());
  opaque(block)[3] = 1;
  heddle::require(block[0] == 0 && block[3] == 1);
  delete[] block;
}

HEDDLE_CHECK(memory_free_of_no_block) {
  int local[8] = {};
  std::free(opaque(&local[2]));
}

HEDDLE_CHECK(memory_free_of_the_middle) {
  char* block = static_cast<char*>(opaque(std::malloc(64)));
  std::free(opaque(block + 16));
}

HEDDLE_CHECK(memory_leak) { opaque(new int(1)); }

/// Only where the two threads meet in one order is the second box lost.
HEDDLE_CHECK(memory_leak_in_one_order) {
  std::atomic<int*> box{nullptr};
  auto fill = [&] {
    if (box.load() == nullptr) box.store(new int(1));
  };
  std::thread first(fill), second(fill);
  first.join();
  second.join();
  delete box.load();
}

int* volatile reachable = nullptr;  // volatile: a store that nobody reads would be left out

HEDDLE_CHECK(memory_reachable_is_no_leak) {
  reachable = opaque(new int(1));
  opaque(&reachable);  // else the variable is written only, and the compiler drops it
}

struct chain {
  std::unique_ptr<chain> next;
  int value = 0;
};

chain* head = nullptr;

/// Reachable through another block is reachable; what was cut off is not.
HEDDLE_CHECK(memory_reachable_through_blocks_is_no_leak) {
  head = opaque(new chain);
  head->next = std::make_unique<chain>();
  head->next->next = std::make_unique<chain>();
}

HEDDLE_CHECK(memory_leak_of_a_cycle) {
  struct node {
    std::shared_ptr<node> other;
  };
  auto first = std::make_shared<node>();
  auto second = std::make_shared<node>();
  first->other = second;
  second->other = first;
}

HEDDLE_CHECK(memory_containers) {
  std::vector<std::string> words;
  std::thread other([&] {
    for (int i = 0; i < 20; ++i) words.push_back(std::string(40, 'x'));
  });
  other.join();
  heddle::require(words.size() == 20 && words.back().size() == 40);
}

HEDDLE_CHECK(memory_calloc_realloc_aligned) {
  auto* numbers = static_cast<int*>(std::calloc(4, sizeof(int)));
  heddle::require(numbers[0] == 0 && numbers[3] == 0, "calloc clears");
  numbers[3] = 7;
  numbers = static_cast<int*>(std::realloc(numbers, 1000 * sizeof(int)));
  heddle::require(numbers[3] == 7, "realloc keeps the contents");
  std::free(numbers);
  void* aligned = std::aligned_alloc(256, 512);
  heddle::require(reinterpret_cast<std::uintptr_t>(aligned) % 256 == 0, "it is aligned");
  std::free(aligned);
}

HEDDLE_CHECK(memory_read_before_the_block) {
  char* block = static_cast<char*>(opaque(std::malloc(16)));
  opaque(opaque(block)[-1]);
  std::free(block);
}

/// One byte behind a block whose size is no multiple of anything.
HEDDLE_CHECK(memory_one_byte_behind_an_odd_block) {
  char* block = static_cast<char*>(opaque(std::malloc(13)));
  opaque(block)[13] = 1;
  std::free(block);
}

HEDDLE_CHECK(memory_copy_out_of_bounds) {
  char* block = static_cast<char*>(opaque(std::malloc(16)));
  std::memset(opaque(block), 1, opaque(17));
  std::free(block);
}

}  // namespace
