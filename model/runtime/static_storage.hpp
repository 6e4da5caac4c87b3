// Globals start fresh in each execution: what the program wrote to the static storage of its
// executable is put back when the execution ends. Each granule is saved at its first write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heddle::runtime {

class static_storage {
 public:
  /// Finds the writable segments of the executable.
  static_storage();

  /// The program is about to write [address, address + size).
  void about_to_write(std::uintptr_t address, std::size_t size) {
    if (address - begin_ < bytes_) save(address, size);
  }
  bool contains(std::uintptr_t address) const { return address - begin_ < bytes_; }
  std::span<const std::byte> range() const {
    return {reinterpret_cast<const std::byte*>(begin_), bytes_};
  }

  /// Puts everything back.
  void restore();

 private:
  struct saved {
    std::uintptr_t address;
    std::uint64_t word;
  };
  void save(std::uintptr_t address, std::size_t size);

  std::uintptr_t begin_ = 0;
  std::size_t bytes_ = 0;
  std::vector<std::uint32_t> saved_in_;  // by granule: the execution that saved it
  std::vector<saved> log_;
  std::uint32_t execution_ = 1;
};

}  // namespace heddle::runtime
