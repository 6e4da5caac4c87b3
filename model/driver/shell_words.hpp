// Splits a line into words as a shell does: blanks separate; '…' keeps everything; "…" keeps all
// but \" \\ \$ \`; a backslash outside quotes keeps the next character. No variables, no globs.
// For the environment variable HEDDLE_OPTIONS and for @files of compilers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::driver {

/// Nothing if a quote is left open or a backslash ends the line.
std::optional<std::vector<std::string>> split_words(std::string_view line);

/// The word, quoted for a shell where it needs to be: split_words(shell_quoted(w)) is {w}.
std::string shell_quoted(std::string_view word);

}  // namespace heddle::driver
