#include "evidence/secrets/secret_words.h"

#include "base/characters.h"

namespace nmtx {
namespace {

using std::string_view;

constexpr std::size_t longest_name = 256;

// U+00C0 to U+00FF without their accents; the same bytes in Latin-1.
constexpr string_view latin = "aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo/ouuuuypy";
static_assert(latin.size() == 64);

struct Letter {
    std::string folded;
    std::size_t size;  // in bytes
};

// The letter that begins `rest`, whose first byte is above 0x7F.
Letter fold(string_view rest) {
    const auto byte = [&](std::size_t i) {
        return i < rest.size() ? static_cast<unsigned>(static_cast<unsigned char>(rest[i])) : 0U;
    };
    const unsigned first = byte(0), second = byte(1);
    const bool pair = second >= 0x80 && second < 0xC0;
    if (!pair)
        return {first >= 0xC0 ? std::string(1, latin[first - 0xC0]) : std::string(rest.substr(0, 1)), 1};
    if (first == 0xC3) return {std::string(1, latin[second - 0x80]), 2};
    if (first == 0xC5 && (second == 0x81 || second == 0x82)) return {"l", 2};
    if (first == 0xC5 && (second == 0x9A || second == 0x9B || (second >= 0x9E && second <= 0xA1)))
        return {"s", 2};
    // Accents by themselves, behind the letter.
    if (first == 0xCC || (first == 0xCD && second < 0xB0)) return {"", 2};
    // А to Я
    if (first == 0xD0 && second >= 0x90 && second < 0xA0)
        return {{'\xD0', static_cast<char>(second + 0x20)}, 2};
    if (first == 0xD0 && second >= 0xA0 && second < 0xB0)
        return {{'\xD1', static_cast<char>(second - 0x20)}, 2};
    return {std::string(rest.substr(0, 2)), 2};
}

}  // namespace

NameWords::NameWords(string_view name) {
    for (const string_view option : {"-J-D", "-D", "-P", "-E"}) {
        if (!name.starts_with(option) || name.size() <= option.size()) continue;
        name.remove_prefix(option.size());
        break;
    }
    if (name.size() > longest_name) name.remove_prefix(name.size() - longest_name);
    folded_.reserve(name.size());
    bool begins = true;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (!is_lower_or_beyond(c) && !is_upper(c)) {
            begins = true;
            continue;
        }
        const bool hump = is_upper(c) && i > 0 &&
                          (is_lower_or_beyond(name[i - 1]) ||
                           (is_upper(name[i - 1]) && i + 1 < name.size() && is_lower_or_beyond(name[i + 1])));
        if (begins || hump) starts_.push_back(folded_.size());
        begins = false;
        if (is_beyond_ascii(c)) {
            const Letter letter = fold(name.substr(i));
            folded_ += letter.folded;
            i += letter.size - 1;
        } else {
            folded_ += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
}

string_view NameWords::from_end(std::size_t nth) const {
    if (nth >= starts_.size()) return {};
    const std::size_t at = starts_.size() - 1 - nth;
    const std::size_t end = at + 1 < starts_.size() ? starts_[at + 1] : folded_.size();
    return string_view(folded_).substr(starts_[at], end - starts_[at]);
}

}  // namespace nmtx
