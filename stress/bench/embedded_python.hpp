// An interpreter within a benchmark: CPython's lock, and what is built on it, as peers.
#pragma once

#include <benchmark/benchmark.h>

#include <heddle/python_gil.hpp>  // first: Python.h asks for it

namespace bench {

/// Starts the interpreter at the first call, and leaves the calling thread detached. Never ended.
inline void start_python() {
  static const bool started = [] {
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    PyConfig_SetBytesString(&config, &config.program_name, "/usr/bin/python3");
    Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    PyEval_SaveThread();
    return true;
  }();
  benchmark::DoNotOptimize(started);
}

}  // namespace bench
