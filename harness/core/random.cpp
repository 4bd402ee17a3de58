#include "harness/core/random.hpp"

#include <cmath>
#include <numbers>

namespace vbench {
namespace {

// FNV-1a: turns a purpose's name into key bits.
uint64_t hash_name(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

// Finaliser of splitmix64: spreads neighbouring seeds over the whole key space.
uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

RandomStream::RandomStream(uint64_t seed, std::string_view purpose, uint64_t epoch, uint64_t index) {
  const uint64_t key = mix(mix(seed) ^ hash_name(purpose));
  const uint64_t place = mix(mix(epoch ^ key) ^ index);
  key_ = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
  // The low half counts blocks, the high half is the place: streams of different places never meet within 2^64 blocks.
  counter_ = {0, 0, static_cast<uint32_t>(place), static_cast<uint32_t>(place >> 32)};
}

void RandomStream::refill() {
  std::array<uint32_t, 4> c = counter_;
  std::array<uint32_t, 2> k = key_;
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = 0xD2511F53ULL * c[0];
    const uint64_t p1 = 0xCD9E8D57ULL * c[2];
    c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(p1), static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k[1],
         static_cast<uint32_t>(p0)};
    k[0] += 0x9E3779B9U;
    k[1] += 0xBB67AE85U;
  }
  block_ = c;
  used_ = 0;
  if (++counter_[0] == 0) ++counter_[1];
}

uint32_t RandomStream::operator()() {
  if (used_ == 4) refill();
  return block_[used_++];
}

uint64_t RandomStream::next_u64() {
  const uint64_t low = (*this)();
  return low | (static_cast<uint64_t>((*this)()) << 32);
}

double RandomStream::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }

double RandomStream::uniform(double low, double high) { return low + (high - low) * uniform(); }

uint64_t RandomStream::below(uint64_t n) {
  // Values past the largest multiple of n would favour small results: draw again (at most every second draw).
  const uint64_t limit = UINT64_MAX - UINT64_MAX % n;
  uint64_t x = next_u64();
  while (x >= limit) x = next_u64();
  return x % n;
}

double RandomStream::normal() {
  const double u = 1.0 - uniform();  // (0, 1]: the logarithm stays finite
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * uniform());
}

double RandomStream::truncated_normal(double limit) {
  double x = normal();
  while (std::abs(x) > limit) x = normal();
  return x;
}

uint64_t derive_seed(uint64_t seed, std::string_view purpose, uint64_t epoch, uint64_t index) {
  return RandomStream(seed, purpose, epoch, index).next_u64();
}

}  // namespace vbench
