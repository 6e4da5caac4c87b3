// The corpus: what is written is read again, the same failure is the same file, and a run replays
// it first. With a stand-in for the search.
#include "model/driver/corpus.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/driver/run_checks_test_support.hpp"

namespace heddle::driver {
namespace {

namespace fs = std::filesystem;

check_result failing(const std::string& name, const std::string& message,
                     const std::string& token) {
  check_result result;
  result.name = name;
  result.memory_model = "cpp20";
  result.mode = "exhaustive";
  result.executions = 1;
  result.verdict = verdict::failed;
  result.failures = 1;
  result.failure.emplace();
  result.failure->what.message = message;
  result.failure->replay = token;
  result.failure->needs = execution_size{.threads = 2, .operations = 5, .switches = 1};
  return result;
}

class corpus_test : public runs_fixture {
 protected:
  corpus_test() { options_.corpus_directory = folder_; }

  std::string write(const check_result& result, const std::string& location = "a.cpp:1",
                    const session_options& session = {}) {
    const corpus_file file = write_to_corpus(folder_, result, session, location);
    EXPECT_EQ(file.complaint, "");
    return file.path;
  }

  /// Runs the check "check" with `session` in place of the search.
  int run(const session_function& session) {
    const runnable check{"check", [] {}};
    run_context context;
    context.session = [&](const auto& name, const auto& body, const auto& options,
                          const auto& listener) {
      sessions_.push_back(options);
      return session(name, body, options, listener);
    };
    return run_and_keep({&check, 1}, options_, context);
  }

  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& at : fs::recursive_directory_iterator(folder_)) count += at.is_regular_file();
    return count;
  }

  run_options options_;
  std::vector<session_options> sessions_;
};

/// Fails with any token that is not "h1-old", and without one.
check_result fails_afresh(const std::string& name, const std::function<void()>&,
                          const session_options& options, const progress_listener&) {
  if (options.replay != "h1-old") {
    return failing(name, "it broke", options.replay.empty() ? "h1-new" : options.replay);
  }
  check_result result;
  result.name = name;
  result.verdict = verdict::bounded;
  result.reason = "only the execution of the replay token was run, and it did not fail";
  return result;
}

check_result holds(const std::string& name, const std::function<void()>&,
                   const session_options& options, const progress_listener&) {
  check_result result;
  result.name = name;
  result.verdict = options.replay.empty() ? verdict::verified : verdict::error;
  if (!options.replay.empty()) result.reason = "the replay token does not fit this program";
  return result;
}

TEST_F(corpus_test, what_is_written_is_read_again) {
  session_options session;
  session.spurious = true;
  session.allocation_failures = 2;
  session.seed = 18446744073709551615u;
  session.max_steps = 77;
  session.races = false;
  const std::string file = write(failing("check", "it \"broke\"\n", "h1-x"), "a.cpp:1", session);
  const auto entries = read_corpus(folder_, "check");
  ASSERT_EQ(entries.size(), 1u);
  const corpus_entry& entry = entries[0];
  EXPECT_EQ(entry.file, file);
  EXPECT_EQ(entry.complaint, "");
  EXPECT_EQ(entry.token, "h1-x");
  EXPECT_EQ(entry.kind, "assertion");
  EXPECT_EQ(entry.message, "it \"broke\"\n");
  EXPECT_EQ(entry.memory_model, "cpp20");
  EXPECT_TRUE(entry.session.spurious);
  EXPECT_FALSE(entry.session.races);
  EXPECT_EQ(entry.session.allocation_failures, 2u);
  EXPECT_EQ(entry.session.seed, 18446744073709551615u);
  EXPECT_EQ(entry.session.max_steps, 77u);
  EXPECT_TRUE(read_corpus(folder_, "other").empty());
  EXPECT_TRUE(read_corpus(folder_ / "nowhere", "check").empty());
}

TEST_F(corpus_test, the_same_failure_is_the_same_file) {
  const std::string first = write(failing("check", "mutex at 0x7f01 is held", "h1-a"));
  const std::string text = contents(first);
  EXPECT_EQ(write(failing("check", "mutex at 0x7f01 is held", "h1-a")), first);
  EXPECT_EQ(contents(first), text) << "nothing depends on when it was written";
  EXPECT_EQ(write(failing("check", "mutex at 0x55ff is held", "h1-b"), "/elsewhere/a.cpp:1"),
            first);
  EXPECT_EQ(read_corpus(folder_, "check").at(0).token, "h1-b");
  EXPECT_NE(write(failing("check", "mutex at 0x7f01 is free", "h1-c")), first);
  EXPECT_NE(write(failing("check", "mutex at 0x7f01 is held", "h1-d"), "a.cpp:2"), first);
  EXPECT_NE(write(failing("other", "mutex at 0x7f01 is held", "h1-e")), first);
  EXPECT_EQ(files(), 4u) << "no draft is left";
}

TEST_F(corpus_test, file_names_are_safe) {
  EXPECT_EQ(safe_file_name("once_cell-2.b"), "once_cell-2.b");
  for (const char* name : {"", ".", "..", "../up", "a/b", "a b", "ä", "a\nb", ".hidden"}) {
    const std::string safe = safe_file_name(name);
    EXPECT_EQ(safe.find_first_of("/\n "), std::string::npos) << name;
    EXPECT_NE(safe[0], '.') << name;
    EXPECT_NE(safe, name);
    EXPECT_EQ(safe, safe_file_name(name));
  }
  EXPECT_NE(safe_file_name("a/b"), safe_file_name("a b"));
  EXPECT_NE(safe_file_name("a/b"), safe_file_name("a_b"));
  EXPECT_LT(safe_file_name(std::string(5'000, 'x')).size(), 255u);
  write(failing("../../up", "it broke", "h1-a"));
  EXPECT_EQ(files(), 1u) << "it is inside of the folder";
}

TEST_F(corpus_test, what_is_no_entry_is_said_so) {
  const fs::path file = write(failing("check", "it broke", "h1-a"));
  const std::string text = contents(file);
  for (const std::string& wrong :
       {std::string(), text.substr(0, text.size() / 2), std::string("[]"), std::string("{}")}) {
    std::ofstream(file) << wrong;
    const auto entries = read_corpus(folder_, "check");
    ASSERT_EQ(entries.size(), 1u);
    EXPECT_NE(entries[0].complaint, "") << wrong;
  }
  std::string newer = text;
  newer.replace(newer.find("\"schema\": 1"), 11, "\"schema\": 2");
  std::ofstream(file) << newer;
  EXPECT_NE(read_corpus(folder_, "check").at(0).complaint.find("schema"), std::string::npos);
  EXPECT_EQ(run(holds), exit_status::verified) << "it is no error by itself";
  EXPECT_NE(errors_.find("is kept, but"), std::string::npos) << errors_;
}

TEST_F(corpus_test, a_failure_is_kept_and_replayed_first) {
  EXPECT_EQ(run(fails_afresh), exit_status::failed);
  ASSERT_EQ(files(), 1u);
  EXPECT_NE(out_.find("Kept as "), std::string::npos) << out_;
  sessions_.clear();
  EXPECT_EQ(run(fails_afresh), exit_status::failed);
  ASSERT_EQ(sessions_.size(), 1u) << "nothing is searched";
  EXPECT_EQ(sessions_[0].replay, "h1-new");
  EXPECT_NE(out_.find("--replay h1-new"), std::string::npos) << out_;
}

TEST_F(corpus_test, what_does_not_fail_any_more_is_kept_and_the_search_goes_on) {
  const std::string old = write(failing("check", "long ago", "h1-old"));
  EXPECT_EQ(run(fails_afresh), exit_status::failed);
  EXPECT_EQ(sessions_.size(), 2u);
  EXPECT_NE(errors_.find(old + " is kept, but it does not fail any more"), std::string::npos)
      << errors_;
  EXPECT_EQ(files(), 2u);
  sessions_.clear();
  EXPECT_EQ(run(holds), exit_status::verified) << "cannot be replayed: no error by itself";
  EXPECT_EQ(sessions_.size(), 3u);
  EXPECT_NE(errors_.find("does not fit this program"), std::string::npos) << errors_;
  EXPECT_EQ(files(), 2u);
}

TEST_F(corpus_test, an_entry_is_replayed_as_it_was_found_or_not_at_all) {
  session_options session;
  session.spurious = true;
  session.seed = 5;
  write(failing("check", "it broke", "h1-a"), "a.cpp:1", session);
  EXPECT_EQ(run(holds), exit_status::verified);
  ASSERT_EQ(sessions_.size(), 1u);
  EXPECT_NE(errors_.find("found with: --spurious"), std::string::npos) << errors_;
  options_.session.spurious = true;
  options_.session.model = memory_model::sc;
  EXPECT_EQ(run(holds), exit_status::verified);
  EXPECT_NE(errors_.find("found with: --memory-model cpp20"), std::string::npos) << errors_;
  options_.session.model = memory_model::cpp20;
  sessions_.clear();
  EXPECT_EQ(run(fails_afresh), exit_status::failed);
  ASSERT_EQ(sessions_.size(), 1u);
  EXPECT_EQ(sessions_[0].seed, 5u);
  EXPECT_NE(out_.find("--seed 5 --spurious --replay h1-a"), std::string::npos) << out_;
}

TEST_F(corpus_test, a_folder_that_cannot_be_written_is_an_error) {
  const std::string file = folder_ / "plain";
  std::ofstream(file) << "x";
  options_.corpus_directory = file;
  EXPECT_EQ(run(fails_afresh), exit_status::error);
  EXPECT_NE(errors_.find("option --corpus cannot write"), std::string::npos) << errors_;
  EXPECT_EQ(run(holds), exit_status::verified);
}

}  // namespace
}  // namespace heddle::driver
