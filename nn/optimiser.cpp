#include "nn/optimiser.hpp"

#include "nn/dots.hpp"

#include <cmath>

namespace fprinciple::nn {
namespace {

using Eigen::Index;

// arXiv 1412.6980, algorithm 1.
constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

/// One step of a method; Adam's with the corrections of its moments.
struct Rule {
  Descent::Method method;
  double step, momentum, correction;
};

/// θ ← θ + … for an array; first and second are what the method remembers of it.
template <class Scalar>
inline void move(const Rule& rule, const Scalar* g, Index size, Scalar* first, Scalar* second,
                 Scalar* theta) {
  const auto eta = static_cast<Scalar>(rule.step);
  if (rule.method == Descent::Method::adam) {
    constexpr auto beta1 = static_cast<Scalar>(kBeta1);
    constexpr auto beta2 = static_cast<Scalar>(kBeta2);
    constexpr auto epsilon = static_cast<Scalar>(kEpsilon);
    const auto correction = static_cast<Scalar>(rule.correction);
    for (Index j = 0; j < size; ++j) {
      first[j] = beta1 * first[j] + (1 - beta1) * g[j];
      second[j] = beta2 * second[j] + (1 - beta2) * g[j] * g[j];
      theta[j] -= eta * first[j] / (std::sqrt(second[j] * correction) + epsilon);
    }
  } else if (rule.method == Descent::Method::momentum) {
    const auto beta = static_cast<Scalar>(rule.momentum);
    for (Index j = 0; j < size; ++j) {
      first[j] = beta * first[j] + g[j];
      theta[j] -= eta * first[j];
    }
  } else {
    for (Index j = 0; j < size; ++j) theta[j] -= eta * g[j];
  }
}

FPRINCIPLE_CLONES void apply(const Rule& rule, const double* g, Index size, double* first,
                             double* second, double* theta) {
  move(rule, g, size, first, second, theta);
}
FPRINCIPLE_CLONES void apply(const Rule& rule, const float* g, Index size, float* first,
                             float* second, float* theta) {
  move(rule, g, size, first, second, theta);
}

}  // namespace

template <class Scalar>
Optimiser<Scalar>::Optimiser(const Descent& descent, Index width, Index dim)
    : descent_(descent), step_(descent.step) {
  for (int i = 0; i < arrays_of(descent.method); ++i) memory_.emplace_back(width, dim);
}

template <class Scalar>
void Optimiser<Scalar>::begin_step(std::int64_t k) {
  if (descent_.method != Descent::Method::adam) return;
  const auto steps = static_cast<double>(k);
  step_ = descent_.step / (1.0 - std::pow(kBeta1, steps));
  correction_ = 1.0 / (1.0 - std::pow(kBeta2, steps));
}

template <class Scalar>
void Optimiser<Scalar>::update(const NeuronBlock<Scalar>& theta,
                               const NeuronBlock<const Scalar>& gradient) {
  const Rule rule{descent_.method, step_, descent_.momentum, correction_};
  NeuronBlock<Scalar> first{};
  NeuronBlock<Scalar> second{};
  if (!memory_.empty()) first = memory_.front().theta(theta.first);
  if (memory_.size() > 1) second = memory_.back().theta(theta.first);
  apply(rule, gradient.a, theta.size, first.a, second.a, theta.a);
  apply(rule, gradient.b, theta.size, first.b, second.b, theta.b);
  for (Index k = 0; k < theta.dim; ++k)
    apply(rule, gradient.w + k * gradient.stride, theta.size, first.w + k * first.stride,
          second.w + k * second.stride, theta.w + k * theta.stride);
}

template <class Scalar>
std::vector<data::Weights> Optimiser<Scalar>::memory() const {
  std::vector<data::Weights> out;
  for (const Neurons<Scalar>& array : memory_) out.push_back(array.weights());
  return out;
}

template <class Scalar>
void Optimiser<Scalar>::restore(const std::vector<data::Weights>& memory) {
  memory_.clear();
  for (const data::Weights& array : memory) memory_.emplace_back(array);
}

template class Optimiser<double>;
template class Optimiser<float>;

}  // namespace fprinciple::nn
