#include "model/runtime/thread_specific.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace heddle::runtime {
namespace {

std::vector<int> destroyed;
key_table* table_in_use = nullptr;

void note(void* p) { destroyed.push_back(*static_cast<int*>(p)); }

/// Sets key 2 of thread 1 again, as a destructor may.
void set_again(void* p) {
  note(p);
  if (--*static_cast<int*>(p) > 0) table_in_use->set(1, 2, p);
}

class keys : public testing::Test {
 protected:
  keys() : table(new key_table) {
    destroyed.clear();
    table_in_use = table.get();
  }
  void next_execution() {
    table->new_execution([this](pthread_key_t k) { dropped.push_back(k); });
  }
  std::unique_ptr<key_table> table;
  std::vector<pthread_key_t> dropped;
  int one = 1, two = 2;
};

TEST_F(keys, each_thread_has_values_of_its_own) {
  table->create(3, nullptr, true);
  EXPECT_TRUE(table->exists(3));
  EXPECT_FALSE(table->exists(4));
  EXPECT_FALSE(table->exists(key_table::keys));
  table->set(0, 3, &one);
  table->set(1, 3, &two);
  EXPECT_EQ(table->get(0, 3), &one);
  EXPECT_EQ(table->get(1, 3), &two);
  EXPECT_FALSE(table->has(2, 3));
}

TEST_F(keys, created_inside_are_gone_with_the_execution) {
  table->create(1, nullptr, false);
  table->create(3, nullptr, true);
  table->set(1, 1, &one);
  table->set(1, 3, &one);
  next_execution();
  EXPECT_EQ(dropped, (std::vector<pthread_key_t>{3}));
  EXPECT_TRUE(table->exists(1));
  EXPECT_FALSE(table->exists(3));
  EXPECT_FALSE(table->has(1, 1)) << "values do not survive";
}

TEST_F(keys, deleted_inside_are_back_in_the_next_execution_if_they_came_from_outside) {
  table->create(1, nullptr, false);
  table->create(3, nullptr, true);
  table->remove(1, true);
  table->remove(3, true);
  EXPECT_FALSE(table->exists(1));
  EXPECT_FALSE(table->exists(3));
  next_execution();
  EXPECT_TRUE(table->exists(1));
  EXPECT_FALSE(table->exists(3));
  EXPECT_TRUE(dropped.empty()) << "it was deleted already";
}

TEST_F(keys, a_number_used_again_has_no_values) {
  table->create(3, nullptr, true);
  table->set(1, 3, &one);
  table->remove(3, true);
  table->create(3, nullptr, true);
  EXPECT_FALSE(table->has(1, 3));
}

TEST_F(keys, destructors_run_for_values_that_are_not_null) {
  table->create(1, &note, true);
  table->create(2, &note, true);
  table->create(3, nullptr, true);
  table->create(4, &note, true);
  table->set(1, 1, &one);
  table->set(1, 2, nullptr);
  table->set(1, 3, &one);
  table->set(1, 4, &two);
  table->set(2, 1, &two);
  EXPECT_TRUE(table->destroy_once(1));
  EXPECT_EQ(destroyed, (std::vector<int>{1, 2}));
  EXPECT_EQ(table->get(1, 1), nullptr);
  EXPECT_FALSE(table->destroy_once(1));
  EXPECT_EQ(table->get(2, 1), &two);
}

TEST_F(keys, a_destructor_may_set_the_value_again) {
  int left = 2;
  table->create(2, &set_again, true);
  table->set(1, 2, &left);
  EXPECT_TRUE(table->destroy_once(1));
  EXPECT_TRUE(table->destroy_once(1));
  EXPECT_FALSE(table->destroy_once(1));
  EXPECT_EQ(destroyed, (std::vector<int>{2, 1}));
}

TEST(specific, outside_is_the_c_librarys) {
  pthread_key_t key;
  ASSERT_EQ(pthread_key_create(&key, nullptr), 0);
  EXPECT_EQ(pthread_getspecific(key), nullptr);
  int value = 0;
  EXPECT_EQ(pthread_setspecific(key, &value), 0);
  EXPECT_EQ(pthread_getspecific(key), &value);
  new_execution_specific();
  EXPECT_EQ(pthread_getspecific(key), &value) << "keys from outside persist";
  EXPECT_EQ(pthread_key_delete(key), 0);
  EXPECT_NE(pthread_setspecific(key, &value), 0);
}

}  // namespace
}  // namespace heddle::runtime
