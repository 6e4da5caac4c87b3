#include "model/report/markup.hpp"

#include <gtest/gtest.h>

#include "model/report/dot.hpp"
#include "model/report/html.hpp"
#include "model/report/junit.hpp"
#include "model/report/sample_results.hpp"

namespace heddle::report {
namespace {

TEST(markup, escapes_what_has_a_meaning) {
  EXPECT_EQ(escape_markup("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(escape_markup("← é"), "← é");
  EXPECT_EQ(escape_dot("say \"hi\\\"\n"), "say \\\"hi\\\\\\\"\\l");
}

TEST(markup, writes_out_what_xml_cannot_hold) {
  EXPECT_EQ(escape_markup(std::string_view("\0\x1b\r\n\t", 5)), "\\x00\\x1b\\x0d\n\t");
  EXPECT_EQ(escape_markup("\xef\xbf\xbf!"), "\uFFFD!");
  EXPECT_EQ(escape_markup("\uFFFD!"), "\uFFFD!");
}

TEST(markup, repairs_utf8) {
  EXPECT_EQ(valid_utf8("ok ← \U0001F600"), "ok ← \U0001F600");
  EXPECT_EQ(valid_utf8("\xff"), "\uFFFD");
  EXPECT_EQ(valid_utf8("\xe2\x86"), "\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\uFFFD\uFFFD") << "an overlong slash";
}

TEST(markup, makes_uris) {
  EXPECT_EQ(path_as_uri("src/a b#1.cpp"), "src/a%20b%231.cpp");
  EXPECT_EQ(path_as_uri("/home/u/a.cpp"), "file:///home/u/a.cpp");
}

TEST(junit, counts_and_escapes) {
  check_result hostile = samples::data_race();
  hostile.name = "<&\"\x01>";
  hostile.failure->what.message = "]]> \xff";
  const std::vector<check_result> results{hostile, samples::bounded(), samples::error(),
                                          samples::verified()};
  const std::string xml = render_junit(results, "a&b", samples::around());
  EXPECT_NE(xml.find("tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("name=\"&lt;&amp;&quot;\\x01&gt;\""), std::string::npos);
  EXPECT_EQ(xml.find("]]>"), std::string::npos);
  EXPECT_EQ(xml.find('\xff'), std::string::npos);
}

TEST(html, needs_nothing_from_elsewhere) {
  const auto results = samples::all();
  const std::string page = render_html(results, "<title>", samples::around());
  for (const char* forbidden : {"<script", "http://", "https://", "src=", "@import", "<title><"})
    EXPECT_EQ(page.find(forbidden), std::string::npos) << forbidden;
  EXPECT_NE(page.find("&lt;red&gt;"), std::string::npos) << "the program's output, escaped";
}

TEST(dot, draws_each_relation) {
  const std::string graph = render_dot(samples::message_passing(), samples::around());
  EXPECT_NE(graph.find("t1_1 -> t0_4 [label=\"rf\""), std::string::npos);
  EXPECT_NE(graph.find("initial -> t0_5 [label=\"rf\""), std::string::npos);
  EXPECT_NE(graph.find("t0_5 -> t1_0 [label=\"fr\""), std::string::npos);
  EXPECT_EQ(graph.find("t0_4 -> t1_1 [label=\"fr\""), std::string::npos);
  EXPECT_EQ(graph.find("label=\"co\""), std::string::npos) << "one write per object";
  const std::string tickets = render_dot(samples::six_threads(), samples::around());
  EXPECT_NE(tickets.find("t1_0 -> t2_0 [label=\"co\""), std::string::npos);
  EXPECT_EQ(tickets.find("t2_0 -> t2_0"), std::string::npos)
      << "an update comes right after the write it reads";
}

}  // namespace
}  // namespace heddle::report
