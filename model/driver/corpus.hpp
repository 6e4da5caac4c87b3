// A folder of failures that were found, each as small as it could be made, to be replayed first in
// every later run: DIR/<check>/<id>.json. The same failure of the same program (kind, message
// without addresses, file and line) is always the same file. Nothing in a file depends on when or
// where it was written, so the folder can be kept under version control.
//
//   {"schema": 1, "check": "once", "kind": "data_race", "message": "…", "location": "once.cpp:12",
//    "token": "h1-…", "compiler": "…", "memory_model": "cpp20",
//    "options": {"races": true, "spurious": false, "alloc_failures": 0, "seed": 0,
//                "max_steps": 100000},
//    "needs": {"context_switches": 2, "stale_reads": 1}}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/diagnose/result.hpp"
#include "model/driver/session.hpp"

namespace heddle::driver {

struct corpus_entry {
  std::string file;       // its path
  std::string complaint;  // why it cannot be used; the rest is empty then
  std::string token;
  std::string kind;
  std::string message;
  std::string memory_model;
  session_options session;  // races, spurious, allocation_failures, seed, max_steps, replay
};

/// The entries of the check, by file name; none if there is no such folder. Files that are no
/// entries have a complaint.
std::vector<corpus_entry> read_corpus(const std::string& directory, const std::string& check);

/// What `session` would have to allow for the entry to be a failure of its own; empty if it does.
std::string missing_for(const corpus_entry& entry, const session_options& session);

/// A written entry, or why it could not be written.
struct corpus_file {
  std::string path;
  std::string complaint;  // a sentence; empty if all went well
};

/// Writes the failure of `result`, found with `session` at `location` ("file:line" or empty), in
/// one step: whoever reads sees all of it or what was there before.
corpus_file write_to_corpus(const std::string& directory, const check_result& result,
                            const session_options& session, const std::string& location);

/// A file name for any name of a check: the name itself where it is made of letters, digits, '_',
/// '-' and '.', and does not begin with '.'; else something like it that no other name has.
std::string safe_file_name(const std::string& name);

}  // namespace heddle::driver
