// The memory orders of [atomics.order], and the two questions that the model asks of them.
#pragma once

#include <cstdint>

namespace heddle {

/// `memory_order_consume` is promoted to acquire, as every compiler does ([atomics.order]/1.3).
enum class memory_order : std::uint8_t { relaxed, acquire, release, acq_rel, seq_cst };

constexpr bool is_acquire(memory_order order) {
  return order == memory_order::acquire || order >= memory_order::acq_rel;
}
constexpr bool is_release(memory_order order) { return order >= memory_order::release; }

/// The order of the read half (the write half) of a read-modify-write of order `order`.
constexpr memory_order read_half(memory_order order) {
  if (order == memory_order::acq_rel) return memory_order::acquire;
  return order == memory_order::release ? memory_order::relaxed : order;
}
constexpr memory_order write_half(memory_order order) {
  if (order == memory_order::acq_rel) return memory_order::release;
  return order == memory_order::acquire ? memory_order::relaxed : order;
}

/// The name as in std::memory_order: "relaxed", "acquire", …
constexpr const char* name_of(memory_order order) {
  constexpr const char* names[] = {"relaxed", "acquire", "release", "acq_rel", "seq_cst"};
  return names[static_cast<unsigned>(order)];
}

}  // namespace heddle
