// What the units of the shop share. See main.cpp.
#pragma once

namespace shop {

constexpr int kinds = 2;

/// How many units have run their static constructors: each adds itself before main.
extern int units;

/// Takes one piece of this kind from the shelf, if there is one. Thread safe. (Static library.)
bool take(int kind);

}  // namespace shop

extern "C" {

/// What a piece of this kind costs. (Shared library that is not instrumented.)
int price_of(int kind);

/// Adds that to *sum, which the caller must protect. (The same.)
void add_price(int* sum, int kind);
}
