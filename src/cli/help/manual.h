// The manual page nmtx(1).
#pragma once

#include <string>

namespace nmtx {

// In mdoc(7); made from the tables of verbs and options.
std::string manual_page();

}  // namespace nmtx
