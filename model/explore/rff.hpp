// The reads-from fuzzer RFF (Wolff, Shi, Duck, Mathur, Roychoudhury: Greybox fuzzing for
// concurrency testing, ASPLOS 2024): looks for executions in which reads see what they did not see
// before.
//
// An abstract schedule is a set of constraints: a read at place r sees a write at place w, or it
// does not (operation_places.hpp says what a place is). The fuzzer keeps a corpus of abstract
// schedules, each of which has shown a combination of read-from pairs that none before it had. An
// execution takes one of them, changes it a little (adds a constraint between places that it has
// seen, takes one out, turns one round) and tries to keep it: an operation that a constraint needs
// now comes first, one that would break a constraint comes last, and among equals the priorities of
// POS decide. What cannot be kept is not: a constraint never makes an execution impossible.
//
// Where reads may see old writes, a write that has happened can still be seen: then a read is only
// put off until that, no write is put off for it, and the read asks for it as its source. So a bug
// that needs given old values is a set of pairs like any other. Plain accesses are no operations of
// an execution here (they race, or see what happens-before says), and no places.
//
// Which of the corpus, how often: a cut-off exponential power schedule. Those whose combination has
// been seen more often than the mean are passed over; of the others, one that is taken for the s-th
// time is changed min(2^s / f, 64) times in a row, at least once, for a combination seen f times.
//
// Probability: one execution in four has no constraints and is POS's, so what POS promises holds at
// a quarter of its rate. For the others there is no bound, but a reason: a bug that c read-from
// pairs make, of places that have been seen, needs c additions from p² pairs of places, p of them,
// however many threads and operations there are: reorder_100 has as many pairs as reorder_3.
//
// What an execution does depends on all before it with the same seed. One that is repeated under
// its number is drawn as it was, and leaves no trace of its first run but the places.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/explore/operation_places.hpp"
#include "model/explore/pos.hpp"
#include "model/explore/scheduler.hpp"

namespace heddle {

class rff final : public scheduler {
 public:
  void begin(random_source& random, std::uint64_t number, std::uint64_t longest) override;
  void with_old_writes(bool may_be_seen) override { old_writes_ = may_be_seen; }
  event_id wanted_source(const pending_operation& read, std::span<const event_id> sources) override;
  thread_id choose(random_source& random, std::span<const pending_operation> pending) override;
  void performed(random_source& random, const performed_operation& done,
                 std::span<const pending_operation> pending) override;

  /// How many combinations of read-from pairs have been seen.
  std::size_t combinations() const { return corpus_.size(); }

 private:
  struct constraint {
    place_id read = no_place;
    place_id write = no_place;
    bool wanted = true;  // the read sees the write; else it does not
    bool kept = false;   // in this execution: the read has seen the write
  };
  using abstract_schedule = std::vector<constraint>;
  struct corpus_entry {
    abstract_schedule schedule;
    std::uint64_t seen = 0;   // executions with its combination
    std::uint32_t taken = 0;  // by the power schedule
  };
  /// A combination of pairs, as a hash of 128 bits: by the numbers of places, in any order.
  using combination = std::pair<std::uint64_t, std::uint64_t>;
  enum class rank : std::uint8_t { breaks, free, helps };

  static constexpr std::uint64_t no_number = ~std::uint64_t{0};
  static constexpr std::size_t most_constraints = 16;

  void conclude();
  void forget();
  std::size_t take_from_corpus();
  abstract_schedule mutated(random_source& random, abstract_schedule schedule);
  void mutate(random_source& random, abstract_schedule& schedule);
  void add_constraint(random_source& random, abstract_schedule& schedule);
  void find_candidates();
  place_id place_of(const pending_operation& op);
  place_id latest_write(location_id location);
  place_id place_of_write(event_id write, location_id location);
  bool is_told(place_id read, place_id write, bool wanted) const;
  bool can_be_seen(const constraint& c, bool in_place) const;
  bool is_pending(std::span<const pending_operation> pending, place_id place);
  rank rank_of(const pending_operation& op, std::span<const pending_operation> pending);

  operation_places places_;
  pos order_;  // among operations of equal rank

  std::vector<corpus_entry> corpus_;
  std::map<combination, std::size_t> index_;  // into the corpus
  std::uint64_t concluded_ = 0;               // executions
  std::size_t cursor_ = 0;                    // in the corpus
  std::uint64_t energy_ = 0;                  // executions that are left for the entry there

  std::vector<place_id> reads_;  // with two sources or more
  std::map<location_id, std::vector<place_id>> writes_;
  std::size_t candidates_of_ = 0;  // both are made of so many places

  // of the current execution
  std::uint64_t number_ = no_number;
  abstract_schedule schedule_;
  random_source drawn_{0, 0};  // as it was when that was drawn
  combination combination_;
  std::set<std::pair<place_id, place_id>> pairs_;
  std::vector<place_id> next_;      // by thread, no_place: not yet known
  bool old_writes_ = false;         // can be seen
  std::vector<place_id> of_event_;  // writes, by event
  std::vector<bool> happened_;      // writes, by place
  std::map<location_id, place_id> latest_;
  std::vector<pending_operation> equals_;  // work space
};

}  // namespace heddle
