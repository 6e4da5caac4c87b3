#include "stress/runner/worker_threads.hpp"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace heddle::stress {
namespace {

std::string first_line(pid_t process, pid_t thread, const char* file) {
  char path[96];
  std::snprintf(path, sizeof path, "/proc/%d/task/%d/%s", process, thread, file);
  std::FILE* const stream = std::fopen(path, "r");
  if (stream == nullptr) return "";
  char line[512] = "";
  if (std::fgets(line, sizeof line, stream) == nullptr) line[0] = '\0';
  std::fclose(stream);
  return line;
}

/// The letter after the name, which is in parentheses and may hold anything.
char state_of(pid_t process, pid_t thread) {
  const std::string line = first_line(process, thread, "stat");
  const std::size_t end = line.rfind(')');
  return end == std::string::npos || end + 2 >= line.size() ? 'X' : line[end + 2];
}

/// From "number argument0 … argument5 stack program-counter".
bool waits_for_time(pid_t process, pid_t thread) {
  const std::string line = first_line(process, thread, "syscall");
  char* at = nullptr;
  const long number = std::strtol(line.c_str(), &at, 10);
  if (at == line.c_str()) return false;
  if (number == SYS_nanosleep || number == SYS_clock_nanosleep) return true;
  if (number != SYS_futex) return false;
  unsigned long arguments[4] = {};
  for (unsigned long& argument : arguments) argument = std::strtoul(at, &at, 16);
  return arguments[3] != 0;
}

}  // namespace

std::vector<pid_t> threads_of(pid_t process) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/task", process);
  std::vector<pid_t> threads;
  DIR* const folder = opendir(path);
  if (folder == nullptr) return threads;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') threads.push_back(std::atoi(entry->d_name));
  }
  closedir(folder);
  return threads;
}

thread_activity activity_of(pid_t process, const std::vector<pid_t>& ignored) {
  thread_activity result;
  for (const pid_t thread : threads_of(process)) {
    if (std::find(ignored.begin(), ignored.end(), thread) != ignored.end()) continue;
    const char state = state_of(process, thread);
    if (state == 'X' || state == 'Z') continue;
    if (state != 'S') {
      ++result.running;
    } else if (waits_for_time(process, thread)) {
      ++result.waiting_for_time;
    } else {
      ++result.waiting;
    }
  }
  return result;
}

double processor_seconds(pid_t process) {
  const std::string line = first_line(process, process, "../../stat");
  const std::size_t end = line.rfind(')');
  unsigned long user = 0;
  unsigned long system = 0;
  // After the name come 11 fields that do not matter here.
  if (end == std::string::npos ||
      std::sscanf(line.c_str() + end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                  &user, &system) != 2) {
    return 0;
  }
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace heddle::stress
