#include "model/driver/whole_program.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace heddle::driver {
namespace {

std::vector<std::string> seen_arguments;
std::string seen_option;

/// Writes to its arguments and uses getopt, which permutes them.
int tampering_main(int count, char** words, char**) {
  seen_arguments.assign(words, words + count);
  EXPECT_EQ(words[count], nullptr);
  seen_option.clear();
  for (int letter = 0; (letter = getopt(count, words, "o:")) != -1;) {
    if (letter == 'o') seen_option = optarg;
  }
  for (int i = 0; i < count; ++i) std::memset(words[i], '#', std::strlen(words[i]));
  return 0;
}

class whole_program_test : public testing::Test {
 protected:
  int run(const char* option_line) {
    runs_.clear();
    run_context context;
    context.session = [this](const std::string& name, const std::function<void()>& body,
                             const session_options& options, const progress_listener&) {
      EXPECT_TRUE(options.main_ends_program);
      for (int i = 0; i < 2; ++i) {
        body();
        runs_.push_back(seen_arguments);
        EXPECT_EQ(seen_option, "x");
      }
      check_result result;
      result.name = name;
      result.memory_model = name_of(options.model);
      result.verdict = verdict::failed;
      result.failure.emplace();
      result.failure->replay = "h1:token";
      return result;
    };
    char* out = nullptr;
    char* errors = nullptr;
    std::size_t out_size = 0;
    std::size_t errors_size = 0;
    context.out = open_memstream(&out, &out_size);
    context.errors = open_memstream(&errors, &errors_size);
    char program[] = "./bin/a prog";
    char file[] = "file";
    char option[] = "-o";
    char value[] = "x";
    char* words[] = {program, file, option, value, nullptr};
    const int status = run_whole_program(tampering_main, 4, words, environ, option_line, context);
    std::fclose(context.out);
    std::fclose(context.errors);
    text_ = std::string(out, out_size) + std::string(errors, errors_size);
    std::free(out);
    std::free(errors);
    return status;
  }

  bool said(const std::string& part) const { return text_.find(part) != std::string::npos; }

  std::vector<std::vector<std::string>> runs_;
  std::string text_;
};

TEST_F(whole_program_test, every_execution_starts_with_the_arguments_as_they_were) {
  run("");
  const std::vector<std::string> given{"./bin/a prog", "file", "-o", "x"};
  ASSERT_EQ(runs_.size(), 2u);
  EXPECT_EQ(runs_[0], given);
  EXPECT_EQ(runs_[1], given);
}

TEST_F(whole_program_test, the_check_is_named_for_the_program) {
  EXPECT_EQ(run(""), exit_status::failed);
  EXPECT_TRUE(said("a prog")) << text_;
  EXPECT_FALSE(said("./bin/a prog: ")) << text_;
}

TEST_F(whole_program_test, the_replay_line_has_the_environment_and_the_arguments) {
  run("--memory-model rc11");
  EXPECT_TRUE(
      said("HEDDLE_OPTIONS='--memory-model rc11 --replay h1:token' "
           "'./bin/a prog' file -o x"))
      << text_;
}

TEST_F(whole_program_test, options_come_from_the_environment_line) {
  EXPECT_EQ(run("--list"), 0);
  EXPECT_EQ(text_, "a prog\n");
  EXPECT_EQ(runs_.size(), 0u);
  EXPECT_EQ(run("--nope"), 2);
  EXPECT_TRUE(said("heddle: in HEDDLE_OPTIONS: unknown option --nope")) << text_;
  EXPECT_EQ(run("--filter other"), 2);
  EXPECT_EQ(run("--help"), 0);
}

TEST(program_arguments, are_at_the_same_addresses_each_time) {
  char word[] = "word";
  char* words[] = {word, nullptr};
  program_arguments arguments(1, words);
  char** first = arguments.fresh();
  char* first_word = first[0];
  first[0] = nullptr;
  EXPECT_EQ(arguments.fresh(), first);
  EXPECT_EQ(first[0], first_word);
  EXPECT_STREQ(first_word, "word");
  EXPECT_EQ(first[1], nullptr);
}

}  // namespace
}  // namespace heddle::driver
