// What the tests of runs share: a folder of their own, and runs whose output is kept.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <system_error>

#include "model/driver/run_checks.hpp"

namespace heddle::driver {

class runs_fixture : public testing::Test {
 protected:
  runs_fixture() {
    // mkdtemp wants a name that ends in six of them.
    std::string name = (std::filesystem::temp_directory_path() / "heddle_").string();
    name.append(6, 'X');
    if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category());
    folder_ = name;
  }
  ~runs_fixture() override { std::filesystem::remove_all(folder_); }

  /// run_checks with `context`, whose files are replaced. Its exit status.
  int run_and_keep(std::span<const runnable> checks, const run_options& options,
                   run_context context) {
    char *out = nullptr, *errors = nullptr;
    std::size_t out_size = 0, errors_size = 0;
    context.out = open_memstream(&out, &out_size);
    context.errors = open_memstream(&errors, &errors_size);
    const int status = run_checks(checks, options, context);
    std::fclose(context.out);
    std::fclose(context.errors);
    out_.assign(out, out_size);
    errors_.assign(errors, errors_size);
    std::free(out);
    std::free(errors);
    return status;
  }

  static std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path folder_;
  std::string out_, errors_;  // of the last run
};

}  // namespace heddle::driver
