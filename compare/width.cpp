#include "compare/width.hpp"

#include "base/blas.hpp"
#include "base/error.hpp"
#include "base/message.hpp"
#include "base/parallel.hpp"
#include "base/require.hpp"
#include "base/stopwatch.hpp"
#include "compare/compare.hpp"
#include "compare/forecast_words.hpp"
#include "compare/width_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <omp.h>

namespace fprinciple::compare {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Index kStep = 4;                 // from a width to the next
constexpr Index kNarrowest = 64;           // that is measured
constexpr Index kWidest = Index{1} << 22;  // that is drawn
constexpr Index kWidestStart = 4096;       // of the first training
constexpr double kShareOfDrawing = 0.3;    // of the seconds
constexpr double kShareOfTrying = 0.2;     // of the seconds, whatever drawing has taken
constexpr Index kFewestTrained = 3;        // seeds that must come to their stop
constexpr double kFiniteWidthLaw = -0.3;   // a slope above is not yet −1/2
constexpr double kNonlinearityLaw = -0.6;  // and not yet −1
constexpr double kLargestLawful = 0.4;     // what is larger is not the first order of anything
constexpr double kCounts = 0.3;            // of the error: what is less hardly moves the width
constexpr double kSettled = 0.1;           // a width that changes by less is taken

std::string percent(double share) { return in_percent(share) + " %"; }

/// Three digits, upwards, and even, as antisymmetrical networks must be.
Index rounded(double width) {
  double unit = 2.0;
  while (width > 500.0 * unit) unit *= 10.0;
  return static_cast<Index>(unit * std::ceil(width / unit - 1e-9));
}

/// The problem with another width and seed, of which only both ends of training are kept.
Problem of_width(const Problem& problem, Index width, Index seed) {
  Problem out = problem;
  out.law.width = width;
  std::get<nn::Draw>(out.start).seed += static_cast<std::uint64_t>(seed);
  out.training.stop.seconds.reset();
  out.training.snapshots = {.count = 2, .times = {}};
  return out;
}

/// The models between network and prediction at one width: of a start of its own each, or of all.
struct Models {
  std::optional<Prediction> complete;  ///< none where the prediction is the linearised network
  Prediction chosen;
};

Models models_of(const Problem& problem, const nn::Network& start) {
  const auto of = [&](Model model) {
    Theory theory = problem.theory;
    theory.model = model;
    return predict(theory, problem.law, problem.samples, problem.grid, &start);
  };
  if (problem.theory.model == Model::linearised) return {std::nullopt, of(Model::linearised)};
  Prediction chosen = of(problem.theory.model);
  return {problem.theory.model == Model::complete ? chosen : of(Model::complete), chosen};
}

VectorXd at(const Prediction& prediction, const data::Grid& grid, double t) {
  return prediction.at(grid, VectorXd::Constant(1, t));
}

/// |f(t) − f(0)| of the prediction, which is what all shares are of.
double movement(const Prediction& chosen, const data::Grid& grid, double t) {
  const double out = (at(chosen, grid, t) - at(chosen, grid, 0.0)).norm();
  if (!(out > 0.0) || !std::isfinite(out))
    throw RunError("the prediction does not move: there is no error to ask a width for");
  return out;
}

/// The networks of one width that have been drawn and linearised, a column each.
struct Drawn {
  Index width = 0;
  MatrixXd finite_width, model;
  double largest_step = kInfinity;
};

/// And those that have been trained, as far as they came to their stop.
struct Trained {
  Index width = 0;
  MatrixXd nonlinearity, error;
  std::vector<double> unfinished;  ///< how far apart they were when the time was up
  Index failed = 0;
  std::string failure;

  bool counts() const { return nonlinearity.cols() >= kFewestTrained; }
};

double median_norm(const MatrixXd& of) { return quantile(of.colwise().norm().transpose(), 0.5); }

double median(const std::vector<double>& values) {
  return quantile(Eigen::Map<const VectorXd>(values.data(), static_cast<Index>(values.size())),
                  0.5);
}

class Search {
 public:
  Search(const Problem& problem, const WidthTask& task,
         const std::function<void(const WidthProgress&)>& progress)
      : problem_(problem), task_(task), progress_(progress) {
    const auto& draw = std::get<nn::Draw>(problem.start);
    one_prediction_ = draw.antisymmetric && problem.theory.moments == Moments::distribution &&
                      problem.theory.model != Model::linearised;
    infinitely_wide_ = problem.theory.model != Model::linearised;
  }

  HowWide run() {
    if (infinitely_wide_) draw_networks();
    if (!hopeless()) train_networks();
    return answer();
  }

 private:
  void show(const char* stage, double done, std::string found = {}) const {
    if (progress_) progress_({.stage = stage, .done = done, .found = std::move(found)});
  }

  WidthFit fit() const {
    std::vector<LeftOut> f, c, n;
    for (const Drawn& d : drawn_) {
      f.push_back({static_cast<double>(d.width), d.finite_width});
      c.push_back({static_cast<double>(d.width), d.model});
    }
    for (const Trained& t : trained_)
      if (t.counts()) n.push_back({static_cast<double>(t.width), t.nonlinearity});
    return fit_width(f, c, n, task_.error, task_.share);
  }

  /// Whether the model alone leaves out too much for any width.
  bool hopeless() const { return infinitely_wide_ && floor() >= task_.error; }
  double floor() const {
    return quantile(drawn_.back().model.colwise().norm().transpose(), task_.share);
  }

  Models models(Index width, Index seed) const {
    const Problem problem = of_width(problem_, width, seed);
    return models_of(problem, nn::make_network(problem.law, problem.samples.dim(), problem.start));
  }

  Drawn draw(Index width) const {
    const Index points = problem_.grid.size();
    Drawn out{.width = width,
              .finite_width = MatrixXd(points, task_.drawn),
              .model = MatrixXd(points, task_.drawn)};
    std::optional<Models> common;
    if (one_prediction_) common = models(width, 0);
    VectorXd steps(task_.drawn);
    base::parallel_for_uneven(task_.drawn, true, [&](Index seed) {
      const Problem problem = of_width(problem_, width, seed);
      const nn::Network start = nn::make_network(problem.law, problem.samples.dim(), problem.start);
      const auto foreseen = forecast(problem.training, start, problem.samples);
      const double t = foreseen && foreseen->time > 0.0 ? foreseen->time : kInfinity;
      steps[seed] = foreseen ? foreseen->largest_step.value_or(kInfinity) : kInfinity;
      const Models own = common ? *common : models_of(problem, start);
      Theory theory = problem.theory;
      theory.model = Model::linearised;
      const Prediction linearised =
          predict(theory, problem.law, problem.samples, problem.grid, &start);
      const VectorXd complete = at(*own.complete, problem.grid, t);
      const double unit = 1.0 / movement(own.chosen, problem.grid, t);
      out.finite_width.col(seed) = unit * (at(linearised, problem.grid, t) - complete);
      out.model.col(seed) = unit * (complete - at(own.chosen, problem.grid, t));
    });
    out.largest_step = steps.minCoeff();
    return out;
  }

  /// Linearised networks of growing width, until they are near enough or it would take too long.
  void draw_networks() {
    const auto n = static_cast<double>(problem_.samples.size());
    double last = 0.0;
    for (Index width = kNarrowest; width <= kWidest; width *= kStep) {
      const double foreseen = watch_.seconds() + static_cast<double>(kStep) * last;
      if (drawn_.size() >= 2 && foreseen > kShareOfDrawing * task_.seconds) break;
      if (n * n * static_cast<double>(width) > 2e10 && !drawn_.empty()) break;
      show("finite width", watch_.seconds() / (kShareOfDrawing * task_.seconds));
      const base::Stopwatch one;
      drawn_.push_back(draw(width));
      last = one.seconds();
      show("finite width", watch_.seconds() / (kShareOfDrawing * task_.seconds),
           fmt::format("{} neurons: finite width leaves out {}", width,
                       percent(median_norm(drawn_.back().finite_width))));
      if (drawn_.size() < 2) continue;
      const MatrixXd error = drawn_.back().finite_width + drawn_.back().model;
      if (hopeless() || quantile(error.colwise().norm().transpose(), task_.share) <= task_.error)
        break;
    }
  }

  /// Trains each of the first seeds, for `seconds` each at most.
  Trained train(Index width, double seconds) const {
    const Index points = problem_.grid.size();
    const auto seeds = static_cast<std::size_t>(task_.trained);
    MatrixXd nonlinearity(points, task_.trained), error(points, task_.trained);
    std::vector<std::string> failures(seeds);
    std::vector<char> finished(seeds, 0);
    std::optional<Models> common;
    if (one_prediction_) common = models(width, 0);
    base::parallel_for_uneven(task_.trained, true, [&](Index seed) {
      const auto k = static_cast<std::size_t>(seed);
      Problem problem = of_width(problem_, width, seed);
      problem.training.stop.seconds = seconds;
      const nn::Network start = nn::make_network(problem.law, problem.samples.dim(), problem.start);
      try {
        const nn::Trajectory trained =
            compare::train(problem.training, start, problem.samples, problem.grid);
        const double t = trained.t[trained.t.size() - 1];
        const Models own = common ? *common : models_of(problem, start);
        Theory theory = problem.theory;
        theory.model = Model::linearised;
        const Prediction linearised =
            predict(theory, problem.law, problem.samples, problem.grid, &start);
        const double unit = 1.0 / movement(own.chosen, problem.grid, t);
        const VectorXd f = trained.f.rightCols(1);
        error.col(seed) = unit * (f - at(own.chosen, problem.grid, t));
        if (trained.stopped_by == "seconds") return;
        nonlinearity.col(seed) = unit * (f - at(linearised, problem.grid, t));
        finished[k] = 1;
      } catch (const RunError& failure) {
        failures[k] = failure.what();
      }
    });
    Trained out{.width = width, .nonlinearity = {}, .error = {}, .failure = {}};
    std::vector<Index> there;
    for (std::size_t k = 0; k < seeds; ++k) {
      if (finished[k] != 0)
        there.push_back(static_cast<Index>(k));
      else if (failures[k].empty())
        out.unfinished.push_back(error.col(static_cast<Index>(k)).norm());
      else if (++out.failed == 1)
        out.failure = failures[k];
    }
    out.nonlinearity = nonlinearity(Eigen::all, there);
    out.error = error(Eigen::all, there);
    return out;
  }

  /// From well below the width that finite width alone asks for, up to where the answer settles.
  void train_networks() {
    const double alone = drawn_.empty() ? 0.0 : fit().width;
    Index width = kNarrowest;
    while (static_cast<double>(width * kStep * kStep) < alone && width < kWidestStart)
      width *= kStep;
    const double threads = omp_get_max_threads();
    const double rounds = std::ceil(static_cast<double>(task_.trained) / threads);
    double last = 0.0, before = kInfinity;
    for (; width <= kWidest; width *= kStep) {
      const double left = task_.seconds - watch_.seconds();
      // A forecast by the last one: a step costs as much more as there are more neurons. What did
      // not come to its stop may do so at the next width, where there are fewer steps.
      const bool in_vain = !trained_.empty() && !trained_.back().counts();
      if (in_vain ? left < last : !trained_.empty() && static_cast<double>(kStep) * last > left)
        break;
      show("training", watch_.seconds() / task_.seconds);
      const base::Stopwatch one;
      trained_.push_back(train(width, std::max(left, kShareOfTrying * task_.seconds) /
                                          ((in_vain ? 1.0 : 4.0) * rounds)));
      last = one.seconds();
      const Trained& now = trained_.back();
      if (!now.counts()) {
        show("training", watch_.seconds() / task_.seconds,
             fmt::format("{} neurons: {} of {} trainings came to their stop", width,
                         now.nonlinearity.cols(), task_.trained));
        continue;
      }
      const WidthFit found = fit();
      show("training", watch_.seconds() / task_.seconds,
           fmt::format("{} neurons: non-linearity leaves out {}", width,
                       percent(median_norm(now.nonlinearity))));
      const bool settled = std::abs(std::log(found.width / before)) < kSettled &&
                           (found.nonlinearity_slope < kNonlinearityLaw || !counts(found));
      before = found.width;
      if (settled || static_cast<double>(width) >= found.width) break;
    }
  }

  /// Whether non-linearity is of weight at the width that was found.
  bool counts(const WidthFit& found) const {
    for (auto it = trained_.rbegin(); it != trained_.rend(); ++it) {
      if (it->counts())
        return median_norm(it->nonlinearity) * static_cast<double>(it->width) / found.width >
               kCounts * task_.error;
    }
    return true;
  }

  void add_rows(HowWide& out) const {
    const auto row = [&](Index width) -> WidthRow& {
      for (WidthRow& one : out.rows)
        if (one.width == width) return one;
      return out.rows.emplace_back(
          WidthRow{.width = width, .finite_width = {}, .nonlinearity = {}, .error = {}});
    };
    const auto estimated = [](const MatrixXd& of) {
      return estimate(of.colwise().norm().transpose(), Statistic::median);
    };
    for (const Drawn& one : drawn_) row(one.width).finite_width = estimated(one.finite_width);
    for (const Trained& one : trained_) {
      if (one.nonlinearity.cols() == 0) continue;
      WidthRow& there = row(one.width);
      there.nonlinearity = estimated(one.nonlinearity);
      there.error = estimated(one.error);
    }
    std::sort(out.rows.begin(), out.rows.end(),
              [](const WidthRow& a, const WidthRow& b) { return a.width < b.width; });
  }

  /// Which of the model's rungs is the largest, at the widest networks' time.
  void add_floor(HowWide& out) const {
    if (!infinitely_wide_) return;
    out.floor = floor();
    if (problem_.theory.model == Model::complete) return;
    const Problem problem = of_width(problem_, drawn_.back().width, 0);
    const nn::Network start = nn::make_network(problem.law, problem.samples.dim(), problem.start);
    const auto foreseen = forecast(problem.training, start, problem.samples);
    const double t = foreseen && foreseen->time > 0.0 ? foreseen->time : kInfinity;
    const Models models = models_of(problem, start);
    const double unit = 1.0 / movement(models.chosen, problem.grid, t);
    VectorXd upper = at(*models.complete, problem.grid, t);
    for (const Rung& rung : rungs) {
      if (rung.upper != Model::complete && rung.upper != Model::lfp2020) continue;
      Theory theory = problem.theory;
      theory.model = rung.lower;
      VectorXd lower;
      try {
        lower = at(predict(theory, problem.law, problem.samples, problem.grid, &start),
                   problem.grid, t);
      } catch (const Error& error) {
        out.notes.push_back(fmt::format("which rung it is, is not known, as {} is not: {}",
                                        base::name_of(rung.lower), error.what()));
        return;
      }
      const double left_out = unit * (upper - lower).norm();
      if (left_out > out.floor_rung_error) {
        out.floor_rung = rung.name;
        out.floor_rung_error = left_out;
      }
      if (rung.lower == problem.theory.model) return;
      upper = std::move(lower);
    }
  }

  std::string model_name() const {
    return problem_.theory.model == Model::linearised
               ? "their own linearisation"
               : fmt::format("{}", base::name_of(problem_.theory.model));
  }

  HowWide answer() const {
    HowWide out;
    add_rows(out);
    add_floor(out);
    for (const Trained& one : trained_) {
      if (one.failed > 0)
        out.notes.push_back(fmt::format("{} of {} networks of {} neurons could not be trained: {}",
                                        one.failed, task_.trained, one.width, one.failure));
      if (!one.unfinished.empty())
        out.notes.push_back(fmt::format(
            "{} of {} networks of {} neurons did not come to their stop in the time "
            "given, and do not count: {} apart by then",
            one.unfinished.size(), task_.trained, one.width, percent(median(one.unfinished))));
    }
    if (hopeless()) {
      out.is = HowWide::Is::none;
      out.sentence = fmt::format(
          "No width will do: {} itself leaves out {} of its movement, more than {}, however wide "
          "the network is",
          model_name(), percent(out.floor), percent(task_.error));
      if (!out.floor_rung.empty())
        out.sentence += fmt::format("; the largest part, {}, is the rung {}",
                                    percent(out.floor_rung_error), out.floor_rung);
      out.sentence += ".";
      return out;
    }
    const WidthFit found = fit();
    find_why(found, out);
    return out;
  }

  bool any_trained() const {
    return std::any_of(trained_.begin(), trained_.end(),
                       [](const Trained& one) { return one.counts(); });
  }

  /// Why nothing is known of non-linearity.
  std::string without_training() const {
    std::string out = "what non-linearity leaves out could not be measured";
    for (auto it = trained_.rbegin(); it != trained_.rend(); ++it)
      if (!it->unfinished.empty())
        return out + fmt::format(
                         ", as training does not end in the time given (at {} neurons "
                         "network and prediction are {} apart by then)",
                         it->width, percent(median(it->unfinished)));
    return out;
  }

  void find_why(const WidthFit& found, HowWide& out) const {
    const std::string within =
        fmt::format("within {} of the movement of {}", percent(task_.error), model_name());
    std::vector<std::string> why;
    if (!any_trained())
      why.push_back(without_training());
    else if (found.width > static_cast<double>(last_trained().width) &&
             // By how much it falls up to that width is not known where it is this large.
             (median_norm(last_trained().nonlinearity) > kLargestLawful ||
              (!(found.nonlinearity_slope < kNonlinearityLaw) && counts(found))))
      why.push_back(fmt::format("non-linearity, {} at {} neurons, does not yet fall as 1/m",
                                percent(median_norm(last_trained().nonlinearity)),
                                last_trained().width));
    if (infinitely_wide_ && !(found.finite_width_slope < kFiniteWidthLaw) &&
        found.width > static_cast<double>(drawn_.back().width))
      why.push_back(fmt::format("finite width, {} at {} neurons, does not yet fall as m^(−1/2)",
                                percent(median_norm(drawn_.back().finite_width)),
                                drawn_.back().width));
    out.low = found.low;
    out.high = found.high;
    const Index narrowest = drawn_.empty() ? trained_.front().width : drawn_.front().width;
    if (!std::isfinite(found.width)) {
      out.is = HowWide::Is::none;
      out.sentence = fmt::format("No width was found at which networks are {}.", within);
    } else if (!why.empty()) {
      out.is = HowWide::Is::at_least;
      out.width = rounded(std::max(found.width, widest_tried_in_vain()));
      out.sentence = fmt::format("More than {} neurons, and how many is not known: {}.", out.width,
                                 fmt::join(why, "; "));
    } else if (found.width <= static_cast<double>(narrowest)) {
      out.is = HowWide::Is::at_most;
      out.width = narrowest;
      out.sentence = fmt::format("{:.0f} % of networks of {} neurons, the narrowest tried, are {}.",
                                 100.0 * task_.share, out.width, within);
    } else {
      out.width = rounded(found.width);
      out.sentence = fmt::format(
          "{:.0f} % of networks of {} neurons ({} to {}, 95 %) are {}.", 100.0 * task_.share,
          out.width, rounded(found.low),
          std::isfinite(found.high) ? fmt::format("{}", rounded(found.high)) : "without end",
          within);
    }
    if (out.width > 0 && !drawn_.empty() && std::isfinite(drawn_.back().largest_step))
      out.largest_step = drawn_.back().largest_step * static_cast<double>(drawn_.back().width) /
                         static_cast<double>(out.width);
    if (out.largest_step && problem_.training.descent.step > *out.largest_step)
      out.notes.push_back(fmt::format(
          "of that width descent is stable for steps below {:.3g} only, and gd.step is {:.3g}",
          *out.largest_step, problem_.training.descent.step));
  }

  const Trained& last_trained() const {
    for (auto it = trained_.rbegin(); it != trained_.rend(); ++it)
      if (it->counts()) return *it;
    return trained_.back();
  }

  /// The widest networks that were trained, if most of them are too far from the prediction.
  double widest_tried_in_vain() const {
    if (!any_trained()) return 0.0;
    const Trained& one = last_trained();
    const VectorXd errors = one.error.colwise().norm().transpose();
    return quantile(errors, task_.share) > task_.error ? static_cast<double>(one.width) : 0.0;
  }

  const Problem& problem_;
  const WidthTask& task_;
  const std::function<void(const WidthProgress&)>& progress_;
  base::Stopwatch watch_;
  bool one_prediction_ = false, infinitely_wide_ = true;
  std::vector<Drawn> drawn_;
  std::vector<Trained> trained_;
};

void require_task(const Problem& problem, const WidthTask& task) {
  require_valid(problem);
  base::require(task.error > 0.0 && task.error < 1.0, "error", task.error, "above 0 and below 1");
  base::require(std::isfinite(task.seconds) && task.seconds > 0.0, "seconds", task.seconds,
                "a finite number above 0");
  base::require(task.share > 0.0 && task.share < 1.0, "share", task.share, "above 0 and below 1");
  base::require(task.drawn >= 2, "drawn", task.drawn, "at least 2");
  base::require(task.trained >= kFewestTrained && task.trained <= task.drawn, "trained",
                task.trained, "at least 3, and no more than are drawn");
  base::require(std::holds_alternative<nn::Draw>(problem.start), "start", "given weights",
                "drawn from a law: given weights have no other width");
  base::require(problem.theory.model != Model::power, "theory.model", "power",
                "the theory of a network");
  const nn::Stop& stop = problem.training.stop;
  base::require(stop.loss || stop.time || stop.steps || stop.gradient_norm, "training.stop",
                "by seconds alone",
                "by loss, time, steps or gradient_norm: in the same seconds a wider network comes "
                "less far");
}

}  // namespace

std::string in_percent(double share) {
  const double value = 100.0 * share;
  return value < 99.5 ? fmt::format("{:.2g}", value) : fmt::format("{:.0f}", value);
}

HowWide how_wide(const Problem& problem, const WidthTask& task,
                 const std::function<void(const WidthProgress&)>& progress) {
  const base::OneBlasThread blas;
  require_task(problem, task);
  Problem bare = problem;
  bare.theory.check = false;
  bare.bounds.reset();
  bare.test.reset();
  bare.target.reset();
  return Search(bare, task, progress).run();
}

}  // namespace fprinciple::compare
