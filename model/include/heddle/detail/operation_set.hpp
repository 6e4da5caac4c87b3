// A set of operations, each by its number: what has been put in order so far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::detail {

class operation_set {
 public:
  explicit operation_set(std::size_t size) : words_((size + 63) / 64) {}

  void insert(std::size_t i) { words_[i / 64] |= bit(i); }
  bool contains(std::size_t i) const { return (words_[i / 64] & bit(i)) != 0; }
  bool includes(const operation_set& other) const {
    for (std::size_t w = 0; w < words_.size(); ++w) {
      if ((other.words_[w] & ~words_[w]) != 0) return false;
    }
    return true;
  }
  std::size_t hash() const {
    std::uint64_t mixed = 0;
    for (const std::uint64_t word : words_) mixed = (mixed ^ word) * 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(mixed ^ mixed >> 32);
  }
  bool operator==(const operation_set&) const = default;

 private:
  static std::uint64_t bit(std::size_t i) { return std::uint64_t{1} << i % 64; }

  std::vector<std::uint64_t> words_;
};

}  // namespace heddle::detail
