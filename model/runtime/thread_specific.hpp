// Thread-specific data and what runs at a thread's end. pthread keys: their numbers come from the C
// library, and outside the program everything is the C library's. Inside, each model thread has
// values of its own, null at its beginning; thread 0 begins with those that the exploring thread
// has outside. A key created inside is gone with the execution, one deleted inside is back in the
// next.
#pragma once

#include <pthread.h>

#include <cstdint>
#include <memory>

#include "model/program/operation.hpp"

namespace heddle::runtime {

class engine;

/// An execution begins, or the last one is over. From outside.
void new_execution_specific();

/// On the thread's own fiber, inside, when its function has returned: the destructors of its
/// thread_local objects, last constructed first, including those that are registered meanwhile;
/// then those of its keys (not for thread 0: to return from main is no pthread_exit).
void run_exit_handlers(engine& e, thread_id thread);

/// The second half of the above, for any thread.
void run_key_destructors(thread_id thread);

/// The keys, and the values of one execution.
class key_table {
 public:
  using destructor_function = void (*)(void*);
  static constexpr unsigned keys = PTHREAD_KEYS_MAX;
  static constexpr unsigned threads = 256;

  /// Keys created inside are taken out of the table; each is passed to `drop`.
  template <typename Drop>
  void new_execution(const Drop& drop) {
    for (unsigned k = 0; k < used_; ++k) {
      key& key = keys_[k];
      if (key.created_inside) {
        key = {};
        drop(static_cast<pthread_key_t>(k));
      }
      key.deleted_inside = false;
      main_values_[k] = {};  // no pointer of the last execution may hide a leak
    }
    ++execution_;
  }

  void create(pthread_key_t number, destructor_function destructor, bool inside) {
    if (number >= keys) return;
    keys_[number] = {destructor, ++uses_, true, inside, false};
    if (number >= used_) used_ = number + 1;
  }

  bool exists(pthread_key_t number) const {
    return number < keys && keys_[number].exists && !keys_[number].deleted_inside;
  }
  bool created_inside(pthread_key_t number) const { return keys_[number].created_inside; }

  /// Outside, or of a key that was created inside: for good. Else until the next execution.
  void remove(pthread_key_t number, bool inside) {
    key& key = keys_[number];
    if (inside && !key.created_inside) {
      key.deleted_inside = true;
    } else {
      key = {};
    }
  }

  /// Whether the thread has set the key in this execution.
  bool has(thread_id thread, pthread_key_t number) const {
    const value* const row = values_of(thread);
    return row != nullptr && row[number].execution == execution_ &&
           row[number].use == keys_[number].use;
  }
  /// What it has set it to.
  void* get(thread_id thread, pthread_key_t number) const {
    return values_of(thread)[number].pointer;
  }
  /// Allocates when a thread other than 0 sets a value for the first time.
  void set(thread_id thread, pthread_key_t number, void* pointer) {
    if (thread != 0 && values_[thread] == nullptr) values_[thread].reset(new value[keys]);
    values_of(thread)[number] = {pointer, execution_, keys_[number].use};
  }

  /// One round of destructors, lowest key first: each value that is not null becomes null and is
  /// passed to its destructor. Returns whether there was one.
  bool destroy_once(thread_id thread);

 private:
  struct key {
    destructor_function destructor = nullptr;
    std::uint32_t use = 0;  // differs each time the number is used
    bool exists = false;
    bool created_inside = false;
    bool deleted_inside = false;
  };
  struct value {
    void* pointer = nullptr;
    std::uint64_t execution = 0;
    std::uint32_t use = 0;
  };

  const value* values_of(thread_id thread) const {
    return thread == 0 ? main_values_ : values_[thread].get();
  }
  value* values_of(thread_id thread) { return thread == 0 ? main_values_ : values_[thread].get(); }

  // Thread 0 outlives the execution, as it were: what its values point to has not leaked. So they
  // lie where the leak check looks, the others' elsewhere.
  key keys_[keys] = {};
  value main_values_[keys] = {};
  std::unique_ptr<value[]> values_[threads];
  std::uint64_t execution_ = 0;
  std::uint32_t uses_ = 0;
  unsigned used_ = 0;
};

}  // namespace heddle::runtime
