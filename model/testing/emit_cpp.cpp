#include "model/testing/emit_cpp.hpp"

#include <map>
#include <set>

namespace heddle::testing {
namespace {

bool is_mutex_access(const access_syntax& access) { return access.kind >= access_kind::lock; }

const char* cpp_order(memory_order order) {
  constexpr const char* names[] = {"std::memory_order_relaxed", "std::memory_order_acquire",
                                   "std::memory_order_release", "std::memory_order_acq_rel",
                                   "std::memory_order_seq_cst"};
  return names[static_cast<unsigned>(order)];
}

/// What there is in a test, and what of it C++ does not have.
class survey {
 public:
  explicit survey(const litmus_test& test) {
    for (const litmus_thread& thread : test.threads) examine(thread.body);
    if (test.final_thread) examine(test.final_thread->body);
    for (const auto& [name, initial] : test.initial) {
      if (name.find('[') != std::string::npos) object("arrays");
      if (mutexes.count(name) != 0 && initial != 0) object("a mutex that is locked at first");
      if (mutexes.count(name) == 0) words.insert(name);
    }
    for (const std::string& name : mutexes) {
      if (words.count(name) != 0) object("a mutex that is read or written");
    }
    for (const std::string& name : registers) {
      if (words.count(name) + mutexes.count(name) != 0) object("a register named as a location");
    }
  }

  std::set<std::string> words;
  std::set<std::string> mutexes;
  std::set<std::string> registers;
  std::string objection;

 private:
  void object(const char* what) {
    if (objection.empty()) objection = what;
  }

  void examine(const std::vector<statement>& body) {
    for (const statement& s : body) {
      if (s.kind == statement_kind::while_loop) object("while");
      if (s.op == "//" || s.op == "%") object("// and %");
      if (s.kind == statement_kind::for_range && s.expressions.size() == 3)
        object("range with step");
      for (const std::string& name : s.targets) registers.insert(name);
      for (const expression& e : s.expressions) {
        accesses_ = 0;
        examine(e);
        if (accesses_ > 1) object("several memory operations in one expression");
      }
      examine(s.body);
      examine(s.otherwise);
    }
  }

  void examine(const expression& e) {
    if (e.kind == expression_kind::name) registers.insert(e.name);
    if (e.kind == expression_kind::assume) object("assume");
    if (e.kind == expression_kind::choose) object("choose");
    if (e.kind == expression_kind::binary && (e.op == "//" || e.op == "%")) object("// and %");
    if (e.kind == expression_kind::fence) {
      if (e.access.order == memory_order::relaxed) object("a relaxed fence");
      ++accesses_;
    }
    if (e.kind == expression_kind::access) examine_access(e);
    for (const expression& child : e.children) examine(child);
  }

  void examine_access(const expression& e) {
    ++accesses_;
    const access_syntax& access = e.access;
    (is_mutex_access(access) ? mutexes : words).insert(e.name);
    if (access.indexed) object("arrays");
    if (access.plain) object("get and set");
    if (access.wait != wait_condition::none) object("await");
    if (access.kind == access_kind::load &&
        (access.order == memory_order::release || access.order == memory_order::acq_rel)) {
      object("a load that releases");
    }
    if (access.kind == access_kind::store &&
        (access.order == memory_order::acquire || access.order == memory_order::acq_rel)) {
      object("a store that acquires");
    }
    if (access.kind == access_kind::modify &&
        (access.modify == modification::maximum || access.modify == modification::minimum)) {
      object("fmax and fmin");
    }
  }

  unsigned accesses_ = 0;
};

class source_writer {
 public:
  source_writer(unsigned depth, std::string word) : depth_(depth), word_(std::move(word)) {}

  void thread_body(const std::vector<statement>& body) {
    for (const std::string& name : registers_of(body)) {
      line("[[maybe_unused]] long " + name + " = 0;");
    }
    block(body);
  }

  void block(const std::vector<statement>& body) {
    for (const statement& s : body) one(s);
  }

  static std::set<std::string> registers_of(const std::vector<statement>& body) {
    std::set<std::string> names;
    collect(body, names);
    return names;
  }

  const std::string& text() const { return text_; }

 private:
  void line(const std::string& statement) {
    text_.append(2 * depth_, ' ');
    text_ += statement + "\n";
  }

  static void collect(const expression& e, std::set<std::string>& names) {
    if (e.kind == expression_kind::name) names.insert(e.name);
    for (const expression& child : e.children) collect(child, names);
  }
  static void collect(const std::vector<statement>& body, std::set<std::string>& names) {
    for (const statement& s : body) {
      names.insert(s.targets.begin(), s.targets.end());
      for (const expression& e : s.expressions) collect(e, names);
      collect(s.body, names);
      collect(s.otherwise, names);
    }
  }

  void nested(const std::vector<statement>& body) {
    ++depth_;
    block(body);
    --depth_;
  }

  void one(const statement& s) {
    switch (s.kind) {
      case statement_kind::nothing:
        return;
      case statement_kind::evaluate:
        return line(value_of(s.expressions[0]) + ";");
      case statement_kind::assign: {
        std::string targets;
        for (const std::string& target : s.targets) targets += target + " = ";
        return line(targets + value_of(s.expressions[0]) + ";");
      }
      case statement_kind::augment:
        return line(s.targets[0] + " " + s.op + "= " + value_of(s.expressions[0]) + ";");
      case statement_kind::assertion:
        return line("heddle::require(" + value_of(s.expressions[0]) + " != 0);");
      case statement_kind::leave_loop:
        return line("break;");
      case statement_kind::leave_thread:
        if (!s.expressions.empty()) line("ret = " + value_of(s.expressions[0]) + ";");
        return line("return;");
      case statement_kind::branch:
        line("if (" + value_of(s.expressions[0]) + " != 0) {");
        nested(s.body);
        if (!s.otherwise.empty()) {
          line("} else {");
          nested(s.otherwise);
        }
        return line("}");
      case statement_kind::for_range:
        return for_range(s);
      case statement_kind::while_loop:
        break;
    }
    throw litmus_error("emit_cpp: unsupported statement");
  }

  void for_range(const statement& s) {
    const std::string number = std::to_string(++loops_);
    const bool one_argument = s.expressions.size() == 1;
    const std::string first = one_argument ? "0" : value_of(s.expressions[0]);
    const std::string stop = value_of(s.expressions[one_argument ? 0 : 1]);
    line("for (long next" + number + " = " + first + ", stop" + number + " = " + stop + "; next" +
         number + " < stop" + number + "; ++next" + number + ") {");
    ++depth_;
    line(s.targets[0] + " = next" + number + ";");
    --depth_;
    nested(s.body);
    line("}");
  }

  std::string value_of(const expression& e) {
    const auto child = [&](std::size_t i) { return value_of(e.children[i]); };
    switch (e.kind) {
      case expression_kind::constant:
        return std::to_string(e.number) + "L";
      case expression_kind::name:
        return e.name;
      case expression_kind::unary:
        if (e.op == "not") return "static_cast<long>(" + child(0) + " == 0)";
        return "(" + e.op + child(0) + ")";
      case expression_kind::binary:
        return "(" + child(0) + " " + e.op + " " + child(1) + ")";
      case expression_kind::comparison:
        return "static_cast<long>(" + child(0) + " " + e.op + " " + child(1) + ")";
      case expression_kind::logical_and:
        return "(" + child(0) + " != 0 ? " + child(1) + " : 0L)";
      case expression_kind::logical_or:
        return "[&] { const long left = " + child(0) + "; return left != 0 ? left : " + child(1) +
               "; }()";
      case expression_kind::conditional:
        return "(" + child(1) + " != 0 ? " + child(0) + " : " + child(2) + ")";
      case expression_kind::fence:
        return "std::atomic_thread_fence(" + std::string(cpp_order(e.access.order)) + ")";
      case expression_kind::access:
        return access(e);
      default:
        break;
    }
    throw litmus_error("emit_cpp: unsupported expression");
  }

  std::string access(const expression& e) {
    const access_syntax& how = e.access;
    const std::string order = cpp_order(how.order);
    const auto operand = [&](std::size_t i) { return value_of(e.children[i]); };
    static const std::map<modification, std::string> functions = {
        {modification::exchange, "exchange"},  {modification::add, "fetch_add"},
        {modification::subtract, "fetch_sub"}, {modification::bit_and, "fetch_and"},
        {modification::bit_or, "fetch_or"},    {modification::bit_xor, "fetch_xor"}};
    switch (how.kind) {
      case access_kind::load:
        return e.name + ".load(" + order + ")";
      case access_kind::store:
        return e.name + ".store(" + operand(0) + ", " + order + ")";
      case access_kind::modify:
        return e.name + "." + functions.at(how.modify) + "(" + operand(0) + ", " + order + ")";
      case access_kind::compare_exchange:
      case access_kind::compare_exchange_flag: {
        const std::string call = e.name + ".compare_exchange_strong(seen, " + operand(1) + ", " +
                                 order + ", " + cpp_order(how.failure_order) + ")";
        const std::string start = "[&] { " + word_ + " seen = " + operand(0) + "; ";
        if (how.kind == access_kind::compare_exchange) return start + call + "; return seen; }()";
        return start + "return static_cast<long>(" + call + "); }()";
      }
      case access_kind::lock:
        return e.name + ".lock()";
      case access_kind::unlock:
        return e.name + ".unlock()";
      case access_kind::try_lock:
        return "static_cast<long>(" + e.name + ".try_lock())";
    }
    __builtin_unreachable();
  }

  std::string text_;
  unsigned depth_;
  std::string word_;
  unsigned loops_ = 0;
};

std::string declarations(const litmus_test& test, const survey& found, const std::string& word_type,
                         const std::string& before_word, const std::string& before_mutex) {
  std::string text;
  for (const std::string& word : found.words) {
    const auto initial = test.initial.find(word);
    // Volatile, so that the compiler keeps every access: it may merge equal relaxed stores.
    text += before_word + "volatile std::atomic<" + word_type + "> " + word + "{" +
            std::to_string(initial == test.initial.end() ? 0 : initial->second) + "};\n";
  }
  for (const std::string& mutex : found.mutexes)
    text += before_mutex + "std::mutex " + mutex + ";\n";
  return text;
}

/// To the members of the object on the heap.
std::string references(const survey& found) {
  std::string text;
  for (const auto* names : {&found.words, &found.mutexes}) {
    for (const std::string& name : *names) {
      text += "  [[maybe_unused]] auto& " + name + " = all->" + name + ";\n";
    }
  }
  return text;
}

}  // namespace

std::string why_not_cpp(const litmus_test& test) { return survey(test).objection; }

std::string cpp_preamble() {
  return "#include <atomic>\n#include <memory>\n#include <mutex>\n#include <thread>\n\n#include "
         "<heddle/check.hpp>\n\n";
}

emitted_thread emit_thread(const litmus_thread& thread, unsigned depth) {
  const std::set<std::string> names = source_writer::registers_of(thread.body);
  source_writer writer(depth, "long");
  writer.block(thread.body);
  return {{names.begin(), names.end()}, writer.text()};
}

std::vector<std::string> words_of(const litmus_test& test) {
  const survey found(test);
  return {found.words.begin(), found.words.end()};
}

std::string emit_cpp(const litmus_test& test, std::string_view name, const emitted_form& form) {
  const survey found(test);
  if (!found.objection.empty()) throw litmus_error("emit_cpp: " + found.objection);
  const std::string check(name);
  const std::string opening = "HEDDLE_CHECK(" + check + ") {\n";
  std::string text = "namespace litmus_" + check + " {\n\n";
  switch (form.storage) {
    case emitted_storage::globals:
      text += declarations(test, found, form.word, "[[maybe_unused]] static ", "static ") + "\n" +
              opening;
      break;
    case emitted_storage::locals:
      text += opening + declarations(test, found, form.word, "  [[maybe_unused]] ", "  ");
      break;
    case emitted_storage::heap:
      text += "struct memory {\n" + declarations(test, found, form.word, "  ", "  ") + "};\n\n" +
              opening + "  const auto all = std::make_unique<memory>();\n" + references(found);
      break;
  }
  const std::string capture = form.storage == emitted_storage::globals ? "[]" : "[&]";
  for (const litmus_thread& thread : test.threads) {
    source_writer body(2, form.word);
    body.thread_body(thread.body);
    text +=
        "  std::thread thread_" + thread.name + "(" + capture + " {\n" + body.text() + "  });\n";
  }
  for (const litmus_thread& thread : test.threads) {
    text += "  thread_" + thread.name + ".join();\n";
  }
  if (test.final_thread) {
    source_writer body(2, form.word);
    body.thread_body(test.final_thread->body);
    text += "  " + capture + " {\n" + body.text() + "  }();\n";
  }
  return text + "}\n\n}  // namespace litmus_" + check + "\n\n";
}

}  // namespace heddle::testing
