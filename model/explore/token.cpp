// Tokens: "h1-" and, in base64url, a check of the name, the model, the schedule, the deviations and
// a checksum; numbers in the usual seven bits a byte.
#include <array>

#include "model/explore/decisions.hpp"

namespace heddle {
namespace {

constexpr std::string_view prefix = "h1-";
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::uint32_t fnv1a(std::string_view text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

void put(std::string& bytes, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<char>(number | 0x80));
  bytes.push_back(static_cast<char>(number));
}

class reader {
 public:
  explicit reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number() {
    std::uint64_t result = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
      if (at_ == bytes_.size()) break;
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      result |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
    good_ = false;
    return 0;
  }
  /// A count of things of at least one byte each.
  std::uint64_t count() {
    const std::uint64_t n = number();
    if (n > bytes_.size() - at_) good_ = false;
    return good_ ? n : 0;
  }
  bool good() const { return good_; }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

std::string to_base64(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text.push_back(alphabet[bits >> (count - 6) & 63]);
  }
  if (count > 0) text.push_back(alphabet[bits << (6 - count) & 63]);
  return text;
}

bool from_base64(std::string_view text, std::string& bytes) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count));
    }
  }
  return true;
}

}  // namespace

std::string token_of(const decisions& execution, std::string_view name) {
  std::string bytes;
  put(bytes, fnv1a(name) & 0x3fff);
  put(bytes, static_cast<std::uint64_t>(execution.model));
  put(bytes, execution.schedule.size());
  for (const auto& [thread, operations] : execution.schedule) {
    put(bytes, thread);
    put(bytes, operations);
  }
  put(bytes, execution.deviations.size());
  std::uint32_t last = 0;
  for (const auto& [operation, distance] : execution.deviations) {
    put(bytes, operation - last);
    put(bytes, distance);
    last = operation;
  }
  put(bytes, fnv1a(bytes) & 0x1fffff);
  return std::string(prefix) + to_base64(bytes);
}

std::variant<decisions, std::string> parse_token(std::string_view token, std::string_view name) {
  const std::string garbled =
      "the replay token is garbled: paste the whole token that heddle printed, from \"h1-\" on";
  if (!token.starts_with(prefix)) return garbled;
  std::string bytes;
  if (!from_base64(token.substr(prefix.size()), bytes)) return garbled;
  reader in(bytes);
  decisions execution;
  const std::uint64_t check = in.number();
  const std::uint64_t model = in.number();
  if (model > static_cast<std::uint64_t>(memory_model::sc)) return garbled;
  execution.model = static_cast<memory_model>(model);
  for (std::uint64_t n = in.count(); n > 0 && in.good(); --n) {
    const auto thread = static_cast<thread_id>(in.number());
    execution.schedule.push_back({thread, static_cast<std::uint32_t>(in.number())});
  }
  std::uint32_t operation = 0;
  for (std::uint64_t n = in.count(); n > 0 && in.good(); --n) {
    operation += static_cast<std::uint32_t>(in.number());
    execution.deviations.push_back({operation, static_cast<std::uint32_t>(in.number())});
  }
  const std::uint64_t checksum = in.number();
  if (!in.good() || !in.at_end()) return garbled;
  if (token != token_of(execution, name)) {
    std::string body = bytes;
    // The last three or fewer bytes are the checksum: right for its own content, wrong name?
    std::string again;
    put(again, checksum);
    body.resize(body.size() - again.size());
    if ((fnv1a(body) & 0x1fffff) != checksum) return garbled;
    if (check != (fnv1a(name) & 0x3fff)) {
      return "the replay token belongs to another check than " + std::string(name);
    }
    return garbled;
  }
  return execution;
}

}  // namespace heddle
