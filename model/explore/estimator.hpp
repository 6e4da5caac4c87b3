// How many executions the exhaustive search will have, from a few of them: Knuth's estimator
// (Estimating the efficiency of backtrack programs, Mathematics of Computation 29, 1975).
//
// The search is a tree whose inner nodes are the events with alternatives: the canonical answer,
// the other sources or places, and the backward revisits of a new write. A probe goes down from the
// root and takes at each node one of its c branches, each as likely; the product of all c is an
// unbiased estimate of the number of leaves, and 0 where an alternative leads to no execution. What
// is told is the mean of the probes and its standard error. Where the leaves are very unevenly
// spread the mean of few probes is more often too low than too high, and its standard error, too:
// most see none of the large subtrees. Another mean of the same probes is no help: the geometric
// one is never above this one, which is right on the average. Strata (Chen, Heuristic sampling,
// SIAM Journal on Computing 21, 1992) would be, with a guess of how large a subtree is; here nobody
// has one.
//
// A probe costs as many executions as it takes branches that are not canonical, and one.
#pragma once

#include <cstdint>

#include "model/explore/exhaustive.hpp"
#include "model/explore/random_source.hpp"

namespace heddle {

class estimator {
 public:
  estimator(const search_options& options, std::uint64_t seed)
      : search_(options), random_(seed, 0) {}

  /// Prepares the next execution, of a probe that has begun or of a new one. To be run by search(),
  /// and to be ended by end_execution().
  void begin_execution();
  void end_execution();
  exhaustive& search() { return search_; }

  /// Forgets all probes.
  void restart();

  std::uint64_t executions() const { return executions_; }  // that were run
  std::uint64_t probes() const { return probes_; }          // that have come to their end
  double mean() const { return mean_; }
  /// Of the mean; 0 with less than two probes.
  double standard_error() const;

 private:
  void end_probe(double leaves);

  exhaustive search_;
  random_source random_;
  bool in_probe_ = false;
  double weight_ = 1;
  std::uint64_t executions_ = 0;
  std::uint64_t probes_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // of the distances from the mean
};

}  // namespace heddle
