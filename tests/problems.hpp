#pragma once

#include "data/distribution.hpp"
#include "data/grid.hpp"
#include "data/network_law.hpp"
#include "data/samples.hpp"
#include "lfp/problem.hpp"
#include "nn/initialise.hpp"
#include "nn/network.hpp"

#include <cmath>
#include <complex>
#include <initializer_list>
#include <numbers>
#include <string>
#include <vector>

// The papers' problems, each with its source, as objects that any solver or optimiser is tested on.

namespace fprinciple::tests {

inline data::Distribution uniform(double scale) {
  return {data::Distribution::Kind::uniform, scale};
}
inline data::Distribution normal(double scale) { return {data::Distribution::Kind::normal, scale}; }

/// Uniform numbers on (−1, 1) by the project's counter-based generator: seeded, portable.
inline Eigen::VectorXd random_vector(Eigen::Index size, std::uint64_t seed) {
  Eigen::VectorXd v(size);
  for (Eigen::Index i = 0; i < size; ++i)
    v[i] = data::draw(uniform(1.0), seed, data::Stream::sample_x, static_cast<std::uint64_t>(i));
  return v;
}
inline Eigen::MatrixXd random_matrix(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  return random_vector(rows * cols, seed).reshaped(rows, cols);
}

struct Case {
  std::string name;
  data::Samples samples;
  data::Distribution a, w, b;
  Eigen::Index width;
  lfp::Lattice lattice;
  data::Grid grid;

  data::NetworkLaw law(data::Activation activation = data::Activation::relu) const {
    return {.width = width, .activation = activation, .a = a, .w = w, .b = b};
  }
  lfp::SpectralWeight weight() const { return lfp::lfp2019(law(), samples.dim()); }
  lfp::Problem problem() const { return lfp::make_problem(lattice, weight(), samples); }
  /// LFP-2020.
  lfp::Problem problem_2020() const {
    return lfp::make_problem(lattice, weight(), lfp::divergence_weight(law(), samples.dim()),
                             samples);
  }
  nn::Network network(std::uint64_t seed, Eigen::Index m) const {
    data::NetworkLaw wide = law();
    wide.width = m;
    return nn::make_network(wide, samples.dim(), nn::Draw{.seed = seed});
  }
};

/// The five samples of LFP-2019 (arXiv 1905.10264), figure 1.
inline data::Samples figure_1_samples() {
  data::Samples samples{Eigen::MatrixXd(1, 5), Eigen::VectorXd(5)};
  samples.x << -0.8, -0.6, -0.3, -0.06, 0.1;
  samples.y << 0.25, -0.25, -0.07, 0.15, -0.05;
  return samples;
}

inline Case fig1a() {
  return {"fig1a",
          figure_1_samples(),
          uniform(0.1),
          uniform(3.0),
          uniform(3.0),
          10000,
          {1, 20.0 / (2.0 * std::numbers::pi), 2000, 0.1},
          data::make_grid({{-0.8, 0.1, 800}})};
}

inline Case fig1b() {
  Case c = fig1a();
  c.name = "fig1b";
  c.a = uniform(1.0);
  c.w = uniform(0.2);
  c.b = uniform(1.0);
  return c;
}

/// XOR, LFP-2019, figure 2.
inline Case fig2() {
  data::Samples samples{Eigen::MatrixXd(2, 4), Eigen::VectorXd(4)};
  samples.x << 1, 1, -1, -1,  //
      1, -1, 1, -1;
  samples.y << 1, -1, -1, 1;
  return {"fig2",
          samples,
          normal(0.2),
          normal(0.8),
          uniform(1.0),
          8000,
          {2, 8.0, 64, 0.1},
          data::make_grid({{-1.0, 1.0, 30}, {-1.0, 1.0, 30}})};
}

/// Seven random samples in the unit cube.
inline Case cube() {
  return {"cube",           {0.5 * random_matrix(3, 7, 11), random_vector(7, 12)},
          normal(0.5),      normal(1.0),
          normal(2.0),      2000,
          {3, 4.0, 9, 0.1}, data::make_grid({{-0.5, 0.5, 6}, {-0.5, 0.5, 5}, {-0.5, 0.5, 4}})};
}

inline std::vector<Case> all_cases() { return {fig1a(), fig1b(), fig2(), cube()}; }

/// Coefficients of a smooth real function: an h_ini that is not zero.
inline Eigen::VectorXcd smooth_coefficients(const lfp::Lattice& lattice, std::uint64_t seed) {
  const Eigen::VectorXd k = lfp::mode_norms(lattice);
  const Eigen::VectorXd noise = random_vector(k.size(), seed);
  Eigen::VectorXcd c(k.size());
  const Eigen::Index slice = k.size() / lattice.modes;
  for (Eigen::Index j = 0; j < k.size(); ++j)
    // Real on the plane k_1 = 0 and even there, so that c_{−k} = conj c_k holds.
    c[j] = j < slice ? 0.3 / (1.0 + k[j] * k[j])
                     : std::polar(0.3 * noise[j] / (1.0 + std::pow(k[j], 3.0)), 3.0 * noise[j]);
  return c;
}

}  // namespace fprinciple::tests
