// Texts of keys and values, several of which may be pasted one below the other.
#include <algorithm>

#include "pasted/kinds/kinds_of.h"

namespace nmtx::kinds {

using std::string_view;

bool comes_again(string_view key, PartSoFar& part) {
    constexpr std::size_t most_keys = 256;
    if (key.empty()) return false;
    if (std::ranges::find(part.names, key) != part.names.end()) return true;
    if (part.names.size() < most_keys) part.names.push_back(key);
    return false;
}

string_view key_of(string_view trimmed) {
    const std::size_t colon = trimmed.find(':');
    if (colon == string_view::npos || contains(trimmed.substr(0, colon), " ")) return {};
    return trimmed.substr(0, colon);
}

bool is_in_kb(string_view value) {
    Cursor cursor(value);
    cursor.skip_blanks();
    if (!cursor.decimal()) return false;
    cursor.skip_blanks();
    return cursor.take("kB") &&
           (cursor.at_end() || cursor.rest().front() == ' ' || cursor.rest().front() == '\t');
}

}  // namespace nmtx::kinds
