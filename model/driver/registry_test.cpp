#include "model/driver/registry.hpp"

#include <gtest/gtest.h>

#include <heddle/check.hpp>

namespace {

int first_runs = 0;

}  // namespace

HEDDLE_CHECK(first_of_this_file) { ++first_runs; }
HEDDLE_CHECK(second_of_this_file) {}

namespace heddle::driver {
namespace {

void nothing() {}

TEST(registry, a_check_is_there_before_main_with_its_name_and_place) {
  const auto checks = registered_checks();
  ASSERT_GE(checks.size(), 2u);
  EXPECT_STREQ(checks[0].name, "first_of_this_file");
  EXPECT_STREQ(checks[1].name, "second_of_this_file");
  EXPECT_TRUE(std::string(checks[0].file).ends_with("registry_test.cpp"));
  EXPECT_EQ(checks[0].line + 1, checks[1].line);
  checks[0].body();
  EXPECT_EQ(first_runs, 1);
}

TEST(registry, two_checks_of_one_name_are_named_with_their_places) {
  const registered_check different[] = {{"a", nothing, "x.cpp", 1}, {"b", nothing, "x.cpp", 2}};
  EXPECT_EQ(duplicate_complaint(different), "");
  const registered_check same[] = {
      {"a", nothing, "x.cpp", 1}, {"b", nothing, "x.cpp", 2}, {"a", nothing, "y.cpp", 3}};
  EXPECT_EQ(duplicate_complaint(same),
            "two checks are called a: one at x.cpp:1, one at y.cpp:3; rename one of them");
}

}  // namespace
}  // namespace heddle::driver
