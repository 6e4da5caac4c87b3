#include "model/driver/compile_command.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace heddle::driver {
namespace {

using words = std::vector<std::string>;

/// Options whose value is the next argument.
constexpr std::array takes_next = {"-o",
                                   "-x",
                                   "-I",
                                   "-L",
                                   "-D",
                                   "-U",
                                   "-include",
                                   "-imacros",
                                   "-isystem",
                                   "-idirafter",
                                   "-iquote",
                                   "-iprefix",
                                   "-isysroot",
                                   "-iwithprefix",
                                   "-MF",
                                   "-MT",
                                   "-MQ",
                                   "-Xlinker",
                                   "-Xclang",
                                   "-Xassembler",
                                   "-T",
                                   "-u",
                                   "-z",
                                   "-e",
                                   "-l",
                                   "-target",
                                   "--param",
                                   "-mllvm",
                                   "-A",
                                   "-aux-info",
                                   "-B",
                                   "-dumpbase",
                                   "-dumpdir",
                                   "-wrapper",
                                   "--sysroot",
                                   "-Xpreprocessor",
                                   "-gcc-toolchain"};

/// Commands that stop before the linker.
constexpr std::array stops_early = {"-c", "-S", "-E", "-M", "-MM", "-fsyntax-only"};

/// Sanitizers that bring a runtime which wants the same functions as heddle.
constexpr std::array rivals = {"address", "memory", "leak", "hwaddress", "kernel-address"};

constexpr std::string_view sanitize = "-fsanitize=";

template <typename List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_linker_input(std::string_view file) {
  return file.ends_with(".o") || file.ends_with(".a") || file.ends_with(".so") ||
         file.ends_with(".lo") || file.ends_with(".obj") || file.ends_with(".lds") ||
         file.find(".so.") != std::string_view::npos;
}

class translation {
 public:
  explicit translation(const toolchain& tools) : tools_(tools) {}

  std::variant<words, complaint> operator()(const words& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::string& word = arguments[i];
      if (contains(takes_next, word) && i + 1 < arguments.size()) {
        if (word == "-x") has_source_ = true;
        kept_.push_back(word);
        kept_.push_back(arguments[++i]);
      } else {
        take(word);
      }
    }
    const bool links = has_input_ && !stops_early_;
    if (links && is_static_)
      refuse("-static cannot be: heddle replaces functions of the shared C library");
    if (!complaint_.sentence.empty()) return complaint_;
    return command(links);
  }

 private:
  void take(const std::string& word) {
    if (word.starts_with(sanitize)) return take_sanitizers(word.substr(sanitize.size()));
    if (word == "-static-libtsan" || word == "-ltsan") return;
    if (word == "-static" || word == "-static-pie" || word == "--static") is_static_ = true;
    if (word == "-shared" || word == "-r" || word == "--shared") links_no_program_ = true;
    if (word == "-m32" || word == "-mx32") refuse(word + " cannot be: heddle is for x86-64");
    if (word.starts_with("-x")) has_source_ = true;
    stops_early_ = stops_early_ || contains(stops_early, word);
    if (!word.starts_with('-') || word == "-") {
      has_input_ = true;
      has_source_ = has_source_ || !is_linker_input(word);
    }
    kept_.push_back(word);
  }

  /// Keeps the sanitizers that go together with heddle, such as `undefined`.
  void take_sanitizers(std::string_view list) {
    std::string others;
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const std::string name(list.substr(0, comma));
      list.remove_prefix(std::min(comma + 1, list.size()));
      if (contains(rivals, name)) {
        refuse(std::string(sanitize) + name +
               " cannot be used together with heddle, which finds memory errors itself");
      }
      if (name == "thread") continue;
      others += (others.empty() ? "" : ",") + name;
    }
    if (!others.empty()) kept_.push_back(std::string(sanitize) + others);
  }

  void refuse(std::string sentence) {
    if (complaint_.sentence.empty()) complaint_.sentence = std::move(sentence);
  }

  words command(bool links) const {
    words all = tools_.compiler;
    if (!has_input_) {  // --version and the like
      append(all, kept_);
      return all;
    }
    all.push_back("-g");  // first: a -g0 of the user's holds
    append(all, kept_);
    if (has_source_) append_instrumentation(all, links);
    if (links && !links_no_program_) append_heddle(all);
    return all;
  }

  void append_instrumentation(words& all, bool links) const {
    if (tools_.clang) {
      // Where a step has no use for a flag, clang would warn.
      all.push_back("--start-no-unused-arguments");
      append(all, tools_.instrumentation);
      all.push_back("-fno-sanitize-link-runtime");
      all.push_back("--end-no-unused-arguments");
    } else {
      for (const std::string& flag : tools_.instrumentation) {
        // GCC links ThreadSanitizer's runtime wherever it sees the flag; the specs file hands it to
        // the compiler proper, unseen by the link step.
        const bool hidden = links && flag == "-fsanitize=thread";
        all.push_back(hidden ? "-specs=" + tools_.library_folder + "/heddle.specs" : flag);
      }
    }
    all.push_back("-fno-lto");
    if (!tools_.include_folder.empty()) append(all, {"-idirafter", tools_.include_folder});
  }

  void append_heddle(words& all) const {
    append(all, {"-L" + tools_.library_folder, "-Wl,--whole-archive", "-lheddle",
                 "-lheddle_whole_program", "-Wl,--no-whole-archive", "-ldw", "-latomic"});
    if (!tools_.cxx) append(all, {"-lstdc++", "-lm"});  // which heddle itself needs
    all.push_back("-pthread");
  }

  static void append(words& all, const words& more) {
    all.insert(all.end(), more.begin(), more.end());
  }

  const toolchain& tools_;
  words kept_;
  complaint complaint_;
  bool stops_early_ = false;
  bool has_input_ = false;
  bool has_source_ = false;
  bool is_static_ = false;
  bool links_no_program_ = false;
};

}  // namespace

std::variant<words, complaint> compile_command(const toolchain& tools, const words& arguments) {
  return translation(tools)(arguments);
}

}  // namespace heddle::driver
