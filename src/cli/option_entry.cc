#include "cli/option_entry.h"

#include <algorithm>

namespace nmtx {

std::vector<std::string_view> OptionEntry::words() const {
    std::vector<std::string_view> words;
    std::string_view rest = value;
    while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find('|'));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        if (!word.empty() && word.front() >= 'a' && word.front() <= 'z') words.push_back(word);
    }
    return words;
}

}  // namespace nmtx
