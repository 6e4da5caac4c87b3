// Memory that libc asks for on its own behalf while the program runs. It is libc's business, except
// that some of it is handed to the program to free (asprintf, getline, realpath, …): so the blocks
// of the running execution are remembered, the last thousand of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::runtime {

/// Whether the return address lies in libc or in the dynamic loader.
bool is_libc_code(std::uintptr_t pc);

class libc_block_list {
 public:
  void new_execution() { used_ = 0; }

  void remember(void* p) {
    blocks_[next_] = p;
    next_ = (next_ + 1) % limit;
    if (used_ < limit) ++used_;
  }

  /// Whether the block was remembered; it is forgotten then. O(1) for one of the last few.
  bool take(const void* p) {
    for (std::size_t back = 1; back <= used_; ++back) {
      void*& found = blocks_[(next_ + limit - back) % limit];
      if (found != p) continue;
      found = nullptr;
      return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t limit = 1024;
  void* blocks_[limit] = {};
  std::size_t next_ = 0;
  std::size_t used_ = 0;
};

extern constinit libc_block_list libc_blocks;

}  // namespace heddle::runtime
