#include "platform/symbols/symbol_name.h"

#include <cxxabi.h>

#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "base/printable.h"

namespace nmtx {
namespace {

// How long the name could become at most, as a power of two. A back reference (S_, S0_, T_ …) repeats what
// was said before: k of them multiply a name at most by 3 to the power of k/3. A pack expansion (Dp, sp)
// repeats its pattern for each element of a pack, and an element takes at least a character. Identifiers are
// searched as well, so that nothing can hide in one: that errs to the safe side.
double growth(std::string_view mangled) {
    constexpr double by_reference = 0.53;  // log2(3) / 3
    double length = 0;
    for (std::size_t n = mangled.size(); n > 1; n /= 2) ++length;
    double power = length + 1;
    bool refers = false;
    for (std::size_t i = 0; i + 1 < mangled.size(); ++i) {
        const char first = mangled[i];
        const char second = mangled[i + 1];
        if (first == 'S' || first == 'T') {
            std::size_t end = i + 1;
            while (end < mangled.size() && (std::isdigit(static_cast<unsigned char>(mangled[end])) != 0 ||
                                            std::isupper(static_cast<unsigned char>(mangled[end])) != 0))
                ++end;
            if (end < mangled.size() && mangled[end] == '_') {
                power += by_reference;
                refers = true;
            }
        }
        if ((first == 'D' || first == 's') && second == 'p') power += length;
    }
    return refers ? power : 0;
}

constexpr double most_growth = 22;  // 4 MiB

struct Free {
    void operator()(char* text) const { std::free(text); }
};

}  // namespace

bool names_vtable(std::string_view mangled) {
    return mangled.starts_with("_ZTV");
}

std::string readable_symbol(std::string_view mangled) {
    // The static linker writes the version of an exported symbol behind its name.
    std::string name(mangled.substr(0, mangled.find('@')));
    if (name.size() <= longest_symbol_name && name.starts_with("_Z") && growth(name) <= most_growth) {
        int status = 0;
        const std::unique_ptr<char, Free> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status));
        if (text)
            name.assign(text.get(), std::string_view(text.get()).substr(0, longest_symbol_name + 1).size());
    }
    if (name.size() <= longest_symbol_name) return printable(name);
    return printable(std::string_view(name).substr(0, longest_symbol_name)) + "…";
}

}  // namespace nmtx
