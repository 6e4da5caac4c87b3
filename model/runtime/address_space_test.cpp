// Addresses that cannot be had: the sentence says where, for what, and what to do.

#include "model/runtime/address_space.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <stdexcept>
#include <string>

namespace heddle::runtime {
namespace {

std::string refusal(int error) {
  try {
    refuse_addresses(0x200000000000, 4096, "a test", error);
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(address_space, names_the_place_and_what_may_lie_there) {
  const std::string said = refusal(EEXIST);
  EXPECT_TRUE(contains(said, "4096 bytes of addresses at 0x200000000000 for a test")) << said;
  EXPECT_TRUE(contains(said, "link the program without it")) << said;
}

TEST(address_space, names_the_limit_that_is_in_the_way) {
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit low = before;
  low.rlim_cur = rlim_t{1} << 45;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &low), 0);
  const std::string limited = refusal(ENOMEM);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  EXPECT_TRUE(contains(limited, "limited to 35184372088832 bytes")) << limited;
  EXPECT_TRUE(contains(limited, "ulimit -v unlimited")) << limited;
  if (before.rlim_cur == RLIM_INFINITY) {
    EXPECT_TRUE(contains(refusal(ENOMEM), "overcommit")) << refusal(ENOMEM);
  }
}

TEST(address_space, knows_of_no_rival_here) { EXPECT_EQ(rival_runtime(), ""); }

}  // namespace
}  // namespace heddle::runtime
