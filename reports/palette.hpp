#pragma once

#include "reports/script.hpp"

#include <array>

namespace fprinciple::reports {

/// The two palettes of every map: viridis, and one that diverges from white at zero. Both keep
/// their order for colour-blind readers.
inline constexpr std::array<Words, 10> magnitudes{"#440154", "#482878", "#3E4989", "#31688E",
                                                  "#26828E", "#1F9E89", "#35B779", "#6DCD59",
                                                  "#B4DE2C", "#FDE725"};
inline constexpr std::array<Words, 11> signed_values{"#053061", "#2166AC", "#4393C3", "#92C5DE",
                                                     "#D1E5F0", "#F7F7F7", "#FDDBC7", "#F4A582",
                                                     "#D6604D", "#B2182B", "#67001F"};

}  // namespace fprinciple::reports
