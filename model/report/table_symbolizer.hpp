// A symbolizer that knows what it was told: for tests and for results that were made elsewhere.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/report/symbolizer.hpp"

namespace heddle::report {

class table_symbolizer final : public symbolizer {
 public:
  void add(std::uintptr_t return_address, std::vector<frame> frames) {
    frames_[return_address] = std::move(frames);
  }
  void add_object(std::uintptr_t address, std::string name) { objects_[address] = std::move(name); }

  std::vector<frame> resolve(std::uintptr_t return_address) override {
    auto found = frames_.find(return_address);
    return found == frames_.end() ? std::vector<frame>(1) : found->second;
  }
  std::string name_object(std::uintptr_t address) override {
    auto found = objects_.find(address);
    return found == objects_.end() ? std::string() : found->second;
  }

 private:
  std::map<std::uintptr_t, std::vector<frame>> frames_;
  std::map<std::uintptr_t, std::string> objects_;
};

}  // namespace heddle::report
