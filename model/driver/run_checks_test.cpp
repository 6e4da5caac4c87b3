// With a stand-in for the search: a check's name says which verdict it gets.
#include "model/driver/run_checks.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/driver/run_checks_test_support.hpp"

namespace heddle::driver {
namespace {

namespace fs = std::filesystem;

check_result pretend(const std::string& name, const std::function<void()>& body,
                     const session_options& options, const progress_listener&) {
  body();
  check_result result;
  result.name = name;
  result.memory_model = name_of(options.model);
  result.mode = options.replay.empty() ? "exhaustive" : "replay";
  result.executions = 12;
  result.verdict = verdict::verified;
  if (name.starts_with("bad")) {
    result.verdict = verdict::failed;
    result.failures = 1;
    result.failure.emplace();
    result.failure->what.message = "it should hold and does not";
    result.failure->replay = "h1:token";
    result.failure->execution = 3;
  } else if (name.starts_with("cut")) {
    result.verdict = verdict::bounded;
    result.reason = "the bound was hit";
  } else if (name.starts_with("odd")) {
    result.verdict = verdict::error;
    result.reason = "the check calls fork";
  }
  return result;
}

class run_checks_test : public runs_fixture {
 protected:
  int run(const std::vector<std::string>& names, const run_options& options = {}) {
    bodies_run_ = 0;
    std::vector<runnable> checks;
    for (const std::string& name : names) checks.push_back({name, [this] { ++bodies_run_; }});
    run_context context;
    context.session = pretend;
    context.program = "checks";
    context.command_line = [](const std::string& words) { return "./checks " + words; };
    return run_and_keep(checks, options, context);
  }

  static run_options filtered(const std::string& glob) {
    run_options options;
    options.filter = glob;
    return options;
  }

  bool printed(const std::string& part) const { return out_.find(part) != std::string::npos; }
  bool complained(const std::string& part) const {
    return errors_.starts_with("heddle: ") && errors_.find(part) != std::string::npos;
  }

  int bodies_run_ = 0;
};

TEST_F(run_checks_test, the_exit_status_tells_the_verdicts) {
  EXPECT_EQ(run({"good"}), 0);
  EXPECT_EQ(run({"good", "good2"}), 0);
  EXPECT_EQ(run({"bad"}), 1);
  EXPECT_EQ(run({"odd"}), 2);
  EXPECT_EQ(run({"cut"}), 77);
  EXPECT_EQ(run({"good", "bad", "cut", "odd"}), 1);
  EXPECT_EQ(run({"good", "cut", "odd"}), 2);
  EXPECT_EQ(run({"good", "cut"}), 77);
  EXPECT_EQ(errors_, "");
}

TEST_F(run_checks_test, all_checks_run_even_after_one_failed) {
  run({"bad", "odd", "good"});
  EXPECT_EQ(bodies_run_, 3);
  EXPECT_TRUE(printed("3 checks, 1 verified, 1 failed, 1 error; 36 executions")) << out_;
}

TEST_F(run_checks_test, a_filter_is_a_glob_over_names) {
  EXPECT_EQ(run({"good", "bad"}, filtered("go*")), 0);
  EXPECT_EQ(bodies_run_, 1);
  EXPECT_EQ(run({"good", "goods"}, filtered("good")), 0);
  EXPECT_EQ(bodies_run_, 1);
  EXPECT_EQ(run({"good1", "good2", "good3"}, filtered("good[12]")), 0);
  EXPECT_EQ(bodies_run_, 2);
}

TEST_F(run_checks_test, a_filter_that_matches_nothing_is_an_error) {
  EXPECT_EQ(run({"good"}, filtered("none*")), 2);
  EXPECT_TRUE(complained("no check's name matches --filter 'none*'")) << errors_;
  EXPECT_EQ(bodies_run_, 0);
}

TEST_F(run_checks_test, a_program_without_checks_is_an_error) {
  EXPECT_EQ(run({}), 2);
  EXPECT_TRUE(complained("contains no check")) << errors_;
}

TEST_F(run_checks_test, the_list_runs_nothing) {
  run_options options = filtered("b*");
  options.list = true;
  EXPECT_EQ(run({"bad", "good", "best"}, options), 0);
  EXPECT_EQ(out_, "bad\nbest\n");
  EXPECT_EQ(bodies_run_, 0);
}

TEST_F(run_checks_test, a_failure_ends_with_the_line_that_replays_it) {
  run({"bad", "good"});
  EXPECT_TRUE(printed("./checks --filter bad --replay h1:token")) << out_;
  run({"bad"});
  EXPECT_TRUE(printed("./checks --replay h1:token")) << out_;
  run_options options;
  options.session.model = memory_model::sc;
  options.session.races = false;
  options.session.max_steps = 9;
  run({"bad"}, options);
  EXPECT_TRUE(printed("--memory-model sc --max-steps 9 --no-races --replay h1:token")) << out_;
  options = {};
  options.session.spurious = true;
  options.session.allocation_failures = 2;
  run({"bad"}, options);
  EXPECT_TRUE(printed("./checks --spurious --alloc-failures 2 --replay h1:token")) << out_;
}

TEST_F(run_checks_test, a_token_is_for_one_check) {
  run_options options;
  options.session.replay = "h1:token";
  EXPECT_EQ(run({"bad", "good"}, options), 2);
  EXPECT_TRUE(complained("--replay is for one check, and 2 match")) << errors_;
  options.filter = "bad";
  EXPECT_EQ(run({"bad", "good"}, options), 1);
}

TEST_F(run_checks_test, quiet_prints_only_what_is_not_verified) {
  run_options options;
  options.quiet = true;
  run({"good", "good2"}, options);
  EXPECT_EQ(out_, "");
  run({"good", "bad"}, options);
  EXPECT_TRUE(printed("bad")) << out_;
  EXPECT_FALSE(printed("good")) << out_;
}

TEST_F(run_checks_test, every_file_is_written) {
  run_options options;
  options.json_file = folder_ / "r.json";
  options.junit_file = folder_ / "r.xml";
  options.sarif_file = folder_ / "r.sarif";
  options.dot_file = folder_ / "r.dot";
  options.html_directory = folder_ / "new" / "html";
  EXPECT_EQ(run({"good", "bad"}, options), 1);
  EXPECT_NE(contents(options.json_file).find("\"schema\""), std::string::npos);
  EXPECT_NE(contents(options.junit_file).find("<testsuite"), std::string::npos);
  EXPECT_NE(contents(options.sarif_file).find("2.1.0"), std::string::npos);
  EXPECT_NE(contents(options.dot_file).find("digraph"), std::string::npos);
  EXPECT_NE(contents(folder_ / "new/html/index.html").find("<html"), std::string::npos);
}

TEST_F(run_checks_test, a_file_that_cannot_be_written_is_an_error_before_the_run) {
  run_options options;
  options.json_file = folder_ / "missing" / "r.json";
  EXPECT_EQ(run({"good"}, options), 2);
  EXPECT_TRUE(complained("option --json cannot write")) << errors_;
  EXPECT_TRUE(complained("No such file or directory")) << errors_;
  EXPECT_EQ(bodies_run_, 0);

  std::ofstream(folder_ / "plain") << "x";
  run_options html;
  html.html_directory = folder_ / "plain" / "html";
  EXPECT_EQ(run({"good"}, html), 2);
  EXPECT_TRUE(complained("option --html cannot make the directory")) << errors_;
  EXPECT_EQ(bodies_run_, 0);
}

TEST_F(run_checks_test, two_outputs_never_share_a_file) {
  run_options options;
  options.json_file = folder_ / "r";
  options.junit_file = folder_ / "." / "r";
  EXPECT_EQ(run({"good"}, options), 2);
  EXPECT_TRUE(complained("option --junit would overwrite")) << errors_;
}

TEST_F(run_checks_test, a_disk_that_fills_up_is_an_error) {
  run_options options;
  options.json_file = "/dev/full";
  EXPECT_EQ(run({"good"}, options), 2);
  EXPECT_TRUE(complained("No space left on device")) << errors_;
  EXPECT_EQ(bodies_run_, 1);
}

}  // namespace
}  // namespace heddle::driver
