#pragma once

#include "base/parallel.hpp"
#include "compare/model.hpp"
#include "compare/prediction.hpp"
#include "compare/problem.hpp"
#include "data/deep_law.hpp"
#include "lfp/spectral_weight.hpp"
#include "nn/network.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fprinciple::compare {

/// What theory.model predicts of training on the samples, without a network trained; `grid` is
/// where it will be asked above all, and may be d × 0: nowhere in particular. One x may have
/// several y: all count, and f tends to their mean. Training starts at `start`, from whose outputs
/// on, y − f_ini(X) is learnt; null: at f_ini = 0. The linearised model and moments of the weights
/// need a start. `tell` is told of the way to the complete kernel, which may take minutes.
/// Throws InputError for what makes no problem and where the model does not apply, RunError where
/// it cannot be solved.
Prediction predict(const Theory& theory, const data::NetworkLaw& law, const data::Samples& samples,
                   const data::Grid& grid, const nn::Network* start = nullptr,
                   const base::ShareTold& tell = {});

/// The same of a deep network of infinite width, by its tangent kernel (lfp/deep_kernel.hpp), from
/// f = 0 on: the mean over its draws, as a draw's first outputs, which are a Gaussian process of
/// mean 0, enter linearly.
Prediction predict(const data::DeepLaw& law, double ridge, const data::Samples& samples,
                   const data::Grid& grid);

/// Whether a model is solved in O(n) on the line (lfp/line_flow.hpp), not by its kernel's matrix:
/// mesh-free LFP-2019 of a ReLU network that moves a or b, in one dimension, of more than 2000
/// samples.
bool solved_on_line(const Theory& theory, const data::NetworkLaw& law, Eigen::Index dim,
                    Eigen::Index samples);

/// Whether a model of the ladder can be had for a theory whose own model it need not be: the
/// linearised one where there is a `network`, complete LFP where the laws are known, the others on
/// a lattice, or mesh-free with moments of the laws.
bool applies(Model model, const Theory& theory, bool network);

/// Told which share of a model's solution is done, in [0, 1].
using ModelTold = std::function<void(Model model, double share)>;

/// What tells of one model's share.
inline base::ShareTold told_of(const ModelTold& tell, Model model) {
  if (!tell) return {};
  return [tell, model](double share) { tell(model, share); };
}

/// A model and what it predicts.
struct Predicted {
  Model model = Model::complete;
  Prediction prediction;
};

/// All models that a problem asks for, from the network downwards.
struct Predictions {
  std::vector<Predicted> models;
  std::size_t chosen = 0;              ///< the one of problem.theory.model: "the prediction"
  double scale = 1.0;                  ///< max|y|, or what there is to learn where y = 0
  std::optional<SolverCheck> solvers;  ///< of its limit, where theory.check asks for it
  std::vector<std::string> warnings;
};

/// The problem's model, and those of the ladder where it is asked for. What of the ladder cannot be
/// computed is told and left out: it is beside the purpose. Throws as predict does for the chosen
/// one.
Predictions predict(const Problem& problem, const nn::Network& start, const ModelTold& tell = {});

/// γ² of LFP-2019 or of the power law; moments as the theory says, `weights` being the network's
/// first.
lfp::SpectralWeight spectral_weight(const Theory& theory, const data::NetworkLaw& law,
                                    const data::Weights& weights);

/// Constants of the spectral weight, where the model has them.
struct WeightNumbers {
  std::optional<double> kappa;   ///< networks but the sine's
  std::optional<double> c1, c2;  ///< ReLU
};
WeightNumbers weight_numbers(const Theory& theory, const data::NetworkLaw& law,
                             const data::Weights& weights);

}  // namespace fprinciple::compare
