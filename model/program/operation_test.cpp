#include "model/program/operation.hpp"

#include <gtest/gtest.h>

namespace heddle {
namespace {

constexpr std::uint64_t all_ones = ~std::uint64_t{0};

std::uint64_t low_of(modification modify, std::uint64_t old, std::uint64_t operand,
                     std::uint8_t size) {
  const value result = apply(modify, {old, 0}, {operand, 0}, size);
  EXPECT_EQ(result.high, 0u);
  return result.low;
}

TEST(apply, wraps_at_the_size_of_the_object) {
  EXPECT_EQ(low_of(modification::add, 0xff, 1, 1), 0u);
  EXPECT_EQ(low_of(modification::add, 0xff, 1, 2), 0x100u);
  EXPECT_EQ(low_of(modification::add, 0xffff, 2, 2), 1u);
  EXPECT_EQ(low_of(modification::add, 0xffffffff, 3, 4), 2u);
  EXPECT_EQ(low_of(modification::add, all_ones, 4, 8), 3u);
  EXPECT_EQ(low_of(modification::subtract, 0, 1, 1), 0xffu);
  EXPECT_EQ(low_of(modification::subtract, 0, 1, 4), 0xffffffffu);
  EXPECT_EQ(low_of(modification::subtract, 0, 1, 8), all_ones);
  EXPECT_EQ(low_of(modification::bit_nand, 0xf0, 0x30, 1), 0xcfu);
  EXPECT_EQ(low_of(modification::exchange, 7, 0x1234, 1), 0x34u);
}

TEST(apply, computes_each_modification) {
  EXPECT_EQ(low_of(modification::exchange, 12, 10, 4), 10u);
  EXPECT_EQ(low_of(modification::add, 12, 10, 4), 22u);
  EXPECT_EQ(low_of(modification::subtract, 12, 10, 4), 2u);
  EXPECT_EQ(low_of(modification::bit_and, 12, 10, 4), 8u);
  EXPECT_EQ(low_of(modification::bit_or, 12, 10, 4), 14u);
  EXPECT_EQ(low_of(modification::bit_xor, 12, 10, 4), 6u);
  EXPECT_EQ(low_of(modification::bit_nand, 12, 10, 4), 0xfffffff7u);
  EXPECT_EQ(low_of(modification::maximum, 12, 10, 4), 12u);
  EXPECT_EQ(low_of(modification::maximum, 10, 12, 4), 12u);
  EXPECT_EQ(low_of(modification::minimum, 12, 10, 4), 10u);
  EXPECT_EQ(low_of(modification::minimum, 10, 12, 4), 10u);
}

TEST(apply, carries_between_the_halves_of_sixteen_bytes) {
  EXPECT_EQ(apply(modification::add, {all_ones, 1}, {1, 0}, 16), (value{0, 2}));
  EXPECT_EQ(apply(modification::subtract, {0, 1}, {1, 0}, 16), (value{all_ones, 0}));
  EXPECT_EQ(apply(modification::add, {all_ones, all_ones}, {1, 0}, 16), (value{0, 0}));
  EXPECT_EQ(apply(modification::bit_xor, {1, 2}, {3, 4}, 16), (value{2, 6}));
  EXPECT_EQ(apply(modification::maximum, {0, 1}, {all_ones, 0}, 16), (value{0, 1}));
  EXPECT_EQ(apply(modification::exchange, {1, 2}, {3, 4}, 16), (value{3, 4}));
}

TEST(satisfies, compares_without_sign) {
  struct row {
    wait_condition wait;
    bool less, same, more;  // of the value -1 or 5 or 7, awaited with operand 5, 5, 5
  };
  for (const auto& [wait, less, same, more] :
       {row{wait_condition::none, true, true, true}, row{wait_condition::equal, false, true, false},
        row{wait_condition::not_equal, true, false, true},
        row{wait_condition::greater, false, false, true},
        row{wait_condition::greater_equal, false, true, true},
        row{wait_condition::less, true, false, false},
        row{wait_condition::less_equal, true, true, false}}) {
    SCOPED_TRACE(static_cast<int>(wait));
    EXPECT_EQ(satisfies(wait, {4, 0}, 5), less);
    EXPECT_EQ(satisfies(wait, {5, 0}, 5), same);
    EXPECT_EQ(satisfies(wait, {all_ones, 0}, 5), more);
  }
}

TEST(memory_order, has_a_read_half_and_a_write_half) {
  using enum memory_order;
  EXPECT_EQ(read_half(acq_rel), acquire);
  EXPECT_EQ(write_half(acq_rel), release);
  EXPECT_EQ(read_half(release), relaxed);
  EXPECT_EQ(write_half(acquire), relaxed);
  EXPECT_EQ(read_half(seq_cst), seq_cst);
  EXPECT_EQ(write_half(seq_cst), seq_cst);
  EXPECT_TRUE(is_acquire(acquire) && is_acquire(acq_rel) && is_acquire(seq_cst));
  EXPECT_FALSE(is_acquire(release) || is_acquire(relaxed));
  EXPECT_TRUE(is_release(release) && is_release(acq_rel) && is_release(seq_cst));
  EXPECT_FALSE(is_release(acquire) || is_release(relaxed));
}

}  // namespace
}  // namespace heddle
