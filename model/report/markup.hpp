// Putting arbitrary text into XML, HTML, DOT and URIs.
#pragma once

#include <string>
#include <string_view>

namespace heddle::report {

/// Valid UTF-8: bytes that are not become U+FFFD.
std::string valid_utf8(std::string_view text);

/// For the text and the quoted attributes of XML 1.0 and HTML. Characters that XML cannot hold, not
/// even escaped, are written as "\x1b".
std::string escape_markup(std::string_view text);

/// For a quoted string of DOT; newlines become left-aligned line ends.
std::string escape_dot(std::string_view text);

/// The path as a URI reference: "a%20b.cpp"; an absolute one gets "file://" before it.
std::string path_as_uri(std::string_view path);

}  // namespace heddle::report
