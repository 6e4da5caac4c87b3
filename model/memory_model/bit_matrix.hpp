// A relation on 0 … n-1 as a matrix of bits, with the operations of relation algebra.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle {

class bit_matrix {
 public:
  explicit bit_matrix(std::size_t n) : n_(n), words_((n + 63) / 64), bits_(n * words_, 0) {}

  std::size_t size() const { return n_; }
  bool test(std::size_t a, std::size_t b) const { return row(a)[b / 64] >> (b % 64) & 1; }
  void set(std::size_t a, std::size_t b) { row(a)[b / 64] |= std::uint64_t{1} << (b % 64); }

  bit_matrix& operator|=(const bit_matrix& other) {
    for (std::size_t i = 0; i < bits_.size(); ++i) bits_[i] |= other.bits_[i];
    return *this;
  }
  friend bit_matrix operator|(bit_matrix a, const bit_matrix& b) { return a |= b; }

  /// a ; b: pairs (x, z) with a(x, y) and b(y, z) for some y.
  friend bit_matrix compose(const bit_matrix& a, const bit_matrix& b) {
    bit_matrix result(a.n_);
    for (std::size_t x = 0; x < a.n_; ++x) {
      for (std::size_t y = 0; y < a.n_; ++y) {
        if (a.test(x, y)) result.merge(x, b, y);
      }
    }
    return result;
  }

  bool acyclic() const {
    bit_matrix closure = *this;
    for (std::size_t k = 0; k < n_; ++k) {
      for (std::size_t i = 0; i < n_; ++i) {
        if (closure.test(i, k)) closure.merge(i, closure, k);
      }
    }
    for (std::size_t i = 0; i < n_; ++i) {
      if (closure.test(i, i)) return false;
    }
    return true;
  }

 private:
  std::uint64_t* row(std::size_t a) { return &bits_[a * words_]; }
  const std::uint64_t* row(std::size_t a) const { return &bits_[a * words_]; }
  void merge(std::size_t into, const bit_matrix& other, std::size_t from) {
    for (std::size_t w = 0; w < words_; ++w) row(into)[w] |= other.row(from)[w];
  }

  std::size_t n_;
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace heddle
