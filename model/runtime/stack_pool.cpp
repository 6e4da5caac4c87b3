#include "model/runtime/stack_pool.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "model/program/check_that.hpp"
#include "model/runtime/address_space.hpp"
#include "model/runtime/raw_system_call.hpp"

namespace heddle::runtime {
namespace {

constexpr std::size_t page_bytes = 4096;

std::size_t whole_pages(std::size_t bytes) {
  return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

}  // namespace

stack_pool::stack_pool(std::size_t stack_bytes, std::size_t guard_bytes, std::uintptr_t base)
    : base_(base),
      guard_(whole_pages(guard_bytes)),
      stack_(whole_pages(stack_bytes)),
      stride_(guard_ + stack_) {
  check_that(guard_ > 0 && stack_ >= 4 * page_bytes, "a stack has a guard and at least 16 KiB");
  const long bytes = static_cast<long>(slots * stride_);
  const long got = raw_system_call(
      SYS_mmap, static_cast<long>(base), bytes, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE | MAP_STACK, -1, 0);
  if (got == static_cast<long>(base)) return;
  // A kernel older than MAP_FIXED_NOREPLACE takes the address for a hint and answers another.
  if (!is_error(got)) raw_system_call(SYS_munmap, got, bytes);
  refuse_addresses(base, static_cast<std::size_t>(bytes), "the stacks of the program's threads",
                   is_error(got) ? static_cast<int>(-got) : EEXIST);
}

stack_pool::~stack_pool() {
  raw_system_call(SYS_munmap, static_cast<long>(base_), static_cast<long>(slots * stride_));
}

void stack_pool::open(int slot) {
  if (open_[slot]) return;
  const std::span<std::byte> stack = stack_of(slot);
  const long result = raw_system_call(SYS_mprotect, as_argument(stack.data()),
                                      static_cast<long>(stack.size()), PROT_READ | PROT_WRITE);
  if (is_error(result)) {
    throw std::system_error(static_cast<int>(-result), std::generic_category(),
                            "heddle cannot make a stack of " + std::to_string(stack.size()) +
                                " bytes for thread " + std::to_string(slot) + " of the program");
  }
  open_[slot] = true;
}

}  // namespace heddle::runtime
