// The options of the soak. README.md says what they are for.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "stress/soak/fake_connection.hpp"
#include "stress/soak/world.hpp"
#ifdef HEDDLE_SOAK_REDIS
#include "stress/soak/redis_connection.hpp"
#endif
#ifdef HEDDLE_SOAK_POSTGRES
#include "stress/soak/postgres_connection.hpp"
#endif

namespace soak {

struct options {
  settings set;
  std::chrono::seconds time{20};
  std::chrono::seconds patience{30};  ///< how long a round may take
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> only;  ///< one round, of this seed
  bool fake = true;
};

[[noreturn]] inline void usage(const std::string& about) {
  std::fprintf(stderr, "soak: %s; see stress/soak/README.md\n", about.c_str());
  std::exit(2);
}

[[noreturn]] inline void built_without(const char* package) {
  std::printf("SKIPPED: the soak was built without %s\n", package);
  std::exit(77);
}

inline address parse_address(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) usage("an address is HOST:PORT");
  return {text.substr(0, colon), static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1)))};
}

inline mistake parse_mistake(std::string_view name) {
  constexpr std::pair<std::string_view, mistake> all[] = {
      {"lease", mistake::lease}, {"connection", mistake::connection},
      {"task", mistake::task},   {"cancellation", mistake::cancellation},
      {"reply", mistake::reply}, {"memory", mistake::memory},
  };
  for (const auto& [known, is] : all) {
    if (name == known) return is;
  }
  usage("--plant lease, connection, task, cancellation, reply or memory");
}

template <typename Connection>
std::unique_ptr<connection> make(const asio::any_io_executor& where) {
  return std::make_unique<Connection>(where);
}

inline connection_maker redis_connections() {
#ifdef HEDDLE_SOAK_REDIS
  return make<redis_connection>;
#else
  built_without("hiredis (Debian: libhiredis-dev)");
#endif
}

inline connection_maker postgres_connections() {
#ifdef HEDDLE_SOAK_POSTGRES
  return make<postgres_connection>;
#else
  built_without("libpq (Debian: libpq-dev)");
#endif
}

inline bool parse_one(options& chosen, std::string_view name, const std::string& value) {
  settings& set = chosen.set;
  if (name == "--seconds") {
    chosen.time = std::chrono::seconds(std::stol(value));
  } else if (name == "--patience") {
    chosen.patience = std::chrono::seconds(std::stol(value));
  } else if (name == "--seed") {
    chosen.seed = std::stoull(value);
  } else if (name == "--only") {
    chosen.only = std::stoull(value);
  } else if (name == "--clients") {
    set.clients = std::stoul(value);
  } else if (name == "--connections") {
    set.connections = std::stoul(value);
  } else if (name == "--life") {
    set.life = std::chrono::milliseconds(std::stoul(value));
    if (set.life < std::chrono::milliseconds(1))
      usage("--life is a number of milliseconds, at least 1");
  } else if (name == "--plant") {
    set.planted = parse_mistake(value);
  } else if (name == "--redis" || name == "--postgres") {
    chosen.fake = false;
    set.server = parse_address(value);
    set.make_connection = name == "--redis" ? redis_connections() : postgres_connections();
  } else {
    return false;
  }
  return true;
}

/// Ends the program where it was called wrongly.
inline options parse(int argc, char** argv) {
  options chosen;
  chosen.set.make_connection = make<fake_connection>;
  chosen.set.name = "heddle_soak_" + std::to_string(::getpid());
  for (int index = 1; index < argc; index += 2) {
    const std::string name = argv[index];
    if (index + 1 == argc) usage("each option has a value");
    try {
      if (!parse_one(chosen, name, argv[index + 1])) usage("what is " + name + "?");
    } catch (const std::exception&) {  // of stol and the like
      usage(name + " " + argv[index + 1] + ": that is no number");
    }
  }
  return chosen;
}

}  // namespace soak
