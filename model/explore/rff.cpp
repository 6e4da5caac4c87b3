#include "model/explore/rff.hpp"

#include <algorithm>

namespace heddle {

// ---- between executions

void rff::begin(random_source& random, std::uint64_t number, std::uint64_t longest) {
  if (number_ != no_number && number_ != number) conclude();
  const bool again = number_ == number;
  number_ = number;
  forget();
  order_.begin(random, number, longest);
  if (again) {
    random = drawn_;
    for (constraint& c : schedule_) c.kept = false;
    return;
  }
  schedule_.clear();
  const bool free = random.below(4) == 0;
  if (!free && !corpus_.empty()) {
    schedule_ = mutated(random, corpus_[take_from_corpus()].schedule);
  }
  drawn_ = random;
}

/// The execution that has ended is judged by what its reads saw.
void rff::conclude() {
  ++concluded_;
  const auto [at, fresh] = index_.try_emplace(combination_, corpus_.size());
  if (fresh) {
    for (constraint& c : schedule_) c.kept = false;
    corpus_.push_back({std::move(schedule_), 0, 0});
  }
  ++corpus_[at->second].seen;
}

void rff::forget() {
  places_.begin_execution();
  combination_ = {};
  pairs_.clear();
  next_.clear();
  of_event_.clear();
  happened_.clear();
  latest_.clear();
}

std::size_t rff::take_from_corpus() {
  if (energy_ > 0) {
    --energy_;
    return cursor_;
  }
  // The mean of `seen` is concluded_ / size: one of them at least is not above it.
  do {
    cursor_ = (cursor_ + 1) % corpus_.size();
  } while (corpus_[cursor_].seen * corpus_.size() > concluded_);
  corpus_entry& entry = corpus_[cursor_];
  constexpr std::uint64_t most = 64;
  const std::uint64_t power = std::uint64_t{1} << std::min<std::uint32_t>(entry.taken++, 32);
  energy_ = std::clamp<std::uint64_t>(power / entry.seen, 1, most) - 1;
  return cursor_;
}

/// One change, with a chance of a half a second one, and so on.
rff::abstract_schedule rff::mutated(random_source& random, abstract_schedule schedule) {
  find_candidates();
  do {
    mutate(random, schedule);
  } while (random.chance(50));
  return schedule;
}

void rff::mutate(random_source& random, abstract_schedule& schedule) {
  // To add is as likely as all else; what there is nothing to be done to is added to.
  const std::uint64_t what = random.below(4);
  if (what < 2 || schedule.empty()) return add_constraint(random, schedule);
  const std::size_t which = random.below(schedule.size());
  if (what == 2) {
    schedule.erase(schedule.begin() + static_cast<std::ptrdiff_t>(which));
  } else {
    schedule[which].wanted = !schedule[which].wanted;
  }
}

void rff::add_constraint(random_source& random, abstract_schedule& schedule) {
  if (reads_.empty()) return;
  const place_id read = reads_[random.below(reads_.size())];
  const std::vector<place_id>& sources = writes_[places_[read].location];
  const constraint added{read, sources[random.below(sources.size())], !random.chance(25)};
  // What is said anew about a pair holds; and one read is wanted to see one write.
  std::erase_if(schedule, [&](const constraint& c) {
    return c.read == read && (c.write == added.write || (c.wanted && added.wanted));
  });
  if (schedule.size() == most_constraints) schedule.erase(schedule.begin());
  schedule.push_back(added);
}

void rff::find_candidates() {
  if (candidates_of_ == places_.size()) return;
  candidates_of_ = places_.size();
  reads_.clear();
  writes_.clear();
  for (place_id p = 0; p < places_.size(); ++p) {
    if (places_[p].writes) writes_[places_[p].location].push_back(p);
  }
  for (place_id p = 0; p < places_.size(); ++p) {
    if (places_[p].reads && writes_[places_[p].location].size() > 1) reads_.push_back(p);
  }
}

// ---- during an execution

place_id rff::place_of(const pending_operation& op) {
  if (op.thread >= next_.size()) next_.resize(op.thread + 1u, no_place);
  if (next_[op.thread] == no_place) next_[op.thread] = places_.of(op);
  return next_[op.thread];
}

place_id rff::latest_write(location_id location) {
  const auto [at, fresh] = latest_.try_emplace(location, no_place);
  if (fresh) at->second = places_.of_initial(location);
  return at->second;
}

place_id rff::place_of_write(event_id write, location_id location) {
  return write == initial_write ? places_.of_initial(location) : of_event_[write];
}

/// Whether a constraint says that the read is to see the write (or, if not `wanted`, not to).
bool rff::is_told(place_id read, place_id write, bool wanted) const {
  return std::ranges::any_of(schedule_, [&](const constraint& c) {
    return !c.kept && c.wanted == wanted && c.read == read && c.write == write;
  });
}

event_id rff::wanted_source(const pending_operation& read, std::span<const event_id> sources) {
  if (schedule_.empty()) return no_event;
  const place_id here = place_of(read);
  event_id newest_allowed = no_event;
  for (std::size_t i = sources.size(); i-- > 0;) {
    const place_id write = place_of_write(sources[i], read.location);
    if (is_told(here, write, true)) return sources[i];
    if (newest_allowed == no_event && !is_told(here, write, false)) newest_allowed = sources[i];
  }
  // The newest is nothing to be asked for.
  return newest_allowed == sources.back() ? no_event : newest_allowed;
}

/// Whether what the constraint wants seen is there: `in_place` it is the newest.
bool rff::can_be_seen(const constraint& c, bool in_place) const {
  if (in_place || !old_writes_) return in_place;
  return places_[c.write].is_initial || (c.write < happened_.size() && happened_[c.write]);
}

bool rff::is_pending(std::span<const pending_operation> pending, place_id place) {
  return std::ranges::any_of(pending, [&](const pending_operation& op) {
    return op.location == places_[place].location && place_of(op) == place;
  });
}

rff::rank rff::rank_of(const pending_operation& op, std::span<const pending_operation> pending) {
  if (op.location == no_location) return rank::free;
  const place_id here = place_of(op);
  rank result = rank::free;
  for (const constraint& c : schedule_) {
    if (c.kept || places_[c.read].location != op.location) continue;
    const bool in_place = latest_write(op.location) == c.write;
    if (!c.wanted) {
      if (here == c.read && in_place && !old_writes_) return rank::breaks;
    } else if (here == c.read) {
      if (!can_be_seen(c, in_place)) return rank::breaks;
      result = rank::helps;
    } else if (op.may_write && in_place && !old_writes_) {
      return rank::breaks;
    } else if (here == c.write && is_pending(pending, c.read)) {
      result = rank::helps;
    }
  }
  return result;
}

thread_id rff::choose(random_source& random, std::span<const pending_operation> pending) {
  if (schedule_.empty()) return order_.choose(random, pending);
  equals_.clear();
  rank best = rank::breaks;
  for (const pending_operation& op : pending) {
    const rank now = rank_of(op, pending);
    if (now < best) continue;
    if (now > best) equals_.clear();
    best = now;
    equals_.push_back(op);
  }
  return order_.choose(random, equals_);
}

void rff::performed(random_source& random, const performed_operation& done,
                    std::span<const pending_operation> pending) {
  order_.performed(random, done, pending);
  if (done.location == no_location) return places_.performed(done);
  const place_id here = place_of(done);
  places_.of_initial(done.location);  // a source, seen or not
  if (done.reads_from != no_event) {
    const place_id source = place_of_write(done.reads_from, done.location);
    if (pairs_.insert({here, source}).second) {
      random_source hash(here, source);
      combination_.first += hash.next();
      combination_.second += hash.next();
    }
    for (constraint& c : schedule_) c.kept |= c.wanted && c.read == here && c.write == source;
  }
  if (done.wrote) {
    if (done.event >= of_event_.size()) of_event_.resize(done.event + 1u, no_place);
    of_event_[done.event] = here;
    if (here >= happened_.size()) happened_.resize(here + 1u, false);
    happened_[here] = true;
    latest_[done.location] = here;
  }
  places_.performed(done);
  next_[done.thread] = no_place;
}

}  // namespace heddle
