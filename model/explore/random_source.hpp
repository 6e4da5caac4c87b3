// Random numbers for the random schedulers: the same on every machine, with every compiler and
// library. Counter-based: number i of stream s of a seed is a function of (seed, s, i), so that
// every execution has its own stream and does not depend on how many numbers others took.
// The function is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
// OOPSLA 2014).
#pragma once

#include <cstdint>

namespace heddle {

class random_source {
 public:
  random_source(std::uint64_t seed, std::uint64_t stream)
      : start_(mix(mix(seed + step) ^ (stream * step))) {}

  std::uint64_t next() { return mix(start_ + ++taken_ * step); }

  /// From 0 to n - 1, for n > 0. None is more likely than another by more than n / 2⁶⁴.
  std::uint64_t below(std::uint64_t n) {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * n) >> 64);
  }

  /// True in `percent` of 100 calls.
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  static constexpr std::uint64_t step = 0x9e3779b97f4a7c15;

  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  std::uint64_t start_;
  std::uint64_t taken_ = 0;
};

}  // namespace heddle
