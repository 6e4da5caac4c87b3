#include "model/report/locator.hpp"

#include <gtest/gtest.h>

#include "model/report/internal_frames.hpp"
#include "model/report/short_places.hpp"
#include "model/report/story.hpp"
#include "model/report/table_symbolizer.hpp"

namespace heddle::report {
namespace {

frame function(std::string name, std::string file = "", std::string module = "") {
  frame f;
  f.function = std::move(name);
  f.file = std::move(file);
  f.line = f.file.empty() ? 0 : 7;
  f.module = std::move(module);
  return f;
}

TEST(internal_frames, tells_machinery_from_the_users_code) {
  EXPECT_TRUE(is_internal(function("__tsan_read8")));
  EXPECT_TRUE(is_internal(function("pthread_mutex_lock")));
  EXPECT_TRUE(is_internal(function("heddle::runtime::fiber::run()")));
  EXPECT_TRUE(is_internal(function("void std::__invoke_impl<void, f>(f&&)")));
  EXPECT_TRUE(is_internal(function("x", "/usr/include/c++/12/bits/std_mutex.h")));
  EXPECT_TRUE(is_internal(function("x", "/opt/gcc/include/c++/14/atomic")));
  EXPECT_TRUE(is_internal(function("qsort", "", "/usr/lib/x86_64-linux-gnu/libc.so.6")));

  EXPECT_FALSE(is_internal(function("main", "/home/u/main.cpp")));
  EXPECT_FALSE(is_internal(function("main")));
  EXPECT_FALSE(is_internal(function("heddle::once_cell<int>::get()", "/home/u/once_cell.hpp")));
  EXPECT_FALSE(is_internal(function("std::hash<key>::operator()(key)", "/home/u/key.hpp")));
  EXPECT_FALSE(is_internal(function("standard::run()")));
}

TEST(internal_frames, knows_what_clang_calls_to_terminate) {
  EXPECT_TRUE(is_internal(function("__clang_call_terminate", "")));
  EXPECT_FALSE(is_internal(function("clang_call_terminate", "/home/u/a.cpp")));
}

TEST(internal_frames, finds_the_qualified_name) {
  EXPECT_EQ(qualified_name("void std::__invoke_impl<void, f (int)>(int)"), "std::__invoke_impl");
  EXPECT_EQ(qualified_name("(anonymous namespace)::run(int)"), "(anonymous namespace)::run");
  EXPECT_EQ(qualified_name("main"), "main");
}

TEST(locator, picks_the_innermost_frame_of_the_user) {
  table_symbolizer names;
  names.add(1, {function("std::mutex::lock()", "/usr/include/c++/12/bits/std_mutex.h"),
                function("cell::get()", "/home/u/loom/src/cell.cpp")});
  names.add(2, {function("main", "/home/u/loom/main.cpp")});
  setting around{&names, "/home/u/loom", {}};
  const locator places(around);
  EXPECT_EQ(places.place({1, 2}), "src/cell.cpp:7");
  EXPECT_EQ(places.user_frames({1, 2}, 9).size(), 2u);
  EXPECT_EQ(places.user_frames({1, 2}, 1).size(), 1u);
  EXPECT_EQ(places.place(call_stack{}), "");
}

TEST(locator, falls_back_to_machinery_with_a_line) {
  table_symbolizer names;
  names.add(1, {function("__tsan_read8")});
  names.add(2, {function("std::terminate()", "/usr/include/c++/12/exception")});
  setting around{&names, "/home/u/loom", {}};
  EXPECT_EQ(locator(around).place({1, 2}), "exception:7");
}

TEST(locator, says_the_address_without_names) {
  setting around;
  EXPECT_EQ(locator(around).place({0x1234}), "0x1234");
  table_symbolizer names;
  frame f = function("", "", "/home/u/bin/cell_test");
  f.module_offset = 0x99;
  names.add(1, {f});
  around.names = &names;
  EXPECT_EQ(locator(around).place({1}), "cell_test+0x99");
}

TEST(locator, shortens_paths) {
  EXPECT_EQ(short_path("/usr/include/boost/lockfree/stack.hpp"), "boost/lockfree/stack.hpp");
  EXPECT_EQ(short_path("/usr/include/c++/12/bits/std_mutex.h"), "bits/std_mutex.h");
  EXPECT_EQ(short_path("/home/u/other/src/cell.cpp"), "src/cell.cpp");
  EXPECT_EQ(short_path("/cell.cpp"), "/cell.cpp");
  setting around{nullptr, "/home/u/loom", {}};
  EXPECT_EQ(locator(around).relative("/home/u/loom/a/b.cpp"), "a/b.cpp");
  EXPECT_EQ(locator(around).relative("/home/u/loomed/b.cpp"), "/home/u/loomed/b.cpp");
}

TEST(short_places, are_as_short_as_the_files_allow) {
  table_symbolizer names;
  names.add(1, {function("f", "/home/u/loom/a/cell.cpp")});
  names.add(2, {function("g", "/home/u/loom/b/cell.cpp")});
  names.add(3, {function("h", "/home/u/loom/b/main.cpp")});
  setting around{&names, "/home/u/loom", {}};
  const locator places(around);
  short_places table(places);
  for (std::uintptr_t address : {1, 2, 3, 3}) table.add({address});
  EXPECT_EQ(table.of({1}), "a/cell.cpp:7");
  EXPECT_EQ(table.of({2}), "b/cell.cpp:7");
  EXPECT_EQ(table.of({3}), "main.cpp:7");
  EXPECT_EQ(table.of({}), "");
  EXPECT_EQ(table.of({9}), "0x9");
}

TEST(locator, names_objects_by_symbol_then_by_text_then_by_address) {
  table_symbolizer names;
  names.add_object(0x10, "queue+8");
  setting around{&names, "", {}};
  const locator places(around);
  trace_event event;
  event.object = "mutex 0x10";
  event.address = 0x10;
  EXPECT_EQ(places.object(event), "queue+8");
  event.address = 0x20;
  EXPECT_EQ(places.object(event), "mutex 0x10");
  event.object.clear();
  EXPECT_EQ(places.object(event), "0x20");
  event.address = 0;
  EXPECT_EQ(places.object(event), "");
}

TEST(story, shortens_functions) {
  EXPECT_EQ(short_function("heddle_check_cell()::{lambda()#1}::operator()() const"),
            "cell()::{lambda()#1}::operator()");
  EXPECT_EQ(short_function("run(void (*)(int))"), "run");
  EXPECT_EQ(short_function("operator()"), "operator()");
  EXPECT_EQ(short_function("main"), "main");
  EXPECT_EQ(short_function(""), "");
}

}  // namespace
}  // namespace heddle::report
