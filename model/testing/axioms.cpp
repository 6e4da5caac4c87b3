#include "model/testing/axioms.hpp"

#include <array>
#include <bit>

#include "model/testing/bit_matrix.hpp"

namespace heddle::testing {
namespace {

bool releases(memory_order o) {
  return o == memory_order::release || o == memory_order::acq_rel || o == memory_order::seq_cst;
}
bool acquires(memory_order o) {
  return o == memory_order::acquire || o == memory_order::acq_rel || o == memory_order::seq_cst;
}

event_set bit(std::size_t i) { return event_set{1} << i; }

/// The primitive relations and sets of a graph, named as in the papers.
struct relations {
  explicit relations(const axiom_graph& graph);

  std::size_t size;
  event_set all, reads = 0, writes = 0, fences = 0;
  event_set release = 0, acquire = 0, seq_cst = 0;
  relation po;   // sequenced before
  relation asw;  // additional synchronisation: the end of a thread with what follows its join
  relation rf, co, fr;
  relation rmw;            // the read of a read-modify-write with its write
  relation same_location;  // between reads and writes
};

relations::relations(const axiom_graph& graph)
    : size(graph.size),
      all(size == 64 ? ~event_set{0} : bit(size) - 1),
      po(size),
      asw(size),
      rf(size),
      co(size),
      fr(size),
      rmw(size),
      same_location(size) {
  std::array<event_set, 256> of_thread{};
  std::array<event_set, 256> of_location{};
  for (std::size_t i = size; i-- > 0;) {
    const axiom_event& e = graph.events[i];
    po.add_all(i, of_thread[e.thread]);
    of_thread[e.thread] |= bit(i);
    if (e.kind == axiom_event_kind::fence) fences |= bit(i);
    if (e.kind == axiom_event_kind::read) reads |= bit(i);
    if (e.kind == axiom_event_kind::write) writes |= bit(i);
    if (e.kind != axiom_event_kind::fence) of_location[e.location] |= bit(i);
    if (releases(e.order)) release |= bit(i);
    if (acquires(e.order)) acquire |= bit(i);
    if (e.order == memory_order::seq_cst) seq_cst |= bit(i);
  }
  for (const std::vector<std::uint8_t>& order : graph.coherence) {
    event_set later = 0;
    for (std::size_t k = order.size(); k-- > 0;) {
      co.add_all(order[k], later);
      later |= bit(order[k]);
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    const axiom_event& e = graph.events[i];
    if (e.kind != axiom_event_kind::fence) same_location.add_all(i, of_location[e.location]);
    if (graph.joining_thread != 0xff && e.thread != graph.joining_thread) {
      asw.add_all(i, of_thread[graph.joining_thread]);
    }
    if (e.kind != axiom_event_kind::read) continue;
    if (e.exclusive) {
      rmw.add(i, static_cast<std::size_t>(std::countr_zero(po.row(i))));
    }
    if (e.reads_from != axiom_event::initial_value) {
      rf.add(e.reads_from, i);
      fr.add_all(i, co.row(e.reads_from));
    } else {
      fr.add_all(i, of_location[e.location] & writes);
    }
  }
}

/// synchronises with, fences included; rs = [W] ; (rf ; rmw)*
relation synchronises_with(const relations& g) {
  const relation write = relation::identity(g.size, g.writes);
  const relation release_sequence =
      (write | write.then(g.rf.then(g.rmw).closure())).between(g.writes, g.writes);
  const relation left =
      relation::identity(g.size, g.release) | g.po.between(g.release & g.fences, g.writes);
  const relation right =
      relation::identity(g.size, g.acquire) | g.po.between(g.reads, g.acquire & g.fences);
  return left.then(release_sequence).then(g.rf.between(g.writes, g.reads)).then(right) | g.asw;
}

bool coherent(const relation& hb, const relation& eco) {
  return hb.irreflexive() && hb.then(eco).irreflexive() && eco.irreflexive();
}

/// psc of RC11, section 4. asw stands for sb ; sw ; sb through events of creating and joining
/// threads that are not in this graph, an edge of sb|≠loc ; hb ; sb|≠loc.
relation partial_sc(const relations& g, const relation& hb, const relation& eco) {
  const event_set sc_fences = g.seq_cst & g.fences;
  const relation sc = relation::identity(g.size, g.seq_cst);
  const relation hb_or_equal = hb | relation::identity(g.size, g.all);
  relation elsewhere = g.po;
  for (std::size_t i = 0; i < g.size; ++i) elsewhere.remove(i, g.same_location.row(i));
  const relation scb =
      g.po | g.asw | elsewhere.then(hb).then(elsewhere) | (hb & g.same_location) | g.co | g.fr;
  const relation left = sc | hb_or_equal.between(sc_fences, g.all);
  const relation right = sc | hb_or_equal.between(g.all, sc_fences);
  const relation base = left.then(scb).then(right);
  return base | (hb | hb.then(eco).then(hb)).between(sc_fences, sc_fences);
}

/// What [atomics.order]/3-4 demand of the total order S, the two halves of a read-modify-write
/// being one operation, represented by its read.
relation order_s(const relations& g, const relation& sw, const relation& hb, const relation& eco) {
  const event_set sc_fences = g.seq_cst & g.fences;
  const relation sc = relation::identity(g.size, g.seq_cst);
  relation sb = g.po;
  for (std::size_t i = 0; i < g.size; ++i) sb.remove(i, g.rmw.row(i));
  const relation strongly =
      (g.po | sw.between(g.seq_cst, g.seq_cst) | sb.then(hb).then(sb) | g.asw).closure();
  const relation left = sc | hb.between(sc_fences, g.all);
  const relation right = sc | hb.between(g.all, sc_fences);
  const relation s = strongly.between(g.seq_cst, g.seq_cst) |
                     left.then(eco).then(right).between(g.seq_cst, g.seq_cst);
  std::array<std::size_t, max_events> operation;
  for (std::size_t i = 0; i < g.size; ++i) operation[i] = i;
  for (std::size_t i = 0; i < g.size; ++i) {
    if (g.rmw.row(i) != 0) operation[static_cast<unsigned>(std::countr_zero(g.rmw.row(i)))] = i;
  }
  relation result(g.size);
  for (std::size_t a = 0; a < g.size; ++a) {
    for (event_set rest = s.row(a); rest != 0; rest &= rest - 1) {
      const auto b = static_cast<unsigned>(std::countr_zero(rest));
      if (operation[a] != operation[b]) result.add(operation[a], operation[b]);
    }
  }
  return result;
}

}  // namespace

bool consistent(axiom_model model, const axiom_graph& graph) {
  const relations g(graph);
  if (!(g.rmw & g.fr.then(g.co)).empty()) return false;  // atomicity
  if (model == axiom_model::sc) return (g.po | g.asw | g.rf | g.co | g.fr).acyclic();
  if (!(g.po | g.asw | g.rf).acyclic()) return false;  // no thin air
  const relation eco = (g.rf | g.co | g.fr).closure();
  const relation sw = synchronises_with(g);
  const relation hb = (g.po | sw).closure();
  if (!coherent(hb, eco)) return false;
  if (g.seq_cst == 0) return true;  // what follows relates seq_cst operations only
  return model == axiom_model::rc11 ? partial_sc(g, hb, eco).acyclic()
                                    : order_s(g, sw, hb, eco).acyclic();
}

}  // namespace heddle::testing
