#include "model/testing/litmus_data.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace heddle::testing {

const char* name_of(axiom_model model) {
  constexpr const char* names[] = {"cpp20", "rc11", "sc"};
  return names[static_cast<unsigned>(model)];
}

std::vector<litmus_record> load_litmus(const std::string& file) {
  const std::string path = std::string(HEDDLE_LITMUS_DIRECTORY) + "/" + file + ".jsonl";
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("cannot read " + path);
  std::vector<litmus_record> records;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty()) continue;
    const nlohmann::json object = nlohmann::json::parse(line);
    litmus_record& record = records.emplace_back();
    record.name = object.at("name");
    record.text = object.at("program");
    for (axiom_model model : all_axiom_models) {
      const nlohmann::json& from = object.at("counts").at(name_of(model));
      expected_counts& to = record.counts[static_cast<unsigned>(model)];
      to.complete = from.at("complete");
      to.blocked = from.at("blocked");
      to.stuck = from.at("stuck");
      to.errors = from.at("errors");
      if (from.contains("exists")) to.exists = from.at("exists").get<std::uint64_t>();
    }
  }
  return records;
}

std::vector<litmus_record> load_all_litmus() {
  std::vector<litmus_record> all;
  for (const char* file : {"named", "random", "regressions"}) {
    for (litmus_record& record : load_litmus(file)) all.push_back(std::move(record));
  }
  return all;
}

}  // namespace heddle::testing
