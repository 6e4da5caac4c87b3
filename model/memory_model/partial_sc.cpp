#include "model/memory_model/partial_sc.hpp"

#include "model/memory_model/bit_matrix.hpp"

namespace heddle {
namespace {

struct relations {
  explicit relations(const execution_graph& g)
      : graph(g), n(g.size()), sb(n), sb_other_location(n), hb(n), eco(n), co_or_fr(n) {
    for (std::size_t a = 0; a < n; ++a) {
      for (std::size_t b = 0; b < n; ++b) {
        if (a != b) relate(a, b);
      }
    }
  }

  void relate(std::size_t ai, std::size_t bi) {
    const event& a = graph[static_cast<event_id>(ai)];
    const event& b = graph[static_cast<event_id>(bi)];
    const bool same_location = a.location == b.location && a.location != no_location;
    if (a.thread == b.thread && a.index < b.index) {
      sb.set(ai, bi);
      if (!same_location) sb_other_location.set(ai, bi);
    }
    if (graph.happens_before(a, b)) hb.set(ai, bi);
    if (!same_location) return;
    // Every write has an even key, a read of it the next odd one: eco is the order of the keys.
    if (key(a) < key(b)) {
      eco.set(ai, bi);
      if (b.is_write()) co_or_fr.set(ai, bi);
    }
  }

  std::uint32_t key(const event& e) const {
    if (e.is_write()) return 2 * (e.coherence_position + 1);
    if (e.reads_from == initial_write) return 1;
    return 2 * (graph[e.reads_from].coherence_position + 1) + 1;
  }

  const execution_graph& graph;
  std::size_t n;
  bit_matrix sb, sb_other_location, hb, eco, co_or_fr;
};

}  // namespace

bool partial_sc_acyclic(const execution_graph& graph) {
  std::size_t operations = 0;
  for (event_id id = 0; id < graph.size(); ++id) {
    const event& e = graph[id];
    operations += e.order == memory_order::seq_cst && !(e.is_write() && e.exclusive());
  }
  if (operations < 2) return true;

  const relations r(graph);
  // scb = sb ∪ sb|≠loc ; hb ; sb|≠loc ∪ hb|loc ∪ co ∪ fr
  bit_matrix scb =
      r.sb | r.co_or_fr | compose(compose(r.sb_other_location, r.hb), r.sb_other_location);
  bit_matrix left(r.n), right(r.n), fence_hb(r.n), hb_fence(r.n);
  for (std::size_t a = 0; a < r.n; ++a) {
    const event& e = graph[static_cast<event_id>(a)];
    const bool seq_cst = e.order == memory_order::seq_cst;
    const bool fence = seq_cst && e.kind == event_kind::fence;
    if (seq_cst) left.set(a, a), right.set(a, a);
    for (std::size_t b = 0; b < r.n; ++b) {
      const event& f = graph[static_cast<event_id>(b)];
      if (r.hb.test(a, b) && e.location == f.location && e.location != no_location) scb.set(a, b);
      if (fence && r.hb.test(a, b)) left.set(a, b), fence_hb.set(a, b);
      if (fence && r.hb.test(b, a)) right.set(b, a), hb_fence.set(b, a);
    }
  }
  // psc_base = ([SC] ∪ [F_SC];hb?) ; scb ; ([SC] ∪ hb?;[F_SC])
  bit_matrix psc = compose(compose(left, scb), right);
  // psc_F = [F_SC] ; (hb ∪ hb;eco;hb) ; [F_SC]
  psc |= compose(compose(fence_hb, r.eco), hb_fence);
  for (std::size_t a = 0; a < r.n; ++a) {
    for (std::size_t b = 0; b < r.n; ++b) {
      const event& e = graph[static_cast<event_id>(a)];
      const event& f = graph[static_cast<event_id>(b)];
      if (fence_hb.test(a, b) && f.kind == event_kind::fence && f.order == memory_order::seq_cst &&
          e.kind == event_kind::fence) {
        psc.set(a, b);
      }
    }
  }
  return psc.acyclic();
}

}  // namespace heddle
