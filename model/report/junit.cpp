#include "model/report/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/report/console.hpp"
#include "model/report/locator.hpp"
#include "model/report/markup.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

std::string outcome(const check_result& result, const setting& around) {
  console_style style;
  static_cast<setting&>(style) = around;
  const auto whole = [&] { return escape_markup(render_console(result, style)); };
  switch (result.verdict) {
    case verdict::verified:
      return {};
    case verdict::failed: {
      const failure what = result.failure ? result.failure->what : failure();
      return fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                         name_of(what.kind), escape_markup(headline(what)), whole());
    }
    case verdict::bounded:
      return fmt::format("      <skipped message=\"{}\"/>\n",
                         escape_markup(verdict_sentence(result)));
    case verdict::error:
      return fmt::format("      <error type=\"error\" message=\"{}\">{}</error>\n",
                         escape_markup(verdict_sentence(result)), whole());
  }
  return {};
}

std::string test_case(const check_result& result, const std::string& suite, const setting& around) {
  std::string head = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"",
                                 escape_markup(suite), escape_markup(result.name), result.seconds);
  if (result.failure) {
    const locator places(around);
    if (const auto f = places.user_frame(result.failure->what.stack); f && !f->file.empty())
      head +=
          fmt::format(" file=\"{}\" line=\"{}\"", escape_markup(places.relative(f->file)), f->line);
  }
  std::string body = outcome(result, around);
  if (result.failure && !result.failure->output.empty())
    body += "      <system-out>" + escape_markup(result.failure->output) + "</system-out>\n";
  return body.empty() ? head + "/>\n" : head + ">\n" + body + "    </testcase>\n";
}

}  // namespace

std::string render_junit(std::span<const check_result> results, const std::string& suite,
                         const setting& around) {
  const auto count = [&](verdict v) {
    return std::count_if(results.begin(), results.end(),
                         [v](const check_result& r) { return r.verdict == v; });
  };
  double seconds = 0;
  std::string cases;
  for (const check_result& result : results) {
    seconds += result.seconds;
    cases += test_case(result, suite, around);
  }
  const std::string totals = fmt::format(
      "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.6f}\"", results.size(),
      count(verdict::failed), count(verdict::error), count(verdict::bounded), seconds);
  const std::string name = escape_markup(suite);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"{0}\" {1}>\n"
      "  <testsuite name=\"{0}\" {1}>\n"
      "{2}"
      "  </testsuite>\n"
      "</testsuites>\n",
      name, totals, cases);
}

}  // namespace heddle::report
