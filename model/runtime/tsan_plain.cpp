// The ThreadSanitizer callbacks for plain accesses, as g++ 12 and clang 14 to 19 emit them. They
// come before the access; the access itself is the program's own instruction.
#include <cstddef>
#include <cstdint>

#include "model/runtime/engine.hpp"

namespace heddle::runtime {
namespace {

[[gnu::always_inline]] inline void plain_access(const void* p, std::uint32_t size, bool write,
                                                void* pc) {
  if (!engine::inside()) return;
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  engine& e = *engine::current();
  const auto place = reinterpret_cast<std::uintptr_t>(pc);
  if (e.settle(address, size, write, place)) [[likely]]
    return;
  e.plain(address, size, write, place);
}

[[gnu::always_inline]] inline void plain_range(const void* p, std::size_t size, bool write,
                                               void* pc) {
  if (!engine::inside()) return;
  engine::current()->plain(reinterpret_cast<std::uintptr_t>(p), size, write,
                           reinterpret_cast<std::uintptr_t>(pc));
}

}  // namespace
}  // namespace heddle::runtime

using heddle::runtime::plain_access;
using heddle::runtime::plain_range;

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}

void __tsan_read1(void* p) { plain_access(p, 1, false, __builtin_return_address(0)); }
void __tsan_write1(void* p) { plain_access(p, 1, true, __builtin_return_address(0)); }
void __tsan_read2(void* p) { plain_access(p, 2, false, __builtin_return_address(0)); }
void __tsan_write2(void* p) { plain_access(p, 2, true, __builtin_return_address(0)); }
void __tsan_read4(void* p) { plain_access(p, 4, false, __builtin_return_address(0)); }
void __tsan_write4(void* p) { plain_access(p, 4, true, __builtin_return_address(0)); }
void __tsan_read8(void* p) { plain_access(p, 8, false, __builtin_return_address(0)); }
void __tsan_write8(void* p) { plain_access(p, 8, true, __builtin_return_address(0)); }
void __tsan_read16(void* p) { plain_range(p, 16, false, __builtin_return_address(0)); }
void __tsan_write16(void* p) { plain_range(p, 16, true, __builtin_return_address(0)); }

void __tsan_unaligned_read1(void* p) { plain_access(p, 1, false, __builtin_return_address(0)); }
void __tsan_unaligned_write1(void* p) { plain_access(p, 1, true, __builtin_return_address(0)); }
void __tsan_unaligned_read2(void* p) { plain_access(p, 2, false, __builtin_return_address(0)); }
void __tsan_unaligned_write2(void* p) { plain_access(p, 2, true, __builtin_return_address(0)); }
void __tsan_unaligned_read4(void* p) { plain_access(p, 4, false, __builtin_return_address(0)); }
void __tsan_unaligned_write4(void* p) { plain_access(p, 4, true, __builtin_return_address(0)); }
void __tsan_unaligned_read8(void* p) { plain_access(p, 8, false, __builtin_return_address(0)); }
void __tsan_unaligned_write8(void* p) { plain_access(p, 8, true, __builtin_return_address(0)); }
void __tsan_unaligned_read16(void* p) { plain_range(p, 16, false, __builtin_return_address(0)); }
void __tsan_unaligned_write16(void* p) { plain_range(p, 16, true, __builtin_return_address(0)); }

void __tsan_volatile_read1(void* p) { plain_access(p, 1, false, __builtin_return_address(0)); }
void __tsan_volatile_write1(void* p) { plain_access(p, 1, true, __builtin_return_address(0)); }
void __tsan_volatile_read2(void* p) { plain_access(p, 2, false, __builtin_return_address(0)); }
void __tsan_volatile_write2(void* p) { plain_access(p, 2, true, __builtin_return_address(0)); }
void __tsan_volatile_read4(void* p) { plain_access(p, 4, false, __builtin_return_address(0)); }
void __tsan_volatile_write4(void* p) { plain_access(p, 4, true, __builtin_return_address(0)); }
void __tsan_volatile_read8(void* p) { plain_access(p, 8, false, __builtin_return_address(0)); }
void __tsan_volatile_write8(void* p) { plain_access(p, 8, true, __builtin_return_address(0)); }
void __tsan_volatile_read16(void* p) { plain_range(p, 16, false, __builtin_return_address(0)); }
void __tsan_volatile_write16(void* p) { plain_range(p, 16, true, __builtin_return_address(0)); }

void __tsan_unaligned_volatile_read2(void* p) {
  plain_access(p, 2, false, __builtin_return_address(0));
}
void __tsan_unaligned_volatile_write2(void* p) {
  plain_access(p, 2, true, __builtin_return_address(0));
}
void __tsan_unaligned_volatile_read4(void* p) {
  plain_access(p, 4, false, __builtin_return_address(0));
}
void __tsan_unaligned_volatile_write4(void* p) {
  plain_access(p, 4, true, __builtin_return_address(0));
}
void __tsan_unaligned_volatile_read8(void* p) {
  plain_access(p, 8, false, __builtin_return_address(0));
}
void __tsan_unaligned_volatile_write8(void* p) {
  plain_access(p, 8, true, __builtin_return_address(0));
}
void __tsan_unaligned_volatile_read16(void* p) {
  plain_range(p, 16, false, __builtin_return_address(0));
}
void __tsan_unaligned_volatile_write16(void* p) {
  plain_range(p, 16, true, __builtin_return_address(0));
}

void __tsan_read_write1(void* p) {
  plain_access(p, 1, false, __builtin_return_address(0));
  plain_access(p, 1, true, __builtin_return_address(0));
}
void __tsan_read_write2(void* p) {
  plain_access(p, 2, false, __builtin_return_address(0));
  plain_access(p, 2, true, __builtin_return_address(0));
}
void __tsan_read_write4(void* p) {
  plain_access(p, 4, false, __builtin_return_address(0));
  plain_access(p, 4, true, __builtin_return_address(0));
}
void __tsan_read_write8(void* p) {
  plain_access(p, 8, false, __builtin_return_address(0));
  plain_access(p, 8, true, __builtin_return_address(0));
}
void __tsan_read_write16(void* p) {
  plain_range(p, 16, false, __builtin_return_address(0));
  plain_range(p, 16, true, __builtin_return_address(0));
}
void __tsan_unaligned_read_write2(void* p) {
  plain_access(p, 2, false, __builtin_return_address(0));
  plain_access(p, 2, true, __builtin_return_address(0));
}
void __tsan_unaligned_read_write4(void* p) {
  plain_access(p, 4, false, __builtin_return_address(0));
  plain_access(p, 4, true, __builtin_return_address(0));
}
void __tsan_unaligned_read_write8(void* p) {
  plain_access(p, 8, false, __builtin_return_address(0));
  plain_access(p, 8, true, __builtin_return_address(0));
}
void __tsan_unaligned_read_write16(void* p) {
  plain_range(p, 16, false, __builtin_return_address(0));
  plain_range(p, 16, true, __builtin_return_address(0));
}

void __tsan_read1_pc(void* p, void* pc) { plain_access(p, 1, false, pc); }
void __tsan_write1_pc(void* p, void* pc) { plain_access(p, 1, true, pc); }
void __tsan_read2_pc(void* p, void* pc) { plain_access(p, 2, false, pc); }
void __tsan_write2_pc(void* p, void* pc) { plain_access(p, 2, true, pc); }
void __tsan_read4_pc(void* p, void* pc) { plain_access(p, 4, false, pc); }
void __tsan_write4_pc(void* p, void* pc) { plain_access(p, 4, true, pc); }
void __tsan_read8_pc(void* p, void* pc) { plain_access(p, 8, false, pc); }
void __tsan_write8_pc(void* p, void* pc) { plain_access(p, 8, true, pc); }
void __tsan_read16_pc(void* p, void* pc) { plain_range(p, 16, false, pc); }
void __tsan_write16_pc(void* p, void* pc) { plain_range(p, 16, true, pc); }

void __tsan_read_range(void* p, std::size_t size) {
  plain_range(p, size, false, __builtin_return_address(0));
}
void __tsan_write_range(void* p, std::size_t size) {
  plain_range(p, size, true, __builtin_return_address(0));
}
void __tsan_read_range_pc(void* p, std::size_t size, void* pc) { plain_range(p, size, false, pc); }
void __tsan_write_range_pc(void* p, std::size_t size, void* pc) { plain_range(p, size, true, pc); }

void __tsan_vptr_read(void** p) { plain_access(p, 8, false, __builtin_return_address(0)); }
/// Writing the pointer that is there already (a destructor of a class without a derived one) is no
/// change that another thread could see.
void __tsan_vptr_update(void** p, void* value) {
  if (*p != value) plain_access(p, 8, true, __builtin_return_address(0));
}

}  // extern "C"
