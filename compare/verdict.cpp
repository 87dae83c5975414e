#include "compare/verdict.hpp"

#include <cmath>

#include <fmt/format.h>

namespace fprinciple::compare {
namespace {

/// What a rung leaves out, to end a sentence with.
std::string_view left_out(std::string_view rung) {
  if (rung == "nonlinearity") return "the network is not linear in its weights";
  if (rung == "finite_width") return "the network is finite, and the theory infinitely wide";
  if (rung == "zero_frequency") return "LFP takes biases as flat and the zero frequency as free";
  return "LFP-2019 has no divergence term";
}

std::string percent(double share) { return fmt::format("{:.2g} %", 100.0 * share); }

}  // namespace

std::optional<Verdict> verdict(const Problem& problem, const Outcome& outcome) {
  const Comparison& c = outcome.comparison;
  const Numbers& numbers = outcome.numbers;
  const Eigen::Index last = c.t.size() - 1;
  if (problem.theory.model == Model::power || last < 1) return std::nullopt;
  const Eigen::MatrixXd& f = c.lfp().f;
  const double movement =
      (f.col(last) - f.col(0)).norm() / std::sqrt(static_cast<double>(c.grid.size()));
  Verdict out{.error = c.rmse[last] / movement};
  if (!(movement > 0.0) || !std::isfinite(out.error)) return std::nullopt;
  const std::string drift =
      numbers.training.kernel_drift
          ? fmt::format(" The network's tangent kernel has drifted by {} of itself.",
                        percent(*numbers.training.kernel_drift))
          : std::string();
  const std::string apart = fmt::format(
      "At the last time network and prediction are {} of the prediction's movement apart, on the "
      "way {} at most (root mean squares on the grid)",
      percent(out.error), percent(c.rmse.maxCoeff() / movement));
  if (out.error <= kAgreement) {
    out.reason = fmt::format("{}; up to {} is agreement.{}", apart, percent(kAgreement), drift);
    return out;
  }
  for (const RungNumbers& rung : numbers.ladder) {
    const double share = rung.rmse / movement;
    if (share > out.rung_error) {
      out.rung = rung.rung.name;
      out.rung_error = share;
    }
    if (rung.rung.lower == problem.theory.model) break;  // those below are not between them
  }
  // The four rungs of a whole ladder sum to the error or more; what a missing one leaves out is
  // not the fault of the largest that is there.
  if (out.rung_error < out.error / 4.0) out.rung = {};
  // Without the ladder the drift alone tells.
  const bool moved = out.rung.empty() ? numbers.training.kernel_drift.value_or(0.0) > out.error
                                      : out.rung == "nonlinearity";
  out.is = moved ? Verdict::Is::left_linearisation : Verdict::Is::limits_reached;
  out.reason = fmt::format("{}; up to {} is agreement.", apart, percent(kAgreement));
  if (!out.rung.empty())
    out.reason += fmt::format(" The largest part, {}, is there because {}.",
                              percent(out.rung_error), left_out(out.rung));
  else if (!moved)
    out.reason += " Which approximation is to blame is not known: its rung was not computed.";
  out.reason += drift;
  return out;
}

std::string in_words(const Verdict& verdict) {
  switch (verdict.is) {
    case Verdict::Is::left_linearisation:
      return "network left its linearisation";
    case Verdict::Is::limits_reached:
      return "theory's limits reached" +
             (verdict.rung.empty() ? std::string() : fmt::format(": {}", verdict.rung));
    case Verdict::Is::agrees:
      break;
  }
  return "agrees";
}

}  // namespace fprinciple::compare
