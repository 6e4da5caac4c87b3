// Binary relations over at most 64 events, as bit matrices: row(a) has bit b iff (a, b) is in the
// relation. The operators are those of relational algebra.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace heddle::testing {

using event_set = std::uint64_t;

class relation {
 public:
  explicit relation(std::size_t size) : size_(size) {
    for (std::size_t i = 0; i < size_; ++i) rows_[i] = 0;
  }
  relation(const relation& other) : size_(other.size_) {
    for (std::size_t i = 0; i < size_; ++i) rows_[i] = other.rows_[i];
  }
  relation& operator=(const relation& other) {
    size_ = other.size_;
    for (std::size_t i = 0; i < size_; ++i) rows_[i] = other.rows_[i];
    return *this;
  }

  static relation identity(std::size_t size, event_set of) {
    relation result(size);
    for (std::size_t i = 0; i < size; ++i) result.rows_[i] = of & (event_set{1} << i);
    return result;
  }

  std::size_t size() const { return size_; }
  event_set row(std::size_t a) const { return rows_[a]; }
  void add(std::size_t a, std::size_t b) { rows_[a] |= event_set{1} << b; }
  void add_all(std::size_t a, event_set b) { rows_[a] |= b; }
  void remove(std::size_t a, event_set b) { rows_[a] &= ~b; }

  relation& operator|=(const relation& other) {
    for (std::size_t i = 0; i < size_; ++i) rows_[i] |= other.rows_[i];
    return *this;
  }
  friend relation operator|(relation a, const relation& b) { return a |= b; }
  friend relation operator&(relation a, const relation& b) {
    for (std::size_t i = 0; i < a.size_; ++i) a.rows_[i] &= b.rows_[i];
    return a;
  }

  /// this ; next
  relation then(const relation& next) const {
    relation result(size_);
    for (std::size_t i = 0; i < size_; ++i) {
      for (event_set rest = rows_[i]; rest != 0; rest &= rest - 1) {
        result.rows_[i] |= next.rows_[static_cast<unsigned>(std::countr_zero(rest))];
      }
    }
    return result;
  }

  relation inverse() const {
    relation result(size_);
    for (std::size_t i = 0; i < size_; ++i) {
      for (event_set rest = rows_[i]; rest != 0; rest &= rest - 1) {
        result.add(static_cast<unsigned>(std::countr_zero(rest)), i);
      }
    }
    return result;
  }

  /// Transitive closure (Warshall).
  relation closure() const {
    relation result = *this;
    for (std::size_t k = 0; k < size_; ++k) {
      const event_set through = result.rows_[k];
      if (through == 0) continue;
      for (std::size_t i = 0; i < size_; ++i) {
        result.rows_[i] |= through & (0 - ((result.rows_[i] >> k) & 1));
      }
    }
    return result;
  }

  /// [left] ; this ; [right]
  relation between(event_set left, event_set right) const {
    relation result(size_);
    for (std::size_t i = 0; i < size_; ++i) {
      result.rows_[i] = ((left >> i) & 1) != 0 ? rows_[i] & right : 0;
    }
    return result;
  }

  bool empty() const {
    event_set any = 0;
    for (std::size_t i = 0; i < size_; ++i) any |= rows_[i];
    return any == 0;
  }
  bool irreflexive() const {
    event_set any = 0;
    for (std::size_t i = 0; i < size_; ++i) any |= (rows_[i] >> i) & 1;
    return any == 0;
  }
  bool acyclic() const { return closure().irreflexive(); }

 private:
  std::size_t size_;
  std::array<event_set, 64> rows_;
};

}  // namespace heddle::testing
