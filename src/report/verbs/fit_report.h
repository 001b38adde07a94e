// `nmtx fit`: the heap that fits a limit, with the arithmetic.
#pragma once

#include <string>

#include "findings/figures/fit.h"
#include "report/style/style.h"

namespace nmtx {

std::string fit_text(const ProcessView& view, const Fit& fit, const TextStyle& style);
// docs/reference/json.md: `nmtx fit`.
std::string json_fit(const ProcessView& view, const Fit& fit);

}  // namespace nmtx
