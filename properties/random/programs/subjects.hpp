// Where the subjects come from.
#pragma once

#include <vector>

#include "properties/random/programs/program.hpp"

namespace programs {

std::vector<subject> attached_waits();
std::vector<subject> cells();
std::vector<subject> gathering();
std::vector<subject> groups();
std::vector<subject> histories();
std::vector<subject> jobs();
std::vector<subject> locks();
std::vector<subject> safepoints();
std::vector<subject> tasks();
std::vector<subject> waits();

}  // namespace programs
