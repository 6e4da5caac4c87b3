#include "model/driver/whole_program.hpp"

#include <fmt/format.h>
#include <getopt.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

#include "model/driver/shell_words.hpp"

namespace heddle::driver {

program_arguments::program_arguments(int count, char** words) {
  for (int i = 0; i < count; ++i) {
    offsets_.push_back(pristine_.size());
    pristine_.append(words[i]).push_back('\0');
  }
  text_ = pristine_;
  words_.resize(offsets_.size() + 1);
}

char** program_arguments::fresh() {
  std::copy(pristine_.begin(), pristine_.end(), text_.begin());
  for (std::size_t i = 0; i < offsets_.size(); ++i) words_[i] = text_.data() + offsets_[i];
  words_.back() = nullptr;
  return words_.data();
}

int run_whole_program(main_function program_main, int count, char** words, char** environment,
                      const char* option_line, run_context context) {
  const std::string path = count > 0 ? words[0] : "program";
  context.program = std::filesystem::path(path).filename().string();
  const parsed_options parsed = parse_option_line(option_line, "HEDDLE_OPTIONS=… " + path);
  if (!parsed.options) {
    fmt::print(parsed.status == 0 ? context.out : context.errors, "{}", parsed.text);
    return parsed.status;
  }

  std::string again;
  for (int i = 0; i < count; ++i) again += ' ' + shell_quoted(words[i]);
  context.command_line = [again](const std::string& options) {
    return "HEDDLE_OPTIONS=" + shell_quoted(options) + again;
  };
  auto arguments = std::make_shared<program_arguments>(count, words);
  const runnable whole{context.program, [program_main, arguments, environment] {
                         // getopt's state is libc's, which no execution takes back; 0 makes it
                         // begin anew.
                         optind = 0;
                         const int status =
                             program_main(arguments->count(), arguments->fresh(), environment);
                         if (status != 0) std::exit(status);  // which is a failure
                       }};
  run_options options = *parsed.options;
  options.session.main_ends_program = true;
  return run_checks({&whole, 1}, options, context);
}

}  // namespace heddle::driver
