#include "model/report/console.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/report/columns.hpp"
#include "model/report/coverage_words.hpp"
#include "model/report/story.hpp"
#include "model/report/text.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

constexpr std::size_t margin = 2;
constexpr std::size_t output_lines_max = 50;

tone tone_of(verdict v) {
  switch (v) {
    case verdict::verified:
      return tone::good;
    case verdict::bounded:
      return tone::warning;
    case verdict::failed:
    case verdict::error:
      return tone::bad;
  }
  return tone::plain;
}

class console {
 public:
  explicit console(const console_style& style) : style_(style) {}

  void blank() { out_ += '\n'; }

  void paragraph(const std::vector<piece>& pieces, std::size_t left = margin,
                 std::size_t hanging = 0) {
    const std::size_t width = std::max<std::size_t>(style_.width, left + 20) - left;
    for (const text_line& line : flow(pieces, width, hanging)) {
      out_.append(left, ' ');
      out_ += paint(line, style_.colours) + "\n";
    }
  }

  void raw(const std::string& text) { out_ += text; }

  void failure_head(const story& told) {
    paragraph({{printable(headline(told.execution->what)), tone::bad}}, margin, 2);
    for (std::size_t i = 0; i < told.where.size(); ++i) {
      std::vector<piece> pieces{{i == 0 ? "at " : "called from ", tone::plain},
                                {printable(told.where[i].place), tone::accent}};
      if (!told.where[i].text.empty())
        pieces.push_back({" in " + keep_beginning(printable(told.where[i].text), 60), tone::plain});
      if (i == 0 && told.execution->what.thread != no_thread)
        pieces.push_back(
            {", thread " + told.name_of_thread(told.execution->what.thread), tone::plain});
      paragraph(pieces, margin + 2, 2);
    }
    for (const told_note& note : told.notes) {
      std::vector<piece> pieces{{"• " + printable(note.text), tone::plain}};
      if (!note.place.empty()) {
        pieces.push_back({": ", tone::plain});
        pieces.push_back({printable(note.place), tone::accent});
      }
      paragraph(pieces, margin + 2, 2);
    }
    blank();
  }

  void history(const check_result& result, const story& told) {
    if (told.events.empty()) {
      paragraph({{which_execution(result), tone::plain}});
      return;
    }
    paragraph({{which_execution(result) +
                    " Time runs downwards; #3 is event 3 of its thread; ← names the write that a "
                    "read sees.",
                tone::plain}});
    blank();
    out_ += render_columns(told, style_, margin);
  }

  void thread_states(const story& told) {
    const bool any = std::any_of(told.threads.begin(), told.threads.end(),
                                 [](const told_thread& t) { return !t.state.empty(); });
    if (!any) return;
    blank();
    paragraph({{"At the end:", tone::plain}});
    for (const told_thread& thread : told.threads)
      if (!thread.state.empty())
        paragraph({{thread.name, tone::strong}, {" " + printable(thread.state), tone::plain}},
                  margin + 2, 2);
  }

  void output(const std::string& text) {
    if (text.empty()) return;
    blank();
    paragraph({{"What the program printed in this execution:", tone::plain}});
    const std::string shown = printable(text, true);
    std::size_t lines = 0;
    for (std::size_t at = 0; at < shown.size(); ++lines) {
      const std::size_t end = std::min(shown.find('\n', at), shown.size());
      if (lines == output_lines_max) {
        paragraph({{"(the rest is left out)", tone::dim}}, margin + 2);
        return;
      }
      out_ += std::string(margin + 2, ' ') + paint({{"| ", tone::dim}}, style_.colours);
      out_ += shown.substr(at, end - at) + "\n";
      at = end + 1;
    }
  }

  /// Never broken into lines: it is there to be copied.
  void replay(const check_result& result) {
    const std::string line = replay_line(result, style_);
    if (line.empty()) return;
    blank();
    paragraph({{"To see exactly this execution again:", tone::plain}});
    out_ += std::string(margin + 2, ' ') + paint({{line, tone::strong}}, style_.colours) + "\n";
  }

  void whole_failure(const check_result& result) {
    const story told = tell(*result.failure, style_);
    blank();
    failure_head(told);
    history(result, told);
    thread_states(told);
    if (const std::string need = weak_memory_sentence(result.failure->needs_weak_memory);
        !need.empty()) {
      blank();
      paragraph({{need, tone::plain}});
    }
    if (const std::string needs = needs_sentence(*result.failure); !needs.empty()) {
      blank();
      paragraph({{needs, tone::plain}});
    }
    output(result.failure->output);
    replay(result);
    blank();
  }

  void coverage(const coverage_summary& seen) {
    const coverage_words words = words_for(seen);
    blank();
    for (const std::string& sentence : words.sentences) {
      paragraph({{printable(sentence), tone::plain}});
    }
    for (const std::string& line : words.list) {
      paragraph({{printable(line), tone::plain}}, 2 * margin);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  const console_style& style_;
  std::string out_;
};

}  // namespace

std::string render_verdict_line(const check_result& result, const console_style& style) {
  return paint({{fmt::format("{:<8}", name_of(result.verdict)), tone_of(result.verdict)},
                {"  ", tone::plain},
                {printable(result.name), tone::strong},
                {"  " + effort(result), tone::plain}},
               style.colours) +
         "\n";
}

std::string render_console(const check_result& result, const console_style& style) {
  console page(style);
  page.raw(render_verdict_line(result, style));
  if (result.verdict == verdict::bounded || result.verdict == verdict::error ||
      !result.reason.empty()) {
    std::vector<piece> pieces{{printable(verdict_sentence(result)), tone::plain}};
    if (const std::string place = locator(style).place(result.reason_stack); !place.empty()) {
      pieces.push_back({" It happened at ", tone::plain});
      pieces.push_back({printable(place), tone::accent});
      pieces.push_back({".", tone::plain});
    }
    page.paragraph(pieces, margin);
  }
  if (result.failure) page.whole_failure(result);
  if (result.coverage) page.coverage(*result.coverage);
  return page.take();
}

}  // namespace heddle::report
