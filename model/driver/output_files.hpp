// The files that a run leaves behind: --json, --junit, --sarif, --dot, --html. Whether they can be
// written is found out before the run, so that no hour of search ends at a missing directory.
#pragma once

#include <span>
#include <string>

#include "model/driver/options.hpp"
#include "model/report/setting.hpp"

namespace heddle::driver {

/// A sentence about the first file that cannot be written; empty if all can. Creates files and the
/// HTML directory that do not exist yet; leaves the contents of those that do.
std::string output_complaint(const run_options& options);

/// Writes them all; `program` names the run. A sentence about the first that failed; empty if none
/// did.
std::string write_outputs(const run_options& options, std::span<const check_result> results,
                          const std::string& program, const report::setting& around);

}  // namespace heddle::driver
