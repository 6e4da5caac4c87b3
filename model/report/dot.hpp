// The execution graph of a failure in the language of Graphviz: one column per thread in program
// order; reads-from green, coherence brown, from-reads (what a read was too early for) dashed
// orange; one node for the initial values.
#pragma once

#include <string>

#include "model/report/setting.hpp"

namespace heddle::report {

/// A digraph. A result without a failure gives a digraph that says so.
std::string render_dot(const check_result& result, const setting& around);

}  // namespace heddle::report
