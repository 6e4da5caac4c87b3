// The C++ of litmus tests, as text: where the locations live in each form, and what has no equal.
// That the text compiles and means the same is what the emitted programs test.

#include "model/testing/emit_cpp.hpp"

#include <gtest/gtest.h>

#include <string>

#include "model/testing/litmus.hpp"

namespace heddle::testing {
namespace {

constexpr const char* message_passing =
    "init: y=7\n"
    "P0:\n"
    "    x.store(1, rlx)\n"
    "    y.store(2, rel)\n"
    "P1:\n"
    "    r0 = y.load(acq)\n"
    "    m.lock()\n"
    "    m.unlock()\n";

std::string emitted(emitted_storage storage, const std::string& word = "long") {
  return emit_cpp(parse_litmus(message_passing), "check", {storage, word});
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Where `part` stands; the test fails if it does not, or more than once.
std::size_t place_of(const std::string& text, const std::string& part) {
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part << " is not in\n" << text;
  EXPECT_EQ(text.find(part, at + 1), std::string::npos) << part << " is twice in\n" << text;
  return at;
}

TEST(emit_cpp, globals_stand_before_the_check) {
  const std::string text = emitted(emitted_storage::globals);
  const std::size_t check = place_of(text, "HEDDLE_CHECK(check) {");
  EXPECT_LT(place_of(text, "static volatile std::atomic<long> x{0};"), check);
  EXPECT_LT(place_of(text, "static volatile std::atomic<long> y{7};"), check);
  EXPECT_LT(place_of(text, "static std::mutex m;"), check);
  EXPECT_TRUE(contains(text, "std::thread thread_P0([] {"));
  EXPECT_FALSE(contains(text, "[&] {"));
}

TEST(emit_cpp, locals_stand_in_the_check_and_are_captured) {
  const std::string text = emitted(emitted_storage::locals);
  const std::size_t check = place_of(text, "HEDDLE_CHECK(check) {");
  const std::size_t thread = place_of(text, "std::thread thread_P0([&] {");
  for (const char* declared :
       {"  [[maybe_unused]] volatile std::atomic<long> x{0};",
        "  [[maybe_unused]] volatile std::atomic<long> y{7};", "  std::mutex m;"}) {
    EXPECT_GT(place_of(text, declared), check);
    EXPECT_LT(place_of(text, declared), thread);
  }
  EXPECT_FALSE(contains(text, "static volatile"));
  EXPECT_FALSE(contains(text, "std::make_unique"));
}

TEST(emit_cpp, heap_has_one_object_for_each_execution) {
  const std::string text = emitted(emitted_storage::heap);
  const std::size_t check = place_of(text, "HEDDLE_CHECK(check) {");
  EXPECT_LT(place_of(text, "struct memory {"), check);
  EXPECT_LT(place_of(text, "  volatile std::atomic<long> x{0};"), check);
  EXPECT_LT(place_of(text, "  std::mutex m;"), check);
  const std::size_t allocated = place_of(text, "std::make_unique<memory>()");
  EXPECT_GT(allocated, check);
  for (const char* name : {"x", "y", "m"}) {
    const std::string reference = std::string("auto& ") + name + " = all->" + name + ";";
    EXPECT_GT(place_of(text, reference), allocated);
  }
  EXPECT_TRUE(contains(text, "std::thread thread_P0([&] {"));
  EXPECT_FALSE(contains(text, "static volatile"));
}

TEST(emit_cpp, every_form_has_the_same_threads) {
  for (const auto storage :
       {emitted_storage::globals, emitted_storage::locals, emitted_storage::heap}) {
    const std::string text = emitted(storage, "signed char");
    EXPECT_TRUE(contains(text, "volatile std::atomic<signed char> x{0};"));
    EXPECT_LT(place_of(text, "x.store(1L, std::memory_order_relaxed);"),
              place_of(text, "y.store(2L, std::memory_order_release);"));
    EXPECT_LT(place_of(text, "r0 = y.load(std::memory_order_acquire);"),
              place_of(text, "m.lock();"));
    EXPECT_LT(place_of(text, "thread_P0.join();"), place_of(text, "thread_P1.join();"));
  }
}

TEST(emit_cpp, says_what_has_no_equal) {
  EXPECT_EQ(why_not_cpp(parse_litmus(message_passing)), "");
  const auto refused = [](const std::string& body) {
    const litmus_test test = parse_litmus("P0:\n    " + body + "\n");
    EXPECT_THROW(emit_cpp(test, "check"), litmus_error) << body;
    return why_not_cpp(test);
  };
  EXPECT_EQ(refused("r0 = x.load(rlx) + y.load(rlx)"),
            "several memory operations in one expression");
  EXPECT_EQ(refused("x.fmax(3, rlx)"), "fmax and fmin");
  EXPECT_EQ(refused("fence(rlx)"), "a relaxed fence");
}

}  // namespace
}  // namespace heddle::testing
