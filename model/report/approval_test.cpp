// Whole outputs against the stored ones in approved/. After a change that is meant, run
//   HEDDLE_APPROVE=1 heddle_report_test --gtest_filter='approval*'
// and read the difference before you commit it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "model/report/console.hpp"
#include "model/report/dot.hpp"
#include "model/report/html.hpp"
#include "model/report/json.hpp"
#include "model/report/junit.hpp"
#include "model/report/sample_results.hpp"
#include "model/report/sarif.hpp"

namespace heddle::report {
namespace {

void expect_approved(const std::string& name, const std::string& received) {
  const std::string path = std::string(HEDDLE_APPROVED_FOLDER) + "/" + name;
  if (std::getenv("HEDDLE_APPROVE") != nullptr) {
    std::ofstream(path, std::ios::binary) << received;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << "there is no approved file " << path;
  std::ostringstream approved;
  approved << file.rdbuf();
  EXPECT_EQ(approved.str(), received) << "differs from " << path;
}

console_style style(std::size_t width, bool colours = false) {
  console_style result;
  static_cast<setting&>(result) = samples::around();
  result.width = width;
  result.colours = colours;
  return result;
}

TEST(approval, console) {
  for (const check_result& result : samples::all())
    expect_approved("console_" + result.name + ".txt", render_console(result, style(100)));
}

TEST(approval, console_wide_narrow_and_coloured) {
  expect_approved("console_wide.txt", render_console(samples::data_race(), style(160)));
  expect_approved("console_narrow.txt", render_console(samples::data_race(), style(60)));
  expect_approved("console_tiny.txt", render_console(samples::data_race(), style(30)));
  expect_approved("console_coloured.txt",
                  render_console(samples::message_passing(), style(100, true)));
}

TEST(approval, console_without_names) {
  console_style bare;
  expect_approved("console_without_names.txt", render_console(samples::message_passing(), bare));
}

TEST(approval, machine_formats) {
  const auto results = samples::all();
  const setting around = samples::around();
  expect_approved("all.json", render_json(results, around));
  expect_approved("all.junit.xml", render_junit(results, "loom_test", around));
  expect_approved("all.sarif.json", render_sarif(results, around));
  expect_approved("all.html", render_html(results, "loom_test", around));
}

TEST(approval, dot) {
  for (const check_result& result : {samples::message_passing(), samples::six_threads(),
                                     samples::deadlock(), samples::verified()})
    expect_approved(result.name + ".dot", render_dot(result, samples::around()));
}

}  // namespace
}  // namespace heddle::report
