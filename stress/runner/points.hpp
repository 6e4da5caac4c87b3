// Where threads are held up. A round has a seed, from which follow how often and for how long: some
// rounds stop threads at every other point, some hardly ever, since different mistakes want
// different disorder. The seed does not decide when the operating system switches threads: a round
// cannot be repeated, its like can.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::stress {

/// What the points of the rounds to come do. Called while one thread runs the check.
void begin_round(std::uint64_t seed);

/// The next of the calling thread's random numbers, which follow from the seed and from how many
/// threads came to a point before this one did.
std::uint64_t draw();

}  // namespace heddle::stress

/// Called before each instrumented operation (points.S); mostly does nothing.
extern "C" void heddle_stress_point();
