// A series of figures as one line of characters.
#pragma once

#include <string>
#include <vector>

namespace nmtx {

// "▁▂▅█", one column for each value; ".-=#" without Unicode.
std::string sparkline(const std::vector<double>& values, bool unicode);

}  // namespace nmtx
