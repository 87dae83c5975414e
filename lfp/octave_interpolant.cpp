#include "lfp/octave_interpolant.hpp"

#include "base/require.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <numbers>
#include <utility>
#include <vector>

namespace fprinciple::lfp {
namespace {

constexpr int kOctaves = 40;      // on either side of 1
constexpr int kNodes = 33;        // of one piece
constexpr int kMaxHalvings = 12;  // an oscillation too fast for 2^12 pieces stays under-resolved
constexpr double kTolerance = 1e-12;

struct Piece {
  double hi = 0.0;
  double centre = 0.0;
  double half = 0.0;
  std::array<double, kNodes> coefficients{};

  /// Clenshaw's recurrence.
  double operator()(double x) const {
    const double u = 2.0 * (x - centre) / half;
    double next = 0.0;
    double after = 0.0;
    for (std::size_t k = kNodes; k-- > 1;) {
      const double now = coefficients[k] + u * next - after;
      after = next;
      next = now;
    }
    return coefficients[0] + 0.5 * u * next - after;
  }
};

/// Appends pieces that cover [lo, hi], in order.
void add_pieces(const data::RealFunction& f, double floor, double lo, double hi, int halvings,
                std::vector<Piece>& out) {
  Piece piece{hi, 0.5 * (lo + hi), 0.5 * (hi - lo), {}};
  std::array<double, kNodes> values{};
  double scale = floor;
  for (std::size_t j = 0; j < kNodes; ++j) {
    const double angle = std::numbers::pi * (static_cast<double>(j) + 0.5) / kNodes;
    values[j] = f(piece.centre + piece.half * std::cos(angle));
    scale = std::max(scale, std::abs(values[j]));
  }
  for (std::size_t k = 0; k < kNodes; ++k) {
    double sum = 0.0;
    for (std::size_t j = 0; j < kNodes; ++j)
      sum += values[j] * std::cos(std::numbers::pi * static_cast<double>(k) *
                                  (static_cast<double>(j) + 0.5) / kNodes);
    piece.coefficients[k] = (k == 0 ? 1.0 : 2.0) * sum / kNodes;
  }
  double tail = 0.0;
  for (std::size_t k = kNodes - 4; k < kNodes; ++k)
    tail = std::max(tail, std::abs(piece.coefficients[k]));
  if (tail > kTolerance * scale && halvings < kMaxHalvings) {
    add_pieces(f, floor, lo, piece.centre, halvings + 1, out);
    add_pieces(f, floor, piece.centre, hi, halvings + 1, out);
  } else {
    out.push_back(piece);
  }
}

}  // namespace

struct OctaveInterpolant::Table {
  struct Octave {
    std::once_flag built;
    std::vector<Piece> pieces;
  };
  data::RealFunction f;
  double at_zero = 0.0;
  std::array<Octave, std::size_t{2} * kOctaves> octaves;
};

OctaveInterpolant::OctaveInterpolant(data::RealFunction f) : table_(std::make_shared<Table>()) {
  table_->at_zero = f(0.0);
  table_->f = std::move(f);
}

double OctaveInterpolant::operator()(double x) const {
  base::require(x >= 0.0, "x", x, "at least 0");
  if (x == 0.0) return table_->at_zero;
  const int exponent = std::ilogb(x);
  if (exponent < -kOctaves || exponent >= kOctaves) return table_->f(x);
  const int index = exponent + kOctaves;
  Table::Octave& octave = table_->octaves[static_cast<std::size_t>(index)];
  std::call_once(octave.built, [&] {
    const double lo = std::ldexp(1.0, exponent);
    std::vector<Piece> pieces;  // f may throw
    add_pieces(table_->f, std::abs(table_->at_zero), lo, 2.0 * lo, 0, pieces);
    octave.pieces = std::move(pieces);
  });
  const auto piece = std::lower_bound(octave.pieces.begin(), octave.pieces.end(), x,
                                      [](const Piece& p, double value) { return p.hi < value; });
  return (*piece)(x);
}

}  // namespace fprinciple::lfp
