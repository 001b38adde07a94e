// What parsing smaps costs, beside the least that any reader of the text must do: to find its newlines.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/mappings/smaps.h"

namespace {

struct Field {
    std::string_view key;
    unsigned width;
    unsigned one_in;  // every one_in-th record holds something else than 0; 0: none does
};

// The fields of Linux 6.18, in its order.
constexpr std::array<Field, 22> fields{{
    {"Size:            ", 7, 1}, {"KernelPageSize:  ", 7, 1}, {"MMUPageSize:     ", 7, 1},
    {"Rss:             ", 7, 1}, {"Pss:             ", 7, 1}, {"Pss_Dirty:       ", 7, 2},
    {"Shared_Clean:    ", 7, 9}, {"Shared_Dirty:    ", 7, 0}, {"Private_Clean:   ", 7, 8},
    {"Private_Dirty:   ", 7, 2}, {"Referenced:      ", 7, 1}, {"Anonymous:       ", 7, 2},
    {"KSM:             ", 7, 0}, {"LazyFree:        ", 7, 0}, {"AnonHugePages:   ", 7, 50},
    {"ShmemPmdMapped:  ", 7, 0}, {"FilePmdMapped:   ", 7, 0}, {"Shared_Hugetlb:  ", 7, 0},
    {"Private_Hugetlb: ", 7, 0}, {"Swap:            ", 7, 0}, {"SwapPss:         ", 7, 0},
    {"Locked:          ", 7, 0},
}};

struct Sample {
    std::string text;
    std::uint64_t rss = 0;  // bytes
};

Sample synthesise(std::size_t mappings) {
    std::string text;
    std::uint64_t rss = 0;
    std::uint64_t address = 0x7f0000000000;
    for (std::size_t i = 0; i < mappings; ++i) {
        const std::uint64_t pages = 1 + (i * 7919) % 4096;
        const std::uint64_t end = address + pages * 4096;
        const bool file = i % 4 == 0;
        std::string header =
            fmt::format("{:x}-{:x} {} {:08x} {} {} ", address, end, file ? "r-xp" : "rw-p",
                        file ? i * 4096 : 0, file ? "fe:00" : "00:00", file ? 1163267 + i : 0);
        if (file) header = fmt::format("{:<73}/usr/lib/x86_64-linux-gnu/libnumber{}.so.6", header, i);
        text += header + '\n';
        for (const Field& field : fields) {
            const std::uint64_t value = field.one_in != 0 && i % field.one_in == 0 ? pages * 4 : 0;
            text += fmt::format("{}{:>{}} kB\n", field.key, value, field.width);
        }
        text += "THPeligible:           0\nVmFlags: rd wr mr mw me ac \n";
        address = end + 4096;
        rss += pages * 4096;
    }
    return {text, rss};
}

// Milliseconds, the median of many runs.
template <typename Work>
double median(std::size_t runs, Work work) {
    std::vector<double> times;
    for (std::size_t i = 0; i < runs; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(runs / 2), times.end());
    return times[runs / 2];
}

std::size_t newlines(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
        ++count;
    return count;
}

bool measure(std::size_t mappings, std::size_t runs) {
    const Sample sample = synthesise(mappings);
    std::size_t lines = 0;
    bool right = true;
    const double floor = median(runs, [&] { lines += newlines(sample.text); });
    const double parse = median(runs, [&] {
        const auto smaps = nmtx::parse_smaps(sample.text);
        right = right && smaps && smaps->mappings.size() == mappings && smaps->rss.value() == sample.rss;
    });
    const double megabytes = static_cast<double>(sample.text.size()) / 1e6;
    fmt::print(
        "{:>6} mappings {:>7.2f} MB {:>8} lines: parse {:>8.3f} ms {:>7.0f} MB/s, newline pass {:>8.3f} ms, "
        "ratio {:.2f}\n",
        mappings, megabytes, lines / runs, parse, megabytes / parse * 1e3, floor, parse / floor);
    if (!right) fmt::print("{:>6} mappings: NOT what was written\n", mappings);
    return right;
}

}  // namespace

int main() {
    return measure(300, 501) && measure(30'000, 41) ? 0 : 1;
}
