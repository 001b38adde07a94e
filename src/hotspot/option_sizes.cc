#include "hotspot/option_sizes.h"

#include <algorithm>
#include <array>

#include "base/cursor.h"

namespace nmtx {
namespace {

struct Short {
    std::string_view option, flag;
};
constexpr std::array shorts{Short{"-Xmx", "MaxHeapSize"}, Short{"-Xms", "InitialHeapSize"},
                            Short{"-Xmn", "NewSize"}, Short{"-Xss", "ThreadStackSize"}};

constexpr std::array<std::string_view, 10> size_flags{
    "MaxHeapSize",     "InitialHeapSize",     "MaxMetaspaceSize",
    "MetaspaceSize",   "MaxDirectMemorySize", "ReservedCodeCacheSize",
    "ThreadStackSize", "SoftMaxHeapSize",     "CompressedClassSpaceSize",
    "MaxNewSize"};

constexpr std::array<std::string_view, 3> percent_flags{"MaxRAMPercentage", "InitialRAMPercentage",
                                                        "MinRAMPercentage"};

template <typename T>
void set(std::vector<std::pair<std::string_view, T>>& all, std::string_view name, T value) {
    for (auto& [known, kept] : all) {
        if (known != name) continue;
        kept = std::move(value);
        return;
    }
    all.emplace_back(name, std::move(value));
}

void read_flag(std::string_view option, OptionSizes& sizes) {
    const std::size_t equals = option.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view name = option.substr(4, equals - 4);
    const std::string_view value = option.substr(equals + 1);
    for (const std::string_view flag : percent_flags) {
        if (flag == name) set(sizes.percentages, flag, std::string(value));
    }
    for (const std::string_view flag : size_flags) {
        if (flag != name) continue;
        auto size = read_option_size(value);
        // Its unit is KB: "256k" are 256 MB.
        if (size && flag == "ThreadStackSize" && size->value() < (1ULL << 40U)) size = kib(size->value());
        if (size) set(sizes.sizes, flag, *size);
    }
}

}  // namespace

std::optional<Bytes> read_option_size(std::string_view text) {
    Cursor cursor(text);
    const auto number = cursor.decimal();
    if (!number) return std::nullopt;
    constexpr std::string_view units = "kmgt";
    unsigned shift = 0;
    if (!cursor.at_end()) {
        const std::size_t unit = units.find(static_cast<char>(cursor.rest().front() | 0x20));
        if (unit == std::string_view::npos || cursor.rest().size() != 1) return std::nullopt;
        shift = 10 * (static_cast<unsigned>(unit) + 1);
    }
    if (*number > (~std::uint64_t{0} >> shift)) return std::nullopt;
    return Bytes(*number << shift);
}

std::optional<Bytes> OptionSizes::find(std::string_view flag) const {
    for (const auto& [name, size] : sizes) {
        if (name == flag) return size;
    }
    return std::nullopt;
}

OptionSizes read_option_sizes(const std::vector<std::string_view>& options) {
    OptionSizes read;
    for (const std::string_view option : options) {
        if (!option.starts_with("-X")) continue;
        ++read.options;
        if (option.starts_with("-XX:")) {
            read_flag(option, read);
            continue;
        }
        for (const Short& one : shorts) {
            if (!option.starts_with(one.option)) continue;
            if (const auto size = read_option_size(option.substr(one.option.size())))
                set(read.sizes, one.flag, *size);
        }
    }
    return read;
}

}  // namespace nmtx
