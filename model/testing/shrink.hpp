// Makes a failing litmus test smaller.
#pragma once

#include <functional>
#include <string>

namespace heddle::testing {

/// Drops lines, alone and with the block they open, as long as `fails` holds of
/// what is left. `fails` is never called with a text that does not parse.
std::string shrink(std::string text, const std::function<bool(const std::string&)>& fails);

}  // namespace heddle::testing
