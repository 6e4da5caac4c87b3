#include "model/runtime/shadow.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "model/runtime/raw_system_call.hpp"

namespace heddle::runtime {

void broken_invariant(const char* sentence) noexcept {
  const char prefix[] = "heddle: internal inconsistency: ";
  // The process ends here: a failed write changes nothing.
  [[maybe_unused]] auto a = ::write(STDERR_FILENO, prefix, sizeof prefix - 1);
  [[maybe_unused]] auto b = ::write(STDERR_FILENO, sentence, std::strlen(sentence));
  [[maybe_unused]] auto c = ::write(STDERR_FILENO, "\n", 1);
  __builtin_trap();
}

void* map_pages(std::size_t bytes) noexcept {
  // Not the program's mmap, even where the program's own access asks for the pages.
  const long pages = raw_system_call(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return pages < 0 && pages > -4096 ? nullptr : reinterpret_cast<void*>(pages);
}

shadow_memory::shadow_memory(std::uint32_t first_epoch)
    : epoch_(first_epoch), root_(static_cast<table**>(map_pages(table_entries * sizeof(table*)))) {
  if (root_ == nullptr) broken_invariant("no memory for the root of the shadow memory");
  if (epoch_ == 0) broken_invariant("epoch 0 is that of cells which were never opened");
}

shadow_memory::~shadow_memory() {
  for (std::size_t i = 0; i < table_entries; ++i) {
    if (root_[i] == nullptr) continue;
    for (page* p : root_[i]->pages) {
      if (p != nullptr) ::munmap(p, sizeof(page));
    }
    ::munmap(root_[i], sizeof(table));
  }
  ::munmap(root_, table_entries * sizeof(table*));
}

void shadow_memory::new_execution() {
  if (++epoch_ != 0) [[likely]]
    return;
  clear_all_pages();
  epoch_ = 1;
}

shadow_cell* shadow_memory::find_uncached(std::uintptr_t address) {
  if (!is_user_address(address)) return nullptr;
  table*& pages = root_[address >> 32];
  if (pages == nullptr) pages = static_cast<table*>(map_pages(sizeof(table)));
  if (pages == nullptr) return nullptr;
  page*& found = pages->pages[(address >> page_bits) % table_entries];
  if (found == nullptr) found = static_cast<page*>(map_pages(sizeof(page)));
  if (found == nullptr) return nullptr;
  cache_[cache_index(address)] = {address >> page_bits, found};
  return &found->cells[cell_index(address)];
}

shadow_memory::page* shadow_memory::existing_page_uncached(std::uintptr_t address) const {
  if (!is_user_address(address)) return nullptr;
  const table* pages = root_[address >> 32];
  return pages == nullptr ? nullptr : pages->pages[(address >> page_bits) % table_entries];
}

void shadow_memory::clear_all_pages() {
  for (std::size_t i = 0; i < table_entries; ++i) {
    if (root_[i] == nullptr) continue;
    for (page* p : root_[i]->pages) {
      if (p != nullptr && ::madvise(p, sizeof(page), MADV_DONTNEED) != 0) {
        broken_invariant("the kernel does not give shadow pages back");
      }
    }
  }
}

}  // namespace heddle::runtime
