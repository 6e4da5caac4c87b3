#include "model/runtime/own_memory.hpp"

#include <cstdint>

#include "model/program/check_that.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* p);
}

namespace heddle::runtime {
namespace {

/// A set of addresses: open addressing, half empty at least. It cannot use what it is made for.
class address_set {
 public:
  void insert(const void* p) {
    if (2 * (used_ + 1) > capacity_) grow();
    put(reinterpret_cast<std::uintptr_t>(p));
  }

  /// Whether it was there.
  bool erase(const void* p) {
    if (capacity_ == 0) return false;
    const auto wanted = reinterpret_cast<std::uintptr_t>(p);
    std::size_t at = home_of(wanted);
    while (slots_[at] != wanted) {
      if (slots_[at] == 0) return false;
      at = next(at);
    }
    slots_[at] = 0;
    --used_;
    // Those behind it may have had to step over it.
    for (at = next(at); slots_[at] != 0; at = next(at)) {
      const std::uintptr_t moved = slots_[at];
      slots_[at] = 0;
      --used_;
      put(moved);
    }
    return true;
  }

 private:
  std::size_t home_of(std::uintptr_t address) const {
    return address * 0x9e3779b97f4a7c15 >> 20 & (capacity_ - 1);
  }
  std::size_t next(std::size_t at) const { return (at + 1) & (capacity_ - 1); }

  void put(std::uintptr_t address) {
    std::size_t at = home_of(address);
    while (slots_[at] != 0) at = next(at);
    slots_[at] = address;
    ++used_;
  }

  void grow() {
    std::uintptr_t* const old = slots_;
    const std::size_t old_capacity = capacity_;
    capacity_ = old_capacity == 0 ? 1024 : 2 * old_capacity;
    slots_ = static_cast<std::uintptr_t*>(__libc_calloc(capacity_, sizeof *slots_));
    check_that(slots_ != nullptr, "there is memory for heddle's books");
    used_ = 0;
    for (std::size_t i = 0; i < old_capacity; ++i) {
      if (old[i] != 0) put(old[i]);
    }
    __libc_free(old);
  }

  std::uintptr_t* slots_ = nullptr;
  std::size_t capacity_ = 0;  // a power of two, or 0
  std::size_t used_ = 0;
};

constinit address_set books;

bool program_has_operators() {
  return heddle_visible_new != heddle_usual_new || heddle_visible_delete != heddle_usual_delete;
}

}  // namespace

void* allocate_own(std::size_t size, std::size_t alignment) {
  void* const made = alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__
                         ? __libc_malloc(size)
                         : __libc_memalign(alignment, size);
  if (made != nullptr && program_has_operators()) books.insert(made);
  return made;
}

void release_own(void* p) noexcept {
  if (p == nullptr) return;
  if (!program_has_operators() || books.erase(p)) return __libc_free(p);
  heddle_visible_delete(p);
}

}  // namespace heddle::runtime
