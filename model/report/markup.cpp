#include "model/report/markup.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace heddle::report {
namespace {

/// The length of the valid UTF-8 character at the beginning of a non-empty text; 0 if there is
/// none.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  std::uint32_t code = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return 0;
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest[length] || surrogate || code > 0x10ffff) return 0;
  return length;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0)
      result += "\xef\xbf\xbd";
    else
      result += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

std::string escape_markup(std::string_view text) {
  std::string result;
  const std::string valid = valid_utf8(text);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto code = static_cast<unsigned char>(valid[i]);
    const std::string_view rest = std::string_view(valid).substr(i, 3);
    if (code == '&')
      result += "&amp;";
    else if (code == '<')
      result += "&lt;";
    else if (code == '>')
      result += "&gt;";
    else if (code == '"')
      result += "&quot;";
    else if (code == '\'')
      result += "&#39;";
    else if ((code < 0x20 && code != '\n' && code != '\t') || code == 0x7f)
      result += fmt::format("\\x{:02x}", code);
    else if (rest == "\xef\xbf\xbe" || rest == "\xef\xbf\xbf") {  // U+FFFE, U+FFFF
      result += "\xef\xbf\xbd";
      i += 2;
    } else
      result += valid[i];
  }
  return result;
}

std::string escape_dot(std::string_view text) {
  std::string result;
  for (char c : valid_utf8(text)) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (c == '\n')
      result += "\\l";
    else if (code < 0x20 || code == 0x7f)
      result += fmt::format("\\\\x{:02x}", code);
    else
      result += c;
  }
  return result;
}

std::string path_as_uri(std::string_view path) {
  std::string result = path.starts_with('/') ? "file://" : "";
  for (char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/-._~+").find(c) != std::string_view::npos;
    if (plain)
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace heddle::report
