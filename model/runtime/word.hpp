// A location of the graph as synchronisation is made of it: the operations on it, by their names in
// a report. From inside a visit.
#pragma once

#include "model/runtime/engine.hpp"

namespace heddle::runtime {

class word {
 public:
  /// `shown` is the address of the object that it belongs to.
  word(engine& e, location_id location, std::uintptr_t shown, std::uint8_t size = 8)
      : e_(e), location_(location), shown_(shown), size_(size) {}

  value load(memory_order order, const char* name);
  void store(std::uint64_t v, memory_order order, const char* name);
  /// -> what it was before.
  value modify(modification how, value operand, memory_order order, const char* name);
  /// Whether it was `expected`, and is `desired` now.
  bool exchange_if(value expected, value desired, memory_order order, const char* name);
  /// Waits until it is `expected`.
  void await_exchange(std::uint64_t expected, std::uint64_t desired, memory_order order,
                      const char* name);
  /// Waits until the lower half satisfies the condition. -> what it is then.
  value await(wait_condition condition, std::uint64_t operand, memory_order order,
              const char* name);

 private:
  operation operation_of(operation_kind kind, memory_order order) const;
  step perform(const operation& op, const char* name) { return e_.perform(op, name, shown_); }

  engine& e_;
  location_id location_;
  std::uintptr_t shown_;
  std::uint8_t size_;
};

/// The index of the event that the running thread has performed last.
inline std::uint32_t last_event(engine& e) { return e.view().clock - 1; }

}  // namespace heddle::runtime
