// RC11's axiom on seq_cst operations: psc = psc_base ∪ psc_F is acyclic (Lahav et al., PLDI 2017,
// section 4). Written like the paper, with bit matrices; for the model `rc11` only.
#pragma once

#include "model/graph/execution_graph.hpp"

namespace heddle {

bool partial_sc_acyclic(const execution_graph& graph);

}  // namespace heddle
