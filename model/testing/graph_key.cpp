#include "model/testing/graph_key.hpp"

namespace heddle::testing {

std::string describe(const graph_key& key, const litmus_code& code) {
  std::string text;
  std::size_t group = 0;
  bool fresh = true;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::size_t threads = code.threads.size();
    if (fresh) {
      if (group > 0) text += " | ";
      text += group < threads ? code.threads[group].name : code.locations[group - threads].name;
      text += ":";
      fresh = false;
    }
    const char c = key[i];
    if (c == graph_key_writer::group_mark) {
      ++group;
      fresh = true;
    } else if (c == graph_key_writer::choice_mark) {
      text += " #" + std::to_string(static_cast<unsigned char>(key[++i]));
    } else if (c == 0) {
      text += " init";
    } else {
      text += " " + code.threads[static_cast<std::size_t>(c) - 1].name + "." +
              std::to_string(static_cast<unsigned char>(key[++i]));
    }
  }
  return text;
}

}  // namespace heddle::testing
