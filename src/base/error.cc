#include "base/error.h"

#include "base/printable.h"

namespace nmtx {

std::string to_string(const Error& error) {
    std::string line;
    if (!error.where.empty()) line += error.where + ": ";
    line += error.what;
    if (!error.hint.empty()) line += "; " + error.hint;
    return printable(line);
}

}  // namespace nmtx
