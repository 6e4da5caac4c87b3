// Thread-local storage of the program's threads.
//
// Each slot has a real thread-local block of its own: that of a real thread, which was started once
// on a stack at a fixed address, published its FS base and parked for ever. Whoever loads that FS
// base is that thread to everything that looks: thread_local, errno, pthread_self, the exceptions
// in flight, libc's locale and allocator caches; so nothing is copied at a switch, and the
// addresses of thread-local variables of slots 1, 2, … are the same in every process of the same
// executable. Slot 0 is the thread that owns the table: its block is the one that it has anyway.
//
// Between executions the thread-local segment *of the executable* starts afresh, and so do the
// block's exceptions in flight and errno. What libc and other libraries keep per thread stays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace heddle::runtime {

/// What __cxa_get_globals() points to (Itanium C++ ABI, exception handling, 2.2.2).
struct exceptions_in_flight {
  void* caught;
  unsigned uncaught;
};

struct thread_block {
  std::uintptr_t fs_base = 0;
  std::byte* locals = nullptr;  // the executable's thread-local segment in this block
  exceptions_in_flight* exceptions = nullptr;
  int* error_number = nullptr;
};

/// The FS base of the running thread.
inline std::uintptr_t fs_base() {
  std::uintptr_t base;
  asm volatile("movq %%fs:0, %0" : "=r"(base));
  return base;
}

/// Whether processor and kernel let a program write its FS base without a system call.
bool has_wrfsbase();

/// Sets the FS base by any means that works here. Only for functions that use no thread-local
/// variable afterwards: a compiler may have kept its address.
void set_fs_base(std::uintptr_t base);

class thread_block_table {
 public:
  static constexpr int slots = 256;

  /// Makes the calling thread the owner of slot 0, and reserves the addresses of the others.
  /// Throws std::runtime_error.
  void adopt_caller();

  /// Makes the block of a slot, once in the life of the process; libc allocates a little memory
  /// for it (calloc), on behalf of the thread of slot 0. Throws std::system_error.
  void create(int slot);

  const thread_block& operator[](int slot) const { return blocks_[slot]; }
  std::span<std::byte> locals(int slot) const {
    return {blocks_[slot].locals, blocks_[slot].locals == nullptr ? 0 : total_bytes_};
  }

  /// Thread-local storage as in a new thread; in slot 0, as in the last snapshot (without one,
  /// untouched).
  void reset(int slot) {
    if (slot == 0) return restore_main();
    const thread_block& block = blocks_[slot];
    copy(block.locals, image_, image_bytes_);
    clear(block.locals + image_bytes_, total_bytes_ - image_bytes_);
    *block.exceptions = {};
    *block.error_number = 0;
  }

  /// Remembers what thread-local storage of slot 0 holds now. Throws std::system_error.
  void snapshot_main();
  void restore_main();

 private:
  // In words, without the libc functions, which heddle replaces for the program and itself. The
  // empty asm keeps the compiler from recognising a memcpy or memset.
  using word = std::uint64_t __attribute__((may_alias, aligned(1)));
  static void copy(std::byte* to, const std::byte* from, std::size_t bytes) {
    std::size_t i = 0;
    for (; i + sizeof(word) <= bytes; i += sizeof(word)) {
      *reinterpret_cast<word*>(to + i) = *reinterpret_cast<const word*>(from + i);
      asm volatile("");
    }
    for (; i < bytes; ++i) {
      to[i] = from[i];
      asm volatile("");
    }
  }
  static void clear(std::byte* to, std::size_t bytes) {
    std::size_t i = 0;
    for (; i + sizeof(word) <= bytes; i += sizeof(word)) {
      *reinterpret_cast<word*>(to + i) = 0;
      asm volatile("");
    }
    for (; i < bytes; ++i) {
      to[i] = std::byte{0};
      asm volatile("");
    }
  }

  std::size_t find_segment();  // -> how long the stack of a parked thread is to be

  const std::byte* image_ = nullptr;  // the initial contents: image_bytes_, then zeros
  std::size_t image_bytes_ = 0;
  std::size_t total_bytes_ = 0;
  std::size_t offset_ = 0;         // the segment begins so far below the FS base
  std::size_t owner_stride_ = 0;   // of the stacks of the parked threads
  std::byte* snapshot_ = nullptr;  // of slot 0
  exceptions_in_flight snapshot_exceptions_ = {};
  int snapshot_error_number_ = 0;
  thread_block blocks_[slots] = {};
};

/// The one table of the process: parked threads cannot be taken back.
thread_block_table& thread_blocks();

}  // namespace heddle::runtime
