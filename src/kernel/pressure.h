// /proc/pressure/cpu and memory: how much tasks wait for a resource (PSI).
// Format: Linux Documentation/accounting/psi.rst.
#pragma once

#include <optional>
#include <string_view>

namespace nmtx {

// "some avg10=1.53 avg60=0.87 avg300=0.22 total=12345": the share of the last ten seconds, in percent, in
// which at least one task waited. Nothing where there is no such line.
std::optional<double> some_pressure(std::string_view text);

}  // namespace nmtx
