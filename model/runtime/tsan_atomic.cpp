// The ThreadSanitizer callbacks for atomic accesses, as g++ 12 and clang 14 to 19 emit them. The
// orders come in the C ABI's numbering, with extra bits for hardware lock elision; g++ passes a
// compare-exchange's expected value by address and asks for success, clang by value and asks for
// the old one.
#include <cstdint>
#include <cstring>

#include "model/runtime/engine.hpp"
#include "model/runtime/word.hpp"

namespace heddle::runtime {
namespace {

using uint128 = unsigned __int128;

value widen(uint128 v) {
  return {static_cast<std::uint64_t>(v), static_cast<std::uint64_t>(v >> 64)};
}

template <typename T>
T narrow(value v) {
  return static_cast<T>((static_cast<uint128>(v.high) << 64) | v.low);
}

memory_order order_of(int mo) {
  constexpr memory_order orders[] = {memory_order::relaxed, memory_order::acquire,
                                     memory_order::acquire, memory_order::release,
                                     memory_order::acq_rel, memory_order::seq_cst};
  const int base = mo & 0x7fff;
  return base < 6 ? orders[base] : memory_order::seq_cst;
}

// Outside an exploration an access happens natively; seq_cst is at least what was asked for. All
// as compare-and-swap, which every size has without libatomic (16 bytes: -mcx16).
template <typename T>
T swap_natively(volatile T* a, T expected, T desired) {
  return __sync_val_compare_and_swap(a, expected, desired);
}

template <typename T>
T modify_natively(modification how, volatile T* a, T x) {
  for (T old = swap_natively<T>(a, 0, 0);;) {
    const T fresh = narrow<T>(apply(how, widen(old), widen(x), sizeof(T)));
    const T seen = swap_natively(a, old, fresh);
    if (seen == old) return old;
    old = seen;
  }
}

template <typename T>
T load(const volatile T* a, int mo, void* pc) {
  if (!engine::inside()) return swap_natively<T>(const_cast<volatile T*>(a), 0, 0);
  engine::visit v;
  operation op;
  op.kind = operation_kind::load;
  op.order = order_of(mo);
  op.size = sizeof(T);
  return narrow<T>(v.e.atomic(op, reinterpret_cast<std::uintptr_t>(a), "load",
                              reinterpret_cast<std::uintptr_t>(pc)));
}

template <typename T>
void store(volatile T* a, T x, int mo, void* pc) {
  if (!engine::inside()) {
    modify_natively(modification::exchange, a, x);
    return;
  }
  engine::visit v;
  operation op;
  op.kind = operation_kind::store;
  op.order = order_of(mo);
  op.size = sizeof(T);
  op.operand = widen(x);
  v.e.atomic(op, reinterpret_cast<std::uintptr_t>(a), "store",
             reinterpret_cast<std::uintptr_t>(pc));
}

template <typename T>
T modify(modification how, const char* name, volatile T* a, T x, int mo, void* pc) {
  if (!engine::inside()) return modify_natively(how, a, x);
  engine::visit v;
  operation op;
  op.kind = operation_kind::read_modify_write;
  op.modify = how;
  op.order = order_of(mo);
  op.size = sizeof(T);
  op.operand = widen(x);
  return narrow<T>(v.e.atomic(op, reinterpret_cast<std::uintptr_t>(a), name,
                              reinterpret_cast<std::uintptr_t>(pc)));
}

template <typename T>
T compare_exchange(volatile T* a, T expected, T desired, int mo, int failure_mo, void* pc) {
  if (!engine::inside()) return swap_natively(a, expected, desired);
  engine::visit v;
  operation op;
  op.kind = operation_kind::compare_exchange;
  op.order = order_of(mo);
  op.failure_order = read_half(order_of(failure_mo));
  op.size = sizeof(T);
  op.expected = widen(expected);
  op.operand = widen(desired);
  return narrow<T>(v.e.atomic(op, reinterpret_cast<std::uintptr_t>(a), "compare_exchange",
                              reinterpret_cast<std::uintptr_t>(pc)));
}

/// `expected` is the program's memory, which g++ leaves to the callback: read before, written after
/// a failure.
void announce(const void* expected, std::size_t size, bool write, void* pc) {
  const auto address = reinterpret_cast<std::uintptr_t>(expected);
  const auto bytes = static_cast<std::uint32_t>(size);
  const auto place = reinterpret_cast<std::uintptr_t>(pc);
  if (!engine::inside()) return;
  engine& e = *engine::current();
  if (size > 8 || !e.settle(address, bytes, write, place)) e.plain(address, size, write, place);
}

template <typename T>
bool compare_exchange(volatile T* a, T* expected, T desired, int mo, int failure_mo, void* pc) {
  announce(expected, sizeof(T), false, pc);
  T wanted;
  std::memcpy(&wanted, expected, sizeof(T));
  const T old = compare_exchange(a, wanted, desired, mo, failure_mo, pc);
  if (old == wanted) return true;
  announce(expected, sizeof(T), true, pc);
  std::memcpy(expected, &old, sizeof(T));
  return false;
}

/// Reads `expected` although it could exchange: the execution is of interest only where it does.
template <typename T>
void fail_weakly(engine& e, volatile T* a, T expected, int failure_mo, void* pc) {
  operation op;
  op.kind = operation_kind::load;
  op.order = read_half(order_of(failure_mo));
  op.size = sizeof(T);
  op.wait = wait_condition::equal;
  op.wait_operand = widen(expected).low;
  e.only_if();
  const auto address = reinterpret_cast<std::uintptr_t>(a);
  const value seen =
      e.atomic(op, address, "compare_exchange_weak fails", reinterpret_cast<std::uintptr_t>(pc));
  if (!(seen == widen(expected))) e.redundant(last_event(e));  // they differ in the upper half
  e.self().waits = nullptr;
}

template <typename T>
bool compare_exchange_weakly(volatile T* a, T* expected, T desired, int mo, int failure_mo,
                             void* pc) {
  if (engine::inside() && engine::current()->spurious()) {
    announce(expected, sizeof(T), false, pc);
    T wanted;
    std::memcpy(&wanted, expected, sizeof(T));
    engine::visit v;
    if (v.e.fails_weakly(reinterpret_cast<std::uintptr_t>(a))) {
      fail_weakly(v.e, a, wanted, failure_mo, pc);
      v.e.effect();  // the next attempt is none that may fail by itself
      v.e.plain(reinterpret_cast<std::uintptr_t>(expected), sizeof(T), true,
                reinterpret_cast<std::uintptr_t>(pc));
      return false;
    }
  }
  return compare_exchange(a, expected, desired, mo, failure_mo, pc);
}

void fence(int mo, void*) {
  if (!engine::inside()) return;
  if ((mo & 0x7fff) == 0) return;  // relaxed: no effect
  engine::visit v;
  operation op;
  op.kind = operation_kind::fence;
  op.order = order_of(mo);
  v.e.perform(op, "fence", 0);
}

}  // namespace
}  // namespace heddle::runtime

using heddle::modification;
using heddle::runtime::compare_exchange;
using heddle::runtime::compare_exchange_weakly;
using heddle::runtime::fence;
using heddle::runtime::load;
using heddle::runtime::modify;
using heddle::runtime::store;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using u128 = unsigned __int128;

extern "C" {

void __tsan_atomic_thread_fence(int mo) { fence(mo, __builtin_return_address(0)); }
/// A signal fence orders nothing between threads.
void __tsan_atomic_signal_fence(int) {}

u8 __tsan_atomic8_load(const volatile u8* a, int mo) {
  return load(a, mo, __builtin_return_address(0));
}
void __tsan_atomic8_store(volatile u8* a, u8 x, int mo) {
  store(a, x, mo, __builtin_return_address(0));
}
u8 __tsan_atomic8_exchange(volatile u8* a, u8 x, int mo) {
  return modify(modification::exchange, "exchange", a, x, mo, __builtin_return_address(0));
}
u8 __tsan_atomic8_fetch_add(volatile u8* a, u8 x, int mo) {
  return modify(modification::add, "fetch_add", a, x, mo, __builtin_return_address(0));
}
u8 __tsan_atomic8_fetch_sub(volatile u8* a, u8 x, int mo) {
  return modify(modification::subtract, "fetch_sub", a, x, mo, __builtin_return_address(0));
}
u8 __tsan_atomic8_fetch_and(volatile u8* a, u8 x, int mo) {
  return modify(modification::bit_and, "fetch_and", a, x, mo, __builtin_return_address(0));
}
u8 __tsan_atomic8_fetch_or(volatile u8* a, u8 x, int mo) {
  return modify(modification::bit_or, "fetch_or", a, x, mo, __builtin_return_address(0));
}
u8 __tsan_atomic8_fetch_xor(volatile u8* a, u8 x, int mo) {
  return modify(modification::bit_xor, "fetch_xor", a, x, mo, __builtin_return_address(0));
}
u8 __tsan_atomic8_fetch_nand(volatile u8* a, u8 x, int mo) {
  return modify(modification::bit_nand, "fetch_nand", a, x, mo, __builtin_return_address(0));
}
bool __tsan_atomic8_compare_exchange_strong(volatile u8* a, u8* expected, u8 desired, int mo,
                                            int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
bool __tsan_atomic8_compare_exchange_weak(volatile u8* a, u8* expected, u8 desired, int mo,
                                          int failure_mo) {
  return compare_exchange_weakly(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
u8 __tsan_atomic8_compare_exchange_val(volatile u8* a, u8 expected, u8 desired, int mo,
                                       int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}

u16 __tsan_atomic16_load(const volatile u16* a, int mo) {
  return load(a, mo, __builtin_return_address(0));
}
void __tsan_atomic16_store(volatile u16* a, u16 x, int mo) {
  store(a, x, mo, __builtin_return_address(0));
}
u16 __tsan_atomic16_exchange(volatile u16* a, u16 x, int mo) {
  return modify(modification::exchange, "exchange", a, x, mo, __builtin_return_address(0));
}
u16 __tsan_atomic16_fetch_add(volatile u16* a, u16 x, int mo) {
  return modify(modification::add, "fetch_add", a, x, mo, __builtin_return_address(0));
}
u16 __tsan_atomic16_fetch_sub(volatile u16* a, u16 x, int mo) {
  return modify(modification::subtract, "fetch_sub", a, x, mo, __builtin_return_address(0));
}
u16 __tsan_atomic16_fetch_and(volatile u16* a, u16 x, int mo) {
  return modify(modification::bit_and, "fetch_and", a, x, mo, __builtin_return_address(0));
}
u16 __tsan_atomic16_fetch_or(volatile u16* a, u16 x, int mo) {
  return modify(modification::bit_or, "fetch_or", a, x, mo, __builtin_return_address(0));
}
u16 __tsan_atomic16_fetch_xor(volatile u16* a, u16 x, int mo) {
  return modify(modification::bit_xor, "fetch_xor", a, x, mo, __builtin_return_address(0));
}
u16 __tsan_atomic16_fetch_nand(volatile u16* a, u16 x, int mo) {
  return modify(modification::bit_nand, "fetch_nand", a, x, mo, __builtin_return_address(0));
}
bool __tsan_atomic16_compare_exchange_strong(volatile u16* a, u16* expected, u16 desired, int mo,
                                             int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
bool __tsan_atomic16_compare_exchange_weak(volatile u16* a, u16* expected, u16 desired, int mo,
                                           int failure_mo) {
  return compare_exchange_weakly(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
u16 __tsan_atomic16_compare_exchange_val(volatile u16* a, u16 expected, u16 desired, int mo,
                                         int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}

u32 __tsan_atomic32_load(const volatile u32* a, int mo) {
  return load(a, mo, __builtin_return_address(0));
}
void __tsan_atomic32_store(volatile u32* a, u32 x, int mo) {
  store(a, x, mo, __builtin_return_address(0));
}
u32 __tsan_atomic32_exchange(volatile u32* a, u32 x, int mo) {
  return modify(modification::exchange, "exchange", a, x, mo, __builtin_return_address(0));
}
u32 __tsan_atomic32_fetch_add(volatile u32* a, u32 x, int mo) {
  return modify(modification::add, "fetch_add", a, x, mo, __builtin_return_address(0));
}
u32 __tsan_atomic32_fetch_sub(volatile u32* a, u32 x, int mo) {
  return modify(modification::subtract, "fetch_sub", a, x, mo, __builtin_return_address(0));
}
u32 __tsan_atomic32_fetch_and(volatile u32* a, u32 x, int mo) {
  return modify(modification::bit_and, "fetch_and", a, x, mo, __builtin_return_address(0));
}
u32 __tsan_atomic32_fetch_or(volatile u32* a, u32 x, int mo) {
  return modify(modification::bit_or, "fetch_or", a, x, mo, __builtin_return_address(0));
}
u32 __tsan_atomic32_fetch_xor(volatile u32* a, u32 x, int mo) {
  return modify(modification::bit_xor, "fetch_xor", a, x, mo, __builtin_return_address(0));
}
u32 __tsan_atomic32_fetch_nand(volatile u32* a, u32 x, int mo) {
  return modify(modification::bit_nand, "fetch_nand", a, x, mo, __builtin_return_address(0));
}
bool __tsan_atomic32_compare_exchange_strong(volatile u32* a, u32* expected, u32 desired, int mo,
                                             int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
bool __tsan_atomic32_compare_exchange_weak(volatile u32* a, u32* expected, u32 desired, int mo,
                                           int failure_mo) {
  return compare_exchange_weakly(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
u32 __tsan_atomic32_compare_exchange_val(volatile u32* a, u32 expected, u32 desired, int mo,
                                         int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}

u64 __tsan_atomic64_load(const volatile u64* a, int mo) {
  return load(a, mo, __builtin_return_address(0));
}
void __tsan_atomic64_store(volatile u64* a, u64 x, int mo) {
  store(a, x, mo, __builtin_return_address(0));
}
u64 __tsan_atomic64_exchange(volatile u64* a, u64 x, int mo) {
  return modify(modification::exchange, "exchange", a, x, mo, __builtin_return_address(0));
}
u64 __tsan_atomic64_fetch_add(volatile u64* a, u64 x, int mo) {
  return modify(modification::add, "fetch_add", a, x, mo, __builtin_return_address(0));
}
u64 __tsan_atomic64_fetch_sub(volatile u64* a, u64 x, int mo) {
  return modify(modification::subtract, "fetch_sub", a, x, mo, __builtin_return_address(0));
}
u64 __tsan_atomic64_fetch_and(volatile u64* a, u64 x, int mo) {
  return modify(modification::bit_and, "fetch_and", a, x, mo, __builtin_return_address(0));
}
u64 __tsan_atomic64_fetch_or(volatile u64* a, u64 x, int mo) {
  return modify(modification::bit_or, "fetch_or", a, x, mo, __builtin_return_address(0));
}
u64 __tsan_atomic64_fetch_xor(volatile u64* a, u64 x, int mo) {
  return modify(modification::bit_xor, "fetch_xor", a, x, mo, __builtin_return_address(0));
}
u64 __tsan_atomic64_fetch_nand(volatile u64* a, u64 x, int mo) {
  return modify(modification::bit_nand, "fetch_nand", a, x, mo, __builtin_return_address(0));
}
bool __tsan_atomic64_compare_exchange_strong(volatile u64* a, u64* expected, u64 desired, int mo,
                                             int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
bool __tsan_atomic64_compare_exchange_weak(volatile u64* a, u64* expected, u64 desired, int mo,
                                           int failure_mo) {
  return compare_exchange_weakly(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
u64 __tsan_atomic64_compare_exchange_val(volatile u64* a, u64 expected, u64 desired, int mo,
                                         int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}

u128 __tsan_atomic128_load(const volatile u128* a, int mo) {
  return load(a, mo, __builtin_return_address(0));
}
void __tsan_atomic128_store(volatile u128* a, u128 x, int mo) {
  store(a, x, mo, __builtin_return_address(0));
}
u128 __tsan_atomic128_exchange(volatile u128* a, u128 x, int mo) {
  return modify(modification::exchange, "exchange", a, x, mo, __builtin_return_address(0));
}
u128 __tsan_atomic128_fetch_add(volatile u128* a, u128 x, int mo) {
  return modify(modification::add, "fetch_add", a, x, mo, __builtin_return_address(0));
}
u128 __tsan_atomic128_fetch_sub(volatile u128* a, u128 x, int mo) {
  return modify(modification::subtract, "fetch_sub", a, x, mo, __builtin_return_address(0));
}
u128 __tsan_atomic128_fetch_and(volatile u128* a, u128 x, int mo) {
  return modify(modification::bit_and, "fetch_and", a, x, mo, __builtin_return_address(0));
}
u128 __tsan_atomic128_fetch_or(volatile u128* a, u128 x, int mo) {
  return modify(modification::bit_or, "fetch_or", a, x, mo, __builtin_return_address(0));
}
u128 __tsan_atomic128_fetch_xor(volatile u128* a, u128 x, int mo) {
  return modify(modification::bit_xor, "fetch_xor", a, x, mo, __builtin_return_address(0));
}
u128 __tsan_atomic128_fetch_nand(volatile u128* a, u128 x, int mo) {
  return modify(modification::bit_nand, "fetch_nand", a, x, mo, __builtin_return_address(0));
}
bool __tsan_atomic128_compare_exchange_strong(volatile u128* a, u128* expected, u128 desired,
                                              int mo, int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
bool __tsan_atomic128_compare_exchange_weak(volatile u128* a, u128* expected, u128 desired, int mo,
                                            int failure_mo) {
  return compare_exchange_weakly(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}
u128 __tsan_atomic128_compare_exchange_val(volatile u128* a, u128 expected, u128 desired, int mo,
                                           int failure_mo) {
  return compare_exchange(a, expected, desired, mo, failure_mo, __builtin_return_address(0));
}

}  // extern "C"
