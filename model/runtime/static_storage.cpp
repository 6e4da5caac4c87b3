#include "model/runtime/static_storage.hpp"

#include <link.h>

namespace heddle::runtime {
namespace {

using word = std::uint64_t __attribute__((may_alias));

struct segment {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

/// The executable comes first. Its writable segments lie together; the part that the loader makes
/// read-only again (relro) is never written.
int find_writable(dl_phdr_info* info, std::size_t, void* result) {
  auto& found = *static_cast<segment*>(result);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || !(header.p_flags & PF_W)) continue;
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (found.begin == 0 || begin < found.begin) found.begin = begin;
    if (end > found.end) found.end = end;
  }
  return 1;
}

}  // namespace

static_storage::static_storage() {
  segment found;
  dl_iterate_phdr(find_writable, &found);
  begin_ = found.begin & ~std::uintptr_t{7};
  bytes_ = ((found.end + 7) & ~std::uintptr_t{7}) - begin_;
  saved_in_.resize(bytes_ / 8);
}

void static_storage::save(std::uintptr_t address, std::size_t size) {
  const std::size_t last = (address + size - 1 - begin_) / 8;
  for (std::size_t g = (address - begin_) / 8; g <= last && g < saved_in_.size(); ++g) {
    if (saved_in_[g] == execution_) continue;
    saved_in_[g] = execution_;
    const std::uintptr_t at = begin_ + 8 * g;
    log_.push_back({at, *reinterpret_cast<const word*>(at)});
  }
}

void static_storage::restore() {
  for (const saved& entry : log_) *reinterpret_cast<word*>(entry.address) = entry.word;
  log_.clear();
  if (++execution_ == 0) {
    saved_in_.assign(saved_in_.size(), 0);
    execution_ = 1;
  }
}

}  // namespace heddle::runtime
