#include "properties/random/programs/subjects.hpp"

#include <algorithm>
#include <string_view>

namespace programs {

const std::vector<subject>& all_subjects() {
  static const std::vector<subject> all = [] {
    std::vector<subject> gathered;
    for (const auto& some : {cells(), locks(), tasks(), histories()}) {
      gathered.insert(gathered.end(), some.begin(), some.end());
    }
    std::sort(gathered.begin(), gathered.end(), [](const subject& a, const subject& b) {
      return std::string_view(a.name) < std::string_view(b.name);
    });
    return gathered;
  }();
  return all;
}

}  // namespace programs
