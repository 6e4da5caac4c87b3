// Where a thread's random numbers come from. They are the same in every execution and whatever the
// other threads do: each thread has sequences of its own, which follow from the option --seed, from
// what it has drawn and seeded itself, and from those of its creator when it was created.
#pragma once

#include <cstdint>

namespace heddle::runtime {

struct random_state {
  std::uint64_t program = 0;     // of rand() and random(), which srand() begins anew
  std::uint64_t outside = 0;     // of what nobody can seed: random_device, getrandom, arc4random
  std::uint64_t congruence = 0;  // of drand48() and its kin: 48 bits

  void begin(std::uint64_t seed) {
    program = mix(seed ^ 1);
    outside = mix(seed ^ 2);
    congruence = mix(seed ^ 3) & mask48;
  }

  /// From now on that of a thread whose creator it was.
  void become(unsigned thread) {
    program = mix(program + thread);
    outside = mix(outside + thread);
    congruence = mix(congruence + thread) & mask48;
  }

  void seed_program(std::uint64_t seed) { program = mix(seed); }
  std::uint64_t draw_program() { return draw(program); }
  std::uint64_t draw_outside() { return draw(outside); }

  /// POSIX, drand48: X' = (5DEECE66D X + B) mod 2^48, and srand48 sets the upper 32 bits.
  void seed_congruence(long seed) {
    congruence = (static_cast<std::uint64_t>(seed) << 16 | 0x330e) & mask48;
  }
  std::uint64_t draw_congruence() { return congruence = (congruence * 0x5deece66d + 0xb) & mask48; }

  static constexpr std::uint64_t mask48 = (std::uint64_t{1} << 48) - 1;

 private:
  /// Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014: splitmix64.
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  static std::uint64_t draw(std::uint64_t& state) { return mix(state += 0x9e3779b97f4a7c15); }
};

}  // namespace heddle::runtime
