#include "model/driver/compile_command.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace heddle::driver {
namespace {

using words = std::vector<std::string>;

const toolchain gcc{{"gcc"}, false, false, {"-fsanitize=thread", "-fno-builtin"}, "/p/lib", "/p/i"};
const toolchain clang{{"clang++"}, true, true, {"-fsanitize=thread", "-mllvm"}, "/p/lib", ""};

words made(const toolchain& tools, const words& arguments) {
  auto outcome = compile_command(tools, arguments);
  if (const auto* refused = std::get_if<complaint>(&outcome)) {
    ADD_FAILURE() << refused->sentence;
    return {};
  }
  return std::get<words>(outcome);
}

std::string refusal(const words& arguments) {
  const auto outcome = compile_command(gcc, arguments);
  const auto* refused = std::get_if<complaint>(&outcome);
  return refused == nullptr ? "" : refused->sentence;
}

bool has(const words& command, const std::string& word) {
  return std::find(command.begin(), command.end(), word) != command.end();
}

bool links_heddle(const words& command) { return has(command, "-lheddle"); }
bool instruments(const words& command) { return has(command, "-fno-builtin"); }

TEST(compile_command, compiling_instruments_and_does_not_link) {
  for (const char* step : {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only"}) {
    const words command = made(gcc, {step, "a.c"});
    EXPECT_EQ(command.front(), "gcc");
    EXPECT_TRUE(has(command, "-fsanitize=thread")) << step;
    EXPECT_TRUE(instruments(command)) << step;
    EXPECT_FALSE(links_heddle(command)) << step;
  }
}

TEST(compile_command, linking_objects_never_shows_the_sanitizer_to_the_linker) {
  const words command = made(gcc, {"-fsanitize=thread", "a.o", "libb.a", "libc.so.1", "-o", "p"});
  EXPECT_FALSE(has(command, "-fsanitize=thread"));
  EXPECT_FALSE(instruments(command));
  EXPECT_TRUE(links_heddle(command));
  EXPECT_TRUE(has(command, "-L/p/lib"));
  EXPECT_TRUE(has(command, "-lstdc++")) << "heddle itself is C++";
}

TEST(compile_command, one_step_does_both) {
  const words with_gcc = made(gcc, {"a.c", "-o", "p"});
  EXPECT_TRUE(instruments(with_gcc));
  EXPECT_TRUE(links_heddle(with_gcc));
  EXPECT_TRUE(has(with_gcc, "-specs=/p/lib/heddle.specs"));
  EXPECT_FALSE(has(with_gcc, "-fsanitize=thread")) << "gcc would link ThreadSanitizer's runtime";

  const words with_clang = made(clang, {"a.cpp", "-o", "p"});
  EXPECT_TRUE(has(with_clang, "-fsanitize=thread"));
  EXPECT_TRUE(has(with_clang, "-fno-sanitize-link-runtime"));
  EXPECT_TRUE(links_heddle(with_clang));
  EXPECT_FALSE(has(with_clang, "-idirafter")) << "no include folder was given";
}

TEST(compile_command, a_language_makes_any_file_a_source) {
  EXPECT_TRUE(instruments(made(gcc, {"-x", "c", "-c", "a.o"})));
  EXPECT_TRUE(instruments(made(gcc, {"-c", "-xc", "-"})));
}

TEST(compile_command, the_value_of_an_option_is_not_a_file_or_a_step) {
  const words command = made(gcc, {"-o", "-c", "-include", "a.c", "b.o"});
  EXPECT_TRUE(links_heddle(command));
  EXPECT_FALSE(instruments(command));
}

TEST(compile_command, everything_else_goes_through_in_order) {
  const words given{"-O2", "-DX=a b", "-I", "d", "a.c", "-Wl,-z,now", "-lm", "-o", "p"};
  const words command = made(gcc, given);
  EXPECT_NE(std::search(command.begin(), command.end(), given.begin(), given.end()), command.end());
  EXPECT_LT(std::find(command.begin(), command.end(), "-g"),
            std::find(command.begin(), command.end(), "-O2"))
      << "a later -g0 must win";
}

TEST(compile_command, a_question_without_files_is_passed_on_as_it_is) {
  EXPECT_EQ(made(gcc, {"--version"}), (words{"gcc", "--version"}));
  EXPECT_EQ(made(gcc, {"-print-search-dirs"}), (words{"gcc", "-print-search-dirs"}));
  EXPECT_EQ(made(gcc, {}), (words{"gcc"}));
}

TEST(compile_command, libraries_and_relocatable_objects_do_not_contain_heddle) {
  EXPECT_FALSE(links_heddle(made(gcc, {"-shared", "a.o", "-o", "a.so"})));
  EXPECT_FALSE(links_heddle(made(gcc, {"-r", "a.o", "b.o", "-o", "c.o"})));
}

TEST(compile_command, other_sanitizers_stay_or_are_refused) {
  const words command = made(gcc, {"-fsanitize=thread,undefined", "a.c"});
  EXPECT_TRUE(has(command, "-fsanitize=undefined"));
  EXPECT_NE(refusal({"-fsanitize=undefined,address", "a.c"}).find("address"), std::string::npos);
  EXPECT_NE(refusal({"-fsanitize=memory", "-c", "a.c"}).find("memory"), std::string::npos);
  EXPECT_EQ(refusal({"-fsanitize=undefined", "a.c"}), "");
}

TEST(compile_command, what_cannot_be_linked_is_refused) {
  EXPECT_NE(refusal({"-static", "a.c"}).find("-static cannot be"), std::string::npos);
  EXPECT_EQ(refusal({"-static", "-c", "a.c"}), "");
  EXPECT_NE(refusal({"-m32", "-c", "a.c"}).find("x86-64"), std::string::npos);
}

}  // namespace
}  // namespace heddle::driver
