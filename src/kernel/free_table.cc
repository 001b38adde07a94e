//                total        used        free      shared  buff/cache   available
// Mem:           24105         656       22641           8        1095       23448
// Swap:              0           0           0
//
// Until procps 3.3.9 there were "buffers" and "cached" in the place of "buff/cache" and "available", and a
// line "-/+ buffers/cache:  used free".
#include <algorithm>
#include <array>
#include <vector>

#include "base/cursor.h"
#include "base/lines.h"
#include "base/words.h"
#include "kernel/fields.h"
#include "kernel/host_memory.h"
#include "kernel/human_size.h"

namespace nmtx {
namespace {

constexpr std::size_t most_words_of_row = 16;

using std::string_view;

// By the options of free(1).
std::optional<Bytes> unit_of(string_view command) {
    const std::size_t at = command.find("free");
    if (at == string_view::npos) return std::nullopt;
    struct Option {
        char letter;
        string_view name;
        Bytes unit;
    };
    constexpr std::array options{Option{'b', "--bytes", Bytes(1)},
                                 Option{'k', "--kibi", kib(1)},
                                 Option{'m', "--mebi", mib(1)},
                                 Option{'g', "--gibi", mib(1024)},
                                 Option{'\0', "--kilo", Bytes(1000)},
                                 Option{'\0', "--mega", Bytes(1'000'000)},
                                 Option{'\0', "--giga", Bytes(1'000'000'000)}};
    for (const string_view word : words_of(command.substr(at + 4), most_words_of_row)) {
        if (word.starts_with('|') || word.starts_with(';') || word.starts_with('&')) break;
        const bool letters = word.starts_with('-') && !word.starts_with("--");
        for (const Option& option : options) {
            if (word == option.name ||
                (letters && option.letter != '\0' && word.find(option.letter) != string_view::npos))
                return option.unit;
        }
    }
    return kib(1);
}

// A machine that runs a JVM has 256 MiB to 64 TiB.
Bytes plausible_unit(std::uint64_t total) {
    if (total < 256) return mib(1024);
    if (total < std::uint64_t{256} << 10U) return mib(1);
    if (total < std::uint64_t{64} << 30U) return kib(1);
    return Bytes(1);
}

struct FreeName {
    string_view name;
    std::optional<Bytes> HostMemory::* into;
};
constexpr std::array free_names{
    FreeName{"total", &HostMemory::total},        FreeName{"used", &HostMemory::used},
    FreeName{"free", &HostMemory::free},          FreeName{"shared", &HostMemory::shared},
    FreeName{"buffers", &HostMemory::buffers},    FreeName{"cached", &HostMemory::cached},
    FreeName{"cache", &HostMemory::cached},       FreeName{"buff/cache", &HostMemory::cached},
    FreeName{"available", &HostMemory::available}};

using FreeWords = std::vector<string_view>;

void read_row(const FreeWords& heading, const FreeWords& row, Bytes unit, HostMemory& memory) {
    for (std::size_t i = 0; i < heading.size() && i + 1 < row.size(); ++i) {
        const auto size = read_human_size(row[i + 1], unit);
        const auto* const named = std::find_if(free_names.begin(), free_names.end(),
                                               [&](const FreeName& name) { return name.name == heading[i]; });
        if (size && named != free_names.end()) memory.*named->into = size->bytes;
    }
}

bool is_figure(string_view word) {
    return read_human_size(word, Bytes(1)).has_value();
}

}  // namespace

bool is_free_heading(string_view line) {
    const auto words = words_of(line, most_words_of_row);
    return words.size() >= 3 && words[0] == "total" && words[1] == "used" && words[2] == "free";
}

Expected<HostMemory> parse_free(string_view text, string_view command, string_view document) {
    HostMemory memory;
    FreeWords heading{"total", "used", "free"};
    FreeWords memory_row, swap_row;
    for (Lines lines(text); lines.next();) {
        const string_view line = trim(lines.line());
        if (line.empty()) continue;
        FreeWords words = words_of(line, most_words_of_row);
        const bool figures =
            words.size() >= 3 && std::all_of(words.begin() + 1, words.begin() + 3, is_figure);
        if (is_free_heading(line)) {
            heading = std::move(words);
            memory_row.clear();
            swap_row.clear();
        } else if (figures && words[0] == "Mem:") {
            memory_row = std::move(words);
        } else if (figures && words[0] == "Swap:") {
            swap_row = std::move(words);
        } else if (words[0] != "Total:" && words[0] != "-/+" && words[0] != "Low:" && words[0] != "High:" &&
                   words[0] != "Comm:") {
            memory.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (memory_row.empty())
        return nothing_understood(document, "\"Mem:  24105  656  22641\"", memory.not_understood);
    std::optional<std::uint64_t> total;
    const bool bare = read_number(memory_row[1], total);
    const auto typed = unit_of(command);
    const Bytes unit = typed ? *typed : plausible_unit(total.value_or(0));
    if (bare && !typed) memory.inferred_unit = unit;
    read_row(heading, memory_row, unit, memory);
    if (!swap_row.empty()) {
        HostMemory swap;
        read_row({"total", "used", "free"}, swap_row, unit, swap);
        memory.swap_total = swap.total;
        memory.swap_used = swap.used;
        memory.swap_free = swap.free;
    }
    return memory;
}

}  // namespace nmtx
