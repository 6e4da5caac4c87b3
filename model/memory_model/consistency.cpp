#include "model/memory_model/memory_model.hpp"
#include "model/memory_model/partial_sc.hpp"

namespace heddle {

bool consistency::operator()(const execution_graph& graph, event_id changed_read,
                             event_id changed_write) {
  switch (model_) {
    case memory_model::cpp20:
      return seq_cst_.exists(graph, changed_read, changed_write);
    case memory_model::rc11:
      return partial_sc_acyclic(graph);
    case memory_model::sc:
      return (changed_read == no_event || sequentially_consistent(graph, changed_read)) &&
             (changed_write == no_event || sequentially_consistent(graph, changed_write));
  }
  __builtin_unreachable();
}

}  // namespace heddle
