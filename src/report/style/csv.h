// CSV (RFC 4180), as spreadsheets and scripts read it.
#pragma once

#include <string>

#include "base/error.h"

namespace nmtx {

// One field, quoted where necessary. A text that a spreadsheet would take for a formula gets an apostrophe,
// because the target chooses names.
std::string csv_field(std::string text);

// A list of objects in a JSON text as rows: a header with their keys, then a line for each. `pointer` says
// which list (RFC 6901: "/owners"; "" for the text itself). An object in a row gives a column for each of its
// members ("stack.resident_bytes"); lists in a row are left out. Fails where there is no such list.
Expected<std::string> csv_of(const std::string& json_text, const std::string& pointer);

}  // namespace nmtx
