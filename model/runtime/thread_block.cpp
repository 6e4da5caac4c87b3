#include "model/runtime/thread_block.hpp"

#include <asm/prctl.h>
#include <cxxabi.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

#include "model/program/check_that.hpp"
#include "model/runtime/address_space.hpp"
#include "model/runtime/raw_system_call.hpp"
#include "model/runtime/real_thread.hpp"

namespace heddle::runtime {
namespace {

// The stacks of the parked threads: thread-local blocks lie at their tops.
constexpr std::uintptr_t owners_base = 0x2100'0000'0000;

// What a parked thread needs beside the thread-local segments: its descriptor (2.5 KiB), libc's
// reserve for libraries loaded later, the minimum that libc insists on, and its few frames.
constexpr std::size_t owner_bytes = 64 << 10;

constexpr unsigned long hwcap2_fsgsbase = 2;

constinit thread_block_table table;

struct newcomer {
  thread_block* block;
  std::uint32_t ready;
};

void fill_in(thread_block& block) {
  block.exceptions = reinterpret_cast<exceptions_in_flight*>(abi::__cxa_get_globals());
  block.error_number = &errno;
  block.fs_base = fs_base();
}

void* park(void* argument) {
  auto* const self = static_cast<newcomer*>(argument);
  fill_in(*self->block);
  // Once `ready` is seen the newcomer may be gone; its address is still good for the wake-up.
  std::atomic_ref(self->ready).store(1, std::memory_order_release);
  futex_wake(&self->ready);
  const std::uint32_t parked = 0;
  for (;;) futex_wait(&parked, 0);
}

// Out of line, so that nothing thread-local is remembered across a change of the FS base.
[[gnu::noinline]] int start_owner(newcomer& self, std::span<std::byte> stack) {
  const int failed = start_real_thread(&park, &self, stack);
  if (failed != 0) return failed;
  while (std::atomic_ref(self.ready).load(std::memory_order_acquire) == 0) {
    futex_wait(&self.ready, 0);
  }
  return 0;
}

struct segments {
  const std::byte* image = nullptr;
  const std::byte* here = nullptr;
  std::size_t image_bytes = 0;
  std::size_t bytes = 0;
  std::size_t bytes_of_all_modules = 0;
  bool first = true;
};

int visit_module(dl_phdr_info* module, std::size_t, void* argument) {
  auto& found = *static_cast<segments*>(argument);
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_TLS) continue;
    found.bytes_of_all_modules += header.p_memsz + header.p_align;
    if (!found.first) continue;  // the executable comes first
    found.image = reinterpret_cast<const std::byte*>(module->dlpi_addr + header.p_vaddr);
    found.here = static_cast<const std::byte*>(module->dlpi_tls_data);
    found.image_bytes = header.p_filesz;
    found.bytes = header.p_memsz;
  }
  found.first = false;
  return 0;
}

}  // namespace

thread_block_table& thread_blocks() { return table; }

bool has_wrfsbase() { return (getauxval(AT_HWCAP2) & hwcap2_fsgsbase) != 0; }

void set_fs_base(std::uintptr_t base) {
  raw_system_call(SYS_arch_prctl, ARCH_SET_FS, static_cast<long>(base));
}

std::size_t thread_block_table::find_segment() {
  segments found;
  dl_iterate_phdr(&visit_module, &found);
  check_that(found.bytes == 0 || found.here != nullptr, "the executable's segment is in place");
  image_ = found.image;
  image_bytes_ = found.image_bytes;
  total_bytes_ = found.bytes;
  if (found.bytes != 0) {
    offset_ = blocks_[0].fs_base - reinterpret_cast<std::uintptr_t>(found.here);
    blocks_[0].locals = reinterpret_cast<std::byte*>(blocks_[0].fs_base - offset_);
  }
  return (found.bytes_of_all_modules + 2 * owner_bytes - 1) / owner_bytes * owner_bytes;
}

void thread_block_table::adopt_caller() {
  fill_in(blocks_[0]);
  // Libraries that leave out atomics in a process of one thread must not: the program has many.
  __libc_single_threaded = 0;
  const std::size_t stride = find_segment();
  if (owner_stride_ != 0) return;
  const long bytes = static_cast<long>(slots * stride);
  const long got = raw_system_call(
      SYS_mmap, static_cast<long>(owners_base), bytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE | MAP_STACK, -1, 0);
  if (got != static_cast<long>(owners_base)) {
    if (!is_error(got)) raw_system_call(SYS_munmap, got, bytes);
    refuse_addresses(owners_base, static_cast<std::size_t>(bytes),
                     "the thread-local storage of the program's threads",
                     is_error(got) ? static_cast<int>(-got) : EEXIST);
  }
  owner_stride_ = stride;
}

void thread_block_table::create(int slot) {
  check_that(owner_stride_ != 0, "slot 0 has an owner");
  thread_block& block = blocks_[slot];
  if (block.fs_base != 0) return;
  // The tops differ in their cache sets, like those of the fibers' stacks (stack_pool.hpp).
  const std::size_t distance = static_cast<std::size_t>(slot * 9 % 64) * 64;
  const std::span<std::byte> stack(
      reinterpret_cast<std::byte*>(owners_base + static_cast<std::size_t>(slot) * owner_stride_),
      owner_stride_ - distance);
  newcomer self{&block, 0};
  const std::uintptr_t before = fs_base();
  set_fs_base(blocks_[0].fs_base);
  const int failed = start_owner(self, stack);
  set_fs_base(before);
  if (failed != 0) {
    throw std::system_error(failed, std::generic_category(),
                            "heddle cannot start a thread for the thread-local storage of "
                            "thread " +
                                std::to_string(slot) + " of the program");
  }
  if (total_bytes_ != 0) block.locals = reinterpret_cast<std::byte*>(block.fs_base - offset_);
}

void thread_block_table::snapshot_main() {
  if (snapshot_ == nullptr) {
    const long got = raw_system_call(SYS_mmap, 0, static_cast<long>(total_bytes_ + 1),
                                     PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (is_error(got)) {
      throw std::system_error(static_cast<int>(-got), std::generic_category(),
                              "heddle has no memory for a copy of thread-local storage");
    }
    snapshot_ = reinterpret_cast<std::byte*>(got);
  }
  copy(snapshot_, blocks_[0].locals, total_bytes_);
  snapshot_exceptions_ = *blocks_[0].exceptions;
  snapshot_error_number_ = *blocks_[0].error_number;
}

void thread_block_table::restore_main() {
  if (snapshot_ == nullptr) return;
  copy(blocks_[0].locals, snapshot_, total_bytes_);
  *blocks_[0].exceptions = snapshot_exceptions_;
  *blocks_[0].error_number = snapshot_error_number_;
}

}  // namespace heddle::runtime
