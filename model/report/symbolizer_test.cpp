// The real symbolizer, on addresses of this very binary.

#include "model/report/symbolizer.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "model/report/internal_frames.hpp"
#include "model/report/locator.hpp"

namespace heddle::report {

// With external linkage, so that they are called the same whatever the optimisation.
std::uint64_t symbolizer_test_object[4];
std::uint64_t* volatile symbolizer_test_slot = nullptr;
unsigned symbolizer_test_line = 0;

[[gnu::noinline]] int of_a_static() {
  static const int once = std::rand();
  return once;
}
extern "C" const char guard_of_once __asm__("_ZGVZN6heddle6report11of_a_staticEvE4once");

[[gnu::noinline]] std::uintptr_t here() {
  return reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
}

[[gnu::noinline]] std::uintptr_t calls_here() {
  symbolizer_test_line = __LINE__ + 1;
  const std::uintptr_t result = here();
  symbolizer_test_slot = symbolizer_test_object;  // not a tail call
  return result;
}

[[gnu::always_inline]] inline std::uintptr_t inlined_into_caller() {
  const std::uintptr_t result = here();
  symbolizer_test_slot = symbolizer_test_object;
  return result;
}

[[gnu::noinline]] std::uintptr_t has_inlined() { return inlined_into_caller() + 0; }

namespace {

TEST(symbolizer, finds_function_file_and_line) {
  const auto names = make_symbolizer();
  const auto frames = names->resolve(calls_here());
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].function, "heddle::report::calls_here()");
  EXPECT_EQ(std::filesystem::path(frames[0].file).filename(), "symbolizer_test.cpp");
  EXPECT_EQ(frames[0].line, symbolizer_test_line);
  EXPECT_FALSE(frames[0].inlined);
  EXPECT_FALSE(is_internal(frames[0])) << "tests are users of heddle";
}

TEST(symbolizer, unfolds_inlined_functions) {
  const auto names = make_symbolizer();
  const auto frames = names->resolve(has_inlined());
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].function, "heddle::report::inlined_into_caller()");
  EXPECT_TRUE(frames[0].inlined);
  EXPECT_EQ(frames[1].function, "heddle::report::has_inlined()");
  EXPECT_FALSE(frames[1].inlined);
  EXPECT_EQ(frames[1].line, frames[0].line + 5) << "where it was called";
  EXPECT_EQ(std::filesystem::path(frames[1].file).filename(), "symbolizer_test.cpp");
}

TEST(symbolizer, knows_libraries_without_debug_information) {
  const auto names = make_symbolizer();
  const auto frames = names->resolve(reinterpret_cast<std::uintptr_t>(&std::getenv) + 1);
  ASSERT_FALSE(frames.empty());
  EXPECT_TRUE(is_internal(frames.back())) << frames.back().function << frames.back().module;
}

TEST(symbolizer, recognises_heddles_own_frames) {
  const auto names = make_symbolizer();
  const auto frames = names->resolve(reinterpret_cast<std::uintptr_t>(&make_symbolizer) + 1);
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames.back().function, "heddle::report::make_symbolizer()");
  EXPECT_TRUE(is_internal(frames.back())) << frames.back().file;
}

TEST(symbolizer, is_calm_about_addresses_of_nothing) {
  const auto names = make_symbolizer();
  for (std::uintptr_t address : {std::uintptr_t{0}, std::uintptr_t{1}, ~std::uintptr_t{0}}) {
    const auto frames = names->resolve(address);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0].function, "");
    EXPECT_EQ(names->name_object(address), "");
  }
}

TEST(symbolizer, names_static_objects) {
  const auto names = make_symbolizer();
  const auto base = reinterpret_cast<std::uintptr_t>(&symbolizer_test_object[0]);
  EXPECT_EQ(names->name_object(base), "heddle::report::symbolizer_test_object");
  EXPECT_EQ(names->name_object(base + 8), "heddle::report::symbolizer_test_object+8");
  EXPECT_NE(names->name_object(base + 32), "heddle::report::symbolizer_test_object+32");
  int on_stack = 0;
  EXPECT_EQ(names->name_object(reinterpret_cast<std::uintptr_t>(&on_stack)), "");
  EXPECT_EQ(names->name_object(reinterpret_cast<std::uintptr_t>(&make_symbolizer)), "");
}

TEST(symbolizer, takes_a_guard_for_one_object) {
  EXPECT_GE(of_a_static(), 0);
  const auto names = make_symbolizer();
  const std::string name = "guard variable for heddle::report::of_a_static()::once";
  EXPECT_EQ(names->name_object(reinterpret_cast<std::uintptr_t>(&guard_of_once)), name);
  EXPECT_EQ(names->name_object(reinterpret_cast<std::uintptr_t>(&guard_of_once) + 1), name);
}

TEST(symbolizer, places_the_users_frame_below_the_directory) {
  const auto names = make_symbolizer();
  const std::uintptr_t address = calls_here();
  const std::string file = names->resolve(address).front().file;
  setting around{names.get(), std::filesystem::path(file).parent_path().string(), {}};
  EXPECT_EQ(locator(around).place({address}),
            "symbolizer_test.cpp:" + std::to_string(symbolizer_test_line));
}

}  // namespace
}  // namespace heddle::report
