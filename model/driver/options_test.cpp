#include "model/driver/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace heddle::driver {
namespace {

run_options good(const std::vector<std::string>& arguments) {
  parsed_options parsed = parse_options(arguments, "checks");
  EXPECT_TRUE(parsed.options) << parsed.text;
  return parsed.options.value_or(run_options{});
}

std::string bad(const std::vector<std::string>& arguments) {
  parsed_options parsed = parse_options(arguments, "checks");
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.status, exit_status::error);
  EXPECT_TRUE(parsed.text.starts_with("heddle: ")) << parsed.text;
  EXPECT_TRUE(parsed.text.ends_with("\n")) << parsed.text;
  EXPECT_EQ(std::count(parsed.text.begin(), parsed.text.end(), '\n'), 1) << parsed.text;
  return parsed.text;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(options, none_means_every_check_under_cpp20_without_limits) {
  const run_options options = good({});
  EXPECT_FALSE(options.list);
  EXPECT_EQ(options.filter, "*");
  EXPECT_EQ(options.session.model, memory_model::cpp20);
  EXPECT_EQ(options.session.executions, 0u);
  EXPECT_EQ(options.session.seconds, 0);
  EXPECT_EQ(options.session.max_steps, 100'000u);
  EXPECT_TRUE(options.session.races);
  EXPECT_FALSE(options.session.keep_going);
}

TEST(options, what_goes_wrong_by_itself_is_explored_on_demand) {
  EXPECT_FALSE(good({}).session.spurious);
  EXPECT_EQ(good({}).session.allocation_failures, 0u);
  const run_options options = good({"--spurious", "--alloc-failures", "2"});
  EXPECT_TRUE(options.session.spurious);
  EXPECT_EQ(options.session.allocation_failures, 2u);
  EXPECT_TRUE(says(bad({"--alloc-failures", "-1"}), "--alloc-failures needs a whole number"));
}

TEST(options, every_option_reaches_its_place) {
  const run_options options = good({"--filter",
                                    "once*",
                                    "--memory-model",
                                    "rc11",
                                    "--mode",
                                    "exhaustive",
                                    "--seed",
                                    "18446744073709551615",
                                    "--executions",
                                    "7",
                                    "--time",
                                    "1.5",
                                    "--max-steps=20",
                                    "--jobs",
                                    "1",
                                    "--json",
                                    "a",
                                    "--junit",
                                    "b",
                                    "--html",
                                    "c",
                                    "--dot",
                                    "d",
                                    "--sarif",
                                    "e",
                                    "--quiet",
                                    "--keep-going",
                                    "--no-races",
                                    "--list"});
  EXPECT_TRUE(options.list);
  EXPECT_EQ(options.filter, "once*");
  EXPECT_EQ(options.session.model, memory_model::rc11);
  EXPECT_EQ(options.session.seed, 18446744073709551615u);
  EXPECT_EQ(options.session.executions, 7u);
  EXPECT_EQ(options.session.seconds, 1.5);
  EXPECT_EQ(options.session.max_steps, 20u);
  EXPECT_EQ(options.json_file, "a");
  EXPECT_EQ(options.junit_file, "b");
  EXPECT_EQ(options.html_directory, "c");
  EXPECT_EQ(options.dot_file, "d");
  EXPECT_EQ(options.sarif_file, "e");
  EXPECT_TRUE(options.quiet);
  EXPECT_TRUE(options.session.keep_going);
  EXPECT_FALSE(options.session.races);
  EXPECT_EQ(good({"--replay", "h1:abc"}).session.replay, "h1:abc");
}

TEST(options, the_last_of_a_repeated_option_wins) {
  EXPECT_EQ(good({"--seed", "1", "--seed", "2"}).session.seed, 2u);
}

TEST(options, every_memory_model_has_its_name) {
  EXPECT_EQ(memory_model_named("cpp20"), memory_model::cpp20);
  EXPECT_EQ(memory_model_named("rc11"), memory_model::rc11);
  EXPECT_EQ(memory_model_named("sc"), memory_model::sc);
  EXPECT_EQ(memory_model_named("tso"), std::nullopt);
  EXPECT_EQ(memory_model_named(""), std::nullopt);
}

TEST(options, a_complaint_names_the_option_and_the_value) {
  EXPECT_TRUE(says(bad({"--frobnicate"}), "unknown option --frobnicate"));
  EXPECT_TRUE(says(bad({"once_cell"}), "stray argument once_cell"));
  EXPECT_TRUE(says(bad({"--seed", "abc"}), "--seed needs a whole number"));
  EXPECT_TRUE(says(bad({"--seed", "abc"}), "\"abc\""));
  EXPECT_TRUE(says(bad({"--seed"}), "option --seed needs a value"));
  EXPECT_TRUE(says(bad({"--list=7"}), "option --list takes no value"));
  EXPECT_TRUE(says(bad({"--memory-model", "tso"}), "cpp20, rc11 and sc, not \"tso\""));
  EXPECT_TRUE(says(bad({"--mode", "magic"}), "not \"magic\""));
  EXPECT_TRUE(says(bad({"--json", ""}), "--json"));
  EXPECT_TRUE(says(bad({"--replay", ""}), "--replay"));
  EXPECT_TRUE(says(bad({"--replay", "x", "--keep-going"}), "--keep-going"));
}

TEST(options, every_mode_has_its_name) {
  EXPECT_EQ(good({}).session.mode, search_mode::exhaustive);
  EXPECT_EQ(good({"--mode", "random"}).session.mode, search_mode::random);
  EXPECT_EQ(good({"--mode", "pct"}).session.mode, search_mode::pct);
  EXPECT_EQ(good({"--mode", "pos"}).session.mode, search_mode::pos);
  EXPECT_EQ(good({"--mode", "surw"}).session.mode, search_mode::surw);
  EXPECT_EQ(good({"--mode", "rff"}).session.mode, search_mode::rff);
  EXPECT_EQ(good({"--mode", "portfolio"}).session.mode, search_mode::portfolio);
  EXPECT_FALSE(good({"--mode", "pos"}).session.coverage);
  EXPECT_TRUE(good({"--mode", "pos", "--coverage"}).session.coverage);
  EXPECT_EQ(good({}).session.depth, 3u);
  EXPECT_EQ(good({"--depth", "1"}).session.depth, 1u);
  EXPECT_EQ(good({}).session.stale_percent, 50u);
  EXPECT_EQ(good({"--stale", "0"}).session.stale_percent, 0u);
  EXPECT_TRUE(says(bad({"--depth", "0"}), "from 1"));
  EXPECT_TRUE(says(bad({"--depth", "1001"}), "to 1000"));
  EXPECT_TRUE(says(bad({"--stale", "101"}), "from 0 to 100"));
}

TEST(options, numbers_are_read_strictly) {
  for (const char* number : {"-1", "1.5", "0x10", "1 ", "", "18446744073709551616", "1e3"}) {
    EXPECT_TRUE(says(bad({std::string("--seed=") + number}), "--seed")) << number;
  }
  EXPECT_TRUE(says(bad({"--executions", "0"}), "from 1"));
  EXPECT_TRUE(says(bad({"--max-steps", "0"}), "from 1"));
  EXPECT_TRUE(says(bad({"--max-steps", "4294967296"}), "to 4294967295"));
  for (const char* time : {"0", "-1", "nan", "inf", "soon", "1s"}) {
    EXPECT_TRUE(says(bad({std::string("--time=") + time}), "--time")) << time;
  }
}

TEST(options, jobs_are_for_the_exhaustive_mode) {
  EXPECT_EQ(good({"--jobs", "256"}).session.jobs, 256u);
  EXPECT_TRUE(says(bad({"--jobs", "0"}), "from 1"));
  EXPECT_TRUE(says(bad({"--jobs", "257"}), "from 1 to 256"));
  EXPECT_TRUE(says(bad({"--jobs", "2", "--mode", "pct"}), "another --seed each"));
}

TEST(options, help_names_every_option_and_succeeds) {
  const parsed_options parsed = parse_options({"--help"}, "checks");
  EXPECT_FALSE(parsed.options);
  EXPECT_EQ(parsed.status, 0);
  for (const char* option :
       {"--list",  "--filter", "--memory-model", "--mode",       "--depth",
        "--stale", "--seed",   "--executions",   "--time",       "--max-steps",
        "--jobs",  "--replay", "--json",         "--junit",      "--html",
        "--dot",   "--sarif",  "--quiet",        "--keep-going", "--no-races"}) {
    EXPECT_TRUE(says(parsed.text, option)) << option;
  }
}

TEST(options, a_line_is_split_as_by_a_shell) {
  const parsed_options parsed =
      parse_option_line("  --filter 'a b' --json \"x y.json\"\t--quiet ", "checks");
  ASSERT_TRUE(parsed.options) << parsed.text;
  EXPECT_EQ(parsed.options->filter, "a b");
  EXPECT_EQ(parsed.options->json_file, "x y.json");
  EXPECT_TRUE(parsed.options->quiet);
  EXPECT_TRUE(parse_option_line("", "checks").options);

  const parsed_options open = parse_option_line("--filter 'a b", "checks");
  EXPECT_FALSE(open.options);
  EXPECT_EQ(open.status, exit_status::error);
  EXPECT_TRUE(says(open.text, "HEDDLE_OPTIONS ends inside a quoted word; close the quote"));

  EXPECT_TRUE(says(parse_option_line("--nope", "checks").text,
                   "heddle: in HEDDLE_OPTIONS: unknown option --nope"));
}

}  // namespace
}  // namespace heddle::driver
