// Processes that search together (--jobs). Each is a fork of one that had more to do than it could
// take on: fork copies the search, its graphs, and the memory of the program under test, to the
// same addresses; the two then keep one half each of what waits to be explored. So nothing is sent
// to and fro but numbers, and rarely the token of an execution, in memory that all share.
//
// The process that makes the crew is its head: the one that has the result. All others are its
// children (each is forked twice, so that the head adopts it), and end with it.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heddle {

/// What a process has seen.
struct tally {
  std::uint64_t executions = 0, blocked = 0, failures = 0, cut = 0, unfinished = 0;
  std::uint32_t max_events = 0, threads = 0;  // the largest of one execution
  double explored = 0;                        // of the whole search, from 0 to 1
};
tally operator+(const tally& a, const tally& b);

class crew {
 public:
  static constexpr unsigned most_jobs = 256;

  /// What the first to come across it tells the head of.
  enum class message : std::uint8_t { conclusion, first_failure, first_cut };

  /// At most `jobs` processes search at the same time, the caller one of them. Throws
  /// std::system_error.
  explicit crew(unsigned jobs);
  /// Ends all others. In any but the head: nothing.
  ~crew();
  crew(const crew&) = delete;
  crew& operator=(const crew&) = delete;

  // ---- for all
  bool is_head() const;
  /// Whether one more could search: a guess, until split().
  bool has_room() const;
  enum class side : std::uint8_t { alone, old, newcomer };
  /// Forks, if there is room: the new process has its own tally, at 0. `alone`: there was none.
  side split();
  /// What this process has seen since it is in the crew.
  void publish(const tally& seen);
  /// Takes one of so many executions that may be run. False: all are taken.
  bool take_one_of(std::uint64_t limit);
  /// Whether one asked for more than that.
  bool has_run_out(std::uint64_t limit) const;

  // ---- for all but the head
  /// Whether the head wants no more, or is gone.
  bool is_over() const;
  /// Only the first message of each kind counts.
  void tell(message what, std::string_view text);
  /// Nothing is left to do for this process.
  [[noreturn]] void leave();

  // ---- for the head
  /// It has nothing left to do: another may search in its place.
  void rest();
  /// Others that search, or are about to.
  bool others_search() const;
  tally of_the_others() const;
  std::optional<std::string> told(message what) const;
  /// In a sentence, how a process ended that should not have; its part of the search is lost.
  std::optional<std::string> casualty();
  /// Ends all others.
  void dismiss();

 private:
  struct place;
  struct board;

  place* claim();
  void start_work(place& mine, pid_t between);

  board* board_;
  place* mine_ = nullptr;  // null: the head
  tally before_;           // what others have seen that were in this place
  pid_t head_;
  struct sigaction before_crew_;  // of SIGCHLD
};

}  // namespace heddle
