#include "process/jvm_flag.h"

#include <array>

#include "base/cursor.h"
#include "hotspot/identity.h"

namespace nmtx {
namespace {

// Options of the java command that set a flag, with the size right behind them.
struct ShortOption {
    std::string_view option, flag;
};
constexpr std::array short_options{ShortOption{"-Xmx", "MaxHeapSize"}, ShortOption{"-Xms", "InitialHeapSize"},
                                   ShortOption{"-mx", "MaxHeapSize"}, ShortOption{"-ms", "InitialHeapSize"}};

std::optional<std::string_view> value_of(std::string_view option, std::string_view name) {
    for (const ShortOption& given : short_options) {
        if (given.flag == name && option.starts_with(given.option)) return option.substr(given.option.size());
    }
    if (!option.starts_with("-XX:")) return std::nullopt;
    option.remove_prefix(4);
    if (!option.starts_with(name)) return std::nullopt;
    option.remove_prefix(name.size());
    if (!option.starts_with('=')) return std::nullopt;
    return option.substr(1);
}

// "67108864", "64m", "0x4000000" is rare and left alone. As HotSpot reads it: K, M, G, T in either case.
std::optional<Bytes> size_of(std::string_view text) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    if (!number) return std::nullopt;
    if (cursor.at_end()) return Bytes(*number);
    constexpr std::string_view units = "kmgt";
    const char unit = static_cast<char>(cursor.rest().front() | 0x20);
    const std::size_t power = units.find(unit);
    if (cursor.rest().size() != 1 || power == std::string_view::npos) return std::nullopt;
    const unsigned shift = 10 * static_cast<unsigned>(power + 1);
    if (*number > UINT64_MAX >> shift) return std::nullopt;
    return Bytes(*number << shift);
}

// The last one counts, as in HotSpot.
std::optional<Bytes> flag_among(const std::vector<std::string_view>& options, std::string_view name) {
    std::optional<Bytes> found;
    for (const std::string_view option : options) {
        if (const auto value = value_of(option, name)) found = size_of(trim(*value));
    }
    return found;
}

}  // namespace

std::optional<Bytes> size_flag(const ProcessView& view, std::string_view name) {
    // "-XX:CICompilerCount=2 -XX:MaxHeapSize=134217728 "
    const std::string_view line = std::string_view(view.vm_flags).substr(0, view.vm_flags.find('\n'));
    if (!line.empty()) return flag_among(split_joined_options(line), name);
    if (view.perf) {
        if (const auto given = view.perf->text("java.rt.vmArgs"))
            return flag_among(split_joined_options(*given), name);
    }
    return flag_among(view.arguments, name);
}

}  // namespace nmtx
