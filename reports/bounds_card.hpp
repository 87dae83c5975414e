#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace fprinciple::reports {

/// The inside of the page's card on generalisation bounds, from `bounds` of the summary: each
/// bound, how far it is above the error that it bounds, what it knows, and the measured errors. As
/// HTML.
std::string bounds_table(const nlohmann::json& summary);

}  // namespace fprinciple::reports
