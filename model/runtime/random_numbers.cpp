// rand, random, drand48, getrandom, arc4random, std::random_device: inside the program each thread
// has sequences of its own, see random_state.hpp, so that a replay gets the same numbers whatever
// the threads did meanwhile. Generators whose whole state is an argument (rand_r, erand48, …) are
// the C library's: heddle only sees that they write it. Those that keep their state in a buffer
// that somebody has installed are still refused (unsupported_calls.S).
#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "model/runtime/engine.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

/// Calls use(state) with the random state of the running thread. A loop that draws goes on.
template <typename Use>
auto with_state(const Use& use) {
  engine::visit v;
  v.e.effect();
  return use(v.e.self().random);
}

std::uint32_t draw_outside() {
  return with_state([](random_state& s) { return static_cast<std::uint32_t>(s.draw_outside()); });
}

int draw_program() {
  return with_state([](random_state& s) { return static_cast<int>(s.draw_program() >> 33); });
}

void seed_program(unsigned seed) {
  with_state([seed](random_state& s) { s.seed_program(seed); });
}

std::uint64_t draw_congruence() {
  return with_state([](random_state& s) { return s.draw_congruence(); });
}

/// The program's memory is written by heddle or the C library on its behalf.
void announce_write(void* memory, std::size_t bytes, const void* caller) {
  engine::current()->plain(reinterpret_cast<std::uintptr_t>(memory), bytes, true,
                           reinterpret_cast<std::uintptr_t>(caller));
}

void fill(void* memory, std::size_t bytes, const void* caller) {
  announce_write(memory, bytes, caller);
  auto* const out = static_cast<unsigned char*>(memory);
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    if (i % sizeof word == 0) word = draw_outside();
    out[i] = static_cast<unsigned char>(word >> i % sizeof word * 8);
  }
}

/// Below `bound`, each number equally often.
std::uint32_t draw_below(std::uint32_t bound) {
  if (bound < 2) return 0;
  const std::uint32_t uneven = -bound % bound;  // 2^32 mod bound
  for (;;) {
    const std::uint32_t drawn = draw_outside();
    if (drawn >= uneven) return drawn % bound;
  }
}

constinit real_function<int()> real_rand{"rand"};
constinit real_function<void(unsigned)> real_srand{"srand"};
constinit real_function<int(unsigned*)> real_rand_r{"rand_r"};
constinit real_function<long()> real_random{"random"};
constinit real_function<void(unsigned)> real_srandom{"srandom"};
constinit real_function<double()> real_drand48{"drand48"};
constinit real_function<long()> real_lrand48{"lrand48"};
constinit real_function<long()> real_mrand48{"mrand48"};
constinit real_function<void(long)> real_srand48{"srand48"};
constinit real_function<double(unsigned short*)> real_erand48{"erand48"};
constinit real_function<long(unsigned short*)> real_nrand48{"nrand48"};
constinit real_function<long(unsigned short*)> real_jrand48{"jrand48"};
constinit real_function<ssize_t(void*, size_t, unsigned)> real_getrandom{"getrandom"};
constinit real_function<int(void*, size_t)> real_getentropy{"getentropy"};
constinit real_function<std::uint32_t()> real_arc4random{"arc4random"};
constinit real_function<void(void*, size_t)> real_arc4random_buf{"arc4random_buf"};
constinit real_function<std::uint32_t(std::uint32_t)> real_arc4random_uniform{"arc4random_uniform"};
constinit real_function<unsigned(void*)> real_device{"_ZNSt13random_device9_M_getvalEv"};
constinit real_function<unsigned(void*)> real_old_device{
    "_ZNSt13random_device16_M_getval_pretr1Ev"};

constexpr std::size_t state48_bytes = 3 * sizeof(unsigned short);

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int rand() noexcept { return engine::inside() ? draw_program() : real_rand(); }
void srand(unsigned seed) noexcept { engine::inside() ? seed_program(seed) : real_srand(seed); }
long random() noexcept { return engine::inside() ? draw_program() : real_random(); }
void srandom(unsigned seed) noexcept { engine::inside() ? seed_program(seed) : real_srandom(seed); }

int rand_r(unsigned* seed) noexcept {
  if (engine::inside()) announce_write(seed, sizeof *seed, __builtin_return_address(0));
  return real_rand_r(seed);
}

double drand48() noexcept {
  constexpr double modulus = static_cast<double>(std::uint64_t{1} << 48);
  return engine::inside() ? static_cast<double>(draw_congruence()) / modulus : real_drand48();
}
long lrand48() noexcept {
  return engine::inside() ? static_cast<long>(draw_congruence() >> 17) : real_lrand48();
}
long mrand48() noexcept {
  if (!engine::inside()) return real_mrand48();
  return static_cast<std::int32_t>(draw_congruence() >> 16);
}
void srand48(long seed) noexcept {
  if (!engine::inside()) return real_srand48(seed);
  with_state([seed](random_state& s) { s.seed_congruence(seed); });
}
double erand48(unsigned short state[3]) noexcept {
  if (engine::inside()) announce_write(state, state48_bytes, __builtin_return_address(0));
  return real_erand48(state);
}
long nrand48(unsigned short state[3]) noexcept {
  if (engine::inside()) announce_write(state, state48_bytes, __builtin_return_address(0));
  return real_nrand48(state);
}
long jrand48(unsigned short state[3]) noexcept {
  if (engine::inside()) announce_write(state, state48_bytes, __builtin_return_address(0));
  return real_jrand48(state);
}

ssize_t getrandom(void* memory, size_t bytes, unsigned flags) {
  if (!engine::inside()) return real_getrandom(memory, bytes, flags);
  fill(memory, bytes, __builtin_return_address(0));
  return static_cast<ssize_t>(bytes);
}
int getentropy(void* memory, size_t bytes) {
  if (!engine::inside()) return real_getentropy(memory, bytes);
  if (bytes > 256) {
    errno = EIO;
    return -1;
  }
  fill(memory, bytes, __builtin_return_address(0));
  return 0;
}
std::uint32_t arc4random() noexcept {
  return engine::inside() ? draw_outside() : real_arc4random();
}
void arc4random_buf(void* memory, size_t bytes) noexcept {
  if (!engine::inside()) return real_arc4random_buf(memory, bytes);
  fill(memory, bytes, __builtin_return_address(0));
}
std::uint32_t arc4random_uniform(std::uint32_t bound) noexcept {
  return engine::inside() ? draw_below(bound) : real_arc4random_uniform(bound);
}

unsigned heddle_random_device(void* device) asm("_ZNSt13random_device9_M_getvalEv");
unsigned heddle_random_device(void* device) {
  return engine::inside() ? draw_outside() : real_device(device);
}
unsigned heddle_old_random_device(void* device) asm("_ZNSt13random_device16_M_getval_pretr1Ev");
unsigned heddle_old_random_device(void* device) {
  return engine::inside() ? draw_outside() : real_old_device(device);
}

}  // extern "C"
