#pragma once

#include "compare/experiment.hpp"
#include "compare/prediction.hpp"
#include "lfp/spectral_weight.hpp"
#include "nn/network.hpp"

#include <string>

namespace fprinciple::compare {

/// What a model predicts for this network, from y − f_ini(X): the only place where theory sees the
/// network's start. Models, from the network downwards (docs/theory.md, section 11):
///   "linearised"  the tangent kernel of these very weights,
///   "complete"    its mean over the laws: infinitely wide (lfp/complete_kernel.hpp),
///   "lfp2020"     flat biases and unpenalised zero frequency, on the lattice or mesh-free,
///   "lfp2019"     and without the divergence term.
/// With `check` the limit is solved by several routes. Throws RunError or InputError where the
/// model does not apply.
Prediction predict(const Experiment& experiment, const nn::Network& network,
                   const std::string& model, bool check);

/// γ² of LFP-2019, with moments as the experiment says: `weights` are the network's first.
lfp::SpectralWeight spectral_weight(const Experiment& experiment, const data::Weights& weights);

/// `lfp.*` of the summary: model, constants and how it is solved.
nlohmann::json theory_numbers(const Experiment& experiment, const data::Weights& weights);

}  // namespace fprinciple::compare
