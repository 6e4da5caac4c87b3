// Where the subjects come from.
#pragma once

#include <vector>

#include "properties/random/programs/program.hpp"

namespace programs {

std::vector<subject> cells();
std::vector<subject> locks();
std::vector<subject> tasks();
std::vector<subject> histories();

}  // namespace programs
