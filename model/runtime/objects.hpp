// The objects of the program that are locations of the graph: atomics, mutexes, once flags and so
// on. Each is found by its address; its location number is the same in every execution.
//
// An object begins at the first operation on it and ends when its memory gets another life: a plain
// write over it (a constructor at the same stack address), or the end of its heap block. What comes
// to the same address afterwards is another object, of the next generation.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/program/operation.hpp"
#include "model/runtime/race_detector.hpp"

namespace heddle::runtime {

enum class object_kind : std::uint8_t {
  atomic,
  mutex,
  once,
  condition,
  semaphore,
  shared_lock,
  barrier,
  spin_lock,
  wake_up,  // this and the next are always hidden
  thread_end,
};

/// "a mutex", "a condition variable", …
constexpr const char* words_for(object_kind kind) {
  constexpr const char* words[] = {
      "an atomic object", "a mutex",       "a once flag", "a condition variable",
      "a semaphore",      "a shared lock", "a barrier",   "a spin lock",
      "a wake-up",        "a thread's end"};
  return words[static_cast<unsigned>(kind)];
}

struct object {
  std::uintptr_t address = 0;
  location_id location = no_location;
  std::uint32_t next = 0;  // in the same granule; 0: none
  std::uint32_t generation = 0;
  std::uint8_t size = 0;  // bytes that it covers for overlap
  object_kind kind = object_kind::atomic;
  bool alive = true;
  std::uint32_t whole = 0;         // the second half of a 16-byte object: the index of its first
  bool destroyed = false;          // a mutex after pthread_mutex_destroy
  bool owner_died = false;         // a robust mutex: its last owner has ended, holding it
  bool lost = false;               // a robust mutex that nobody has made consistent
  thread_id ended_by = no_thread;  // who destroyed it, at `place`
  thread_id owner = no_thread;     // mutex, once: who holds or runs it, in native order
  std::uintptr_t place = 0;        // where it was taken
  // Threads (0 to 63) of which an atomic write, or an atomic read, has found itself in order with
  // all plain accesses of its memory so far. A read is that already if they are reads, too.
  std::uint64_t writes_in_order = 0;
  std::uint64_t reads_in_order = 0;
};

class objects {
 public:
  explicit objects(race_detector& shadow) : shadow_(shadow) { table_.resize(1); }

  void new_execution() {
    table_.resize(1);
    ++execution_;
  }

  struct found {
    std::uint32_t index = 0;  // of the object; 0: there is a clash
    bool created = false;     // it is new in this execution: announce its initial value
    std::uint32_t clash = 0;  // an object of another size or kind overlaps it
  };
  /// The object of this kind at the address, created if need be. O(objects in the granule).
  found at(std::uintptr_t address, std::uint8_t size, object_kind kind) {
    const std::uint32_t index = recent_at(address, size, kind);
    return index != 0 ? found{index, false, 0} : look_up(address, size, kind);
  }
  /// The same if it was found lately, else 0.
  std::uint32_t recent_at(std::uintptr_t address, std::uint8_t size, object_kind kind) const {
    const recent& last = recent_[address / 4 % recent_.size()];
    if (last.address != address || last.execution != execution_) return 0;
    const object& o = table_[last.index];
    return o.alive && o.size == size && o.kind == kind ? last.index : 0;
  }

  /// A word of heddle's own, in no memory of the program: number `number` of `owner` and a kind.
  struct hidden_word {
    location_id location;
    bool created;  // new in this execution: announce its initial value
  };
  hidden_word hidden(object_kind kind, std::uint64_t owner, std::uint32_t number);

  /// Calls visit(object&) for each live object that overlaps [address, address + size). One that
  /// shall end is made `alive = false` by it.
  template <typename Visit>
  void visit(std::uintptr_t address, std::size_t size, const Visit& visit);

  object& operator[](std::uint32_t index) { return table_[index]; }
  const object& operator[](std::uint32_t index) const { return table_[index]; }
  std::size_t size() const { return table_.size(); }
  std::uintptr_t address_of(location_id location) const { return known_[location].address; }
  object_kind kind_of(location_id location) const {
    return static_cast<object_kind>(known_[location].kind);
  }
  location_id locations() const { return static_cast<location_id>(known_.size()); }

 private:
  struct identity {
    std::uintptr_t address;
    std::uint32_t generation;
    std::uint8_t size;
    std::uint8_t kind;
    friend bool operator==(const identity&, const identity&) = default;
  };
  struct recent {
    std::uintptr_t address = 0;
    std::uint32_t index = 0;
    std::uint32_t execution = 0;
  };
  object& whole(std::uint32_t index) {
    object& o = table_[index];
    return o.whole == 0 ? o : table_[o.whole];
  }
  found look_up(std::uintptr_t address, std::uint8_t size, object_kind kind);
  location_id intern(const identity& id);
  void grow();
  std::uint32_t add(std::uint32_t* word, const identity& id);

  race_detector& shadow_;
  std::vector<object> table_;             // of this execution; entry 0 is none
  std::vector<identity> known_;           // by location, of all executions
  std::vector<location_id> slots_;        // hash table into known_
  std::array<recent, 64> recent_{};       // found last
  std::vector<std::uint32_t> hidden_in_;  // by location: the last execution that used it
  std::uint32_t execution_ = 1;
};

template <typename Visit>
void objects::visit(std::uintptr_t address, std::size_t size, const Visit& visit) {
  for (std::uintptr_t g = address & ~std::uintptr_t{7}; g < address + size; g += 8) {
    std::uint32_t* word = shadow_.object_at(g);
    if (word == nullptr) continue;
    for (std::uint32_t i = *word; i != 0; i = table_[i].next) {
      object& o = whole(i);
      if (!o.alive || o.address >= address + size || o.address + o.size <= address) continue;
      visit(o);
    }
  }
}

}  // namespace heddle::runtime
