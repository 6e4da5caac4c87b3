// The litmus language: what it accepts, what it rejects, what its programs compute; and the tools
// around it.
#include <gtest/gtest.h>

#include "model/testing/emit_cpp.hpp"
#include "model/testing/litmus_code.hpp"
#include "model/testing/oracle.hpp"
#include "model/testing/random_program.hpp"
#include "model/testing/shrink.hpp"

namespace heddle::testing {
namespace {

/// Runs a thread without memory operations; the final value of register r.
std::int64_t result_of(const std::string& body) {
  const litmus_code code = compile("P0:\n" + body);
  const thread_code& thread = code.threads.front();
  std::vector<std::int64_t> registers = thread.initial_registers;
  const std::uint32_t stop = advance(thread, 0, registers.data());
  EXPECT_EQ(thread.instructions[stop].code, opcode::end);
  for (const auto& [name, index] : thread.names) {
    if (name == "r") return registers[index];
  }
  return 0;
}

TEST(litmus_language, computes_as_python_does) {
  EXPECT_EQ(result_of("  r = 1 + 2 * 3 - 4\n"), 3);
  EXPECT_EQ(result_of("  r = -7 // 2\n"), -4);
  EXPECT_EQ(result_of("  r = -7 % 3\n"), 2);
  EXPECT_EQ(result_of("  r = 5 & 6 | 8 ^ 1\n"), (5 & 6) | (8 ^ 1));
  EXPECT_EQ(result_of("  r = 1 << 4 >> 1\n"), 8);
  EXPECT_EQ(result_of("  r = ~0\n"), -1);
  EXPECT_EQ(result_of("  r = 3 and 5\n"), 5);
  EXPECT_EQ(result_of("  r = 0 and 5\n"), 0);
  EXPECT_EQ(result_of("  r = 0 or 7\n"), 7);
  EXPECT_EQ(result_of("  r = not 3\n"), 0);
  EXPECT_EQ(result_of("  r = 4 if 1 > 2 else 6\n"), 6);
  EXPECT_EQ(result_of("  a = b = 4\n  r = a + b\n"), 8);
  EXPECT_EQ(result_of("  r += 3; r *= 4\n"), 12);
  EXPECT_EQ(result_of("  r = unknown\n"), 0);
}

TEST(litmus_language, controls_as_python_does) {
  EXPECT_EQ(result_of("  for i in range(5):\n    r += i\n"), 10);
  EXPECT_EQ(result_of("  for i in range(5, 0, -2):\n    r = r * 10 + i\n"), 531);
  EXPECT_EQ(result_of("  for i in range(9):\n    if i == 3: break\n    r += 1\n"), 3);
  EXPECT_EQ(result_of("  while r < 4:\n    r += 1\n"), 4);
  EXPECT_EQ(result_of("  if r: r = 1\n  elif r == 0: r = 2\n  else: r = 3\n"), 2);
  EXPECT_EQ(result_of("  r = 1\n  return\n  r = 2\n"), 1);
}

TEST(litmus_language, a_loop_beyond_its_bound_blocks) {
  const litmus_code code = compile("unroll: 3\nP0:\n  while 1:\n    r += 1\n");
  std::vector<std::int64_t> registers = code.threads[0].initial_registers;
  const std::uint32_t stop = advance(code.threads[0], 0, registers.data());
  EXPECT_EQ(code.threads[0].instructions[stop].code, opcode::block);
}

TEST(litmus_language, rejects_what_it_does_not_know) {
  for (const char* bad :
       {"", "P0:\n  x.load(relaxed)\n", "P0:\n  x.launch()\n", "P0:\n  x.store()\n",
        "P0:\n  r = \n", "P0:\n  if r\n    pass\n", "P0:\n  for i in 3:\n    pass\n",
        "P0:\n  r = 1 2\n", "P0:\n  r = $\n", "  x.load()\nP0:\n  pass\n", "init: x\nP0:\n  pass\n",
        "P0:\n  break\n", "P0:\n  a = 1 < 2 < 3\n", "P0:\n  r = launch()\n",
        "P0:\n  x.load()\n  x[1].load()\n", "P0:\n  pass\n    pass\n", "just words\n"}) {
    EXPECT_THROW(compile(bad), litmus_error) << bad;
  }
  EXPECT_THROW(enumerate(compile("P0:\n  i = 99\n  x[i].load()\n"), axiom_model::sc), litmus_error);
  EXPECT_THROW(result_of("  r = 1 // 0\n"), litmus_error);
}

TEST(litmus_language, names_the_line_of_an_error) {
  try {
    compile("name: t\nP0:\n  x.load()\n  x.launch()\n");
    FAIL();
  } catch (const litmus_error& error) {
    EXPECT_NE(std::string(error.what()).find("line 4"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("launch"), std::string::npos) << error.what();
  }
}

TEST(litmus_language, resolves_orders_and_operands) {
  const litmus_code code = compile(
      "init: x=3, a[2]=5\nP0:\n  r = x.cas(1, 2, acq_rel)\n  s = x.cas(1, 2, sc, rlx)\n"
      "  a[1].store(r + 1, rel)\n  m.lock()\n");
  const std::vector<access_site>& sites = code.threads[0].sites;
  ASSERT_EQ(sites.size(), 4u);
  EXPECT_EQ(sites[0].op.failure_order, memory_order::acquire);
  EXPECT_EQ(sites[1].op.order, memory_order::seq_cst);
  EXPECT_EQ(sites[1].op.failure_order, memory_order::relaxed);
  EXPECT_FALSE(sites[2].complete);
  EXPECT_EQ(code.locations[sites[2].op.location].name, "a[1]");
  EXPECT_EQ(code.locations[sites[2].op.location + 1].initial, 5);
  EXPECT_EQ(sites[3].op.kind, operation_kind::compare_exchange);
  EXPECT_EQ(sites[3].op.wait, wait_condition::equal);
}

TEST(random_programs, are_the_same_for_the_same_seed_and_vary) {
  std::unordered_set<std::string> texts;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const std::string text = random_program(seed);
    EXPECT_EQ(text, random_program(seed));
    EXPECT_NO_THROW(compile(text)) << text;
    texts.insert(text);
  }
  EXPECT_GT(texts.size(), 490u);
  std::string all;
  for (const std::string& text : texts) all += text;
  for (const char* feature :
       {".load(", ".store(", ".faa(", ".xchg(", ".cas(", ".casb(", "fence(sc)", "fence(acq_rel)",
        ".lock()", ".trylock()", ".await_", "choose(", "assume(", "assert ", "if ",
        "final:", "P3:", " + 1", "z."}) {
    EXPECT_NE(all.find(feature), std::string::npos) << feature;
  }
}

TEST(random_programs, respect_their_limits) {
  random_program_limits limits;
  limits.stops = limits.locks = false;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::string text = random_program(seed, limits);
    for (const char* feature : {"lock", "await", "choose", "assume", "assert"}) {
      EXPECT_EQ(text.find(feature), std::string::npos) << text;
    }
  }
}

TEST(shrinking, keeps_only_what_fails) {
  const std::string text =
      "P0:\n    x.store(1, rlx)\n    if r:\n        r = y.xchg(1, rlx)\n        y.load()\nP1:\n    "
      "x.load()\n";
  const auto has_exchange = [](const std::string& t) {
    return t.find("xchg") != std::string::npos;
  };
  EXPECT_EQ(shrink(text, has_exchange), "P0:\n    r = y.xchg(1, rlx)\n");
  EXPECT_EQ(shrink(text, [&](const std::string& t) { return t == text; }), text);
}

TEST(emitted_cpp, is_what_one_would_write) {
  const litmus_test test = parse_litmus(
      "init: x=2\nP0:\n  r0 = x.cas(0, 1, acq_rel, rlx)\n  m.lock()\n  if r0 == 2:\n"
      "    y.store(r0 + 1, rel)\n  m.unlock()\nP1:\n  fence(sc)\n  r0 = y.faa(1)\nfinal:\n"
      "  a = y.load(acq)\n  assert a < 9\n");
  ASSERT_EQ(why_not_cpp(test), "");
  EXPECT_EQ(emit_cpp(test, "sample"), R"(namespace litmus_sample {

[[maybe_unused]] static volatile std::atomic<long> x{2};
[[maybe_unused]] static volatile std::atomic<long> y{0};
static std::mutex m;

HEDDLE_CHECK(sample) {
  std::thread thread_P0([] {
    [[maybe_unused]] long r0 = 0;
    r0 = [&] { long seen = 0L; x.compare_exchange_strong(seen, 1L, std::memory_order_acq_rel, std::memory_order_relaxed); return seen; }();
    m.lock();
    if (static_cast<long>(r0 == 2L) != 0) {
      y.store((r0 + 1L), std::memory_order_release);
    }
    m.unlock();
  });
  std::thread thread_P1([] {
    [[maybe_unused]] long r0 = 0;
    std::atomic_thread_fence(std::memory_order_seq_cst);
    r0 = y.fetch_add(1L, std::memory_order_seq_cst);
  });
  thread_P0.join();
  thread_P1.join();
  [] {
    [[maybe_unused]] long a = 0;
    a = y.load(std::memory_order_acquire);
    heddle::require(static_cast<long>(a < 9L) != 0);
  }();
}

}  // namespace litmus_sample

)");
}

TEST(emitted_cpp, is_refused_where_cpp_has_no_equal) {
  for (const char* bad :
       {"P0:\n  x.await_eq(1)\n", "P0:\n  assume(0)\n", "P0:\n  r = choose(0, 1)\n",
        "P0:\n  r = x.load() + y.load()\n", "P0:\n  x.load(rel)\n",
        "P0:\n  m.lock()\n  m.store(1)\n", "P0:\n  x.fmax(1)\n", "P0:\n  while r:\n    pass\n",
        "P0:\n  x = x.load()\n"}) {
    EXPECT_NE(why_not_cpp(parse_litmus(bad)), "") << bad;
    EXPECT_THROW(emit_cpp(parse_litmus(bad), "bad"), litmus_error) << bad;
  }
}

}  // namespace
}  // namespace heddle::testing
