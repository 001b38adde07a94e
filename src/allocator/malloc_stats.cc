#include <fmt/format.h>

#include <string>
#include <string_view>

#include "allocator/malloc_info.h"
#include "base/amounts.h"
#include "base/cursor.h"
#include "base/lines.h"
#include "base/printable.h"
#include "base/remark.h"

// Arena 0:
// system bytes     =     135168
// in use bytes     =       5632
// Total (incl. mmap):
// system bytes     =    5607424
// in use bytes     =    3486848
// max mmap regions =          1
// max mmap bytes   =    1052672

namespace nmtx {
namespace {

class StatsReader {
  public:
    // True where the line is one of malloc_stats'.
    bool take(std::string_view line, MallocStats& stats) {
        Cursor cursor(line);
        if (cursor.take("Arena ")) {
            const auto nr = cursor.decimal();
            if (!nr || cursor.rest() != ":") return false;
            stats.arenas.emplace_back().nr = *nr;
            total_ = false;
            return true;
        }
        if (line == "Total (incl. mmap):") return total_ = true;
        const auto name = cursor.until("=");
        cursor.take("=");
        cursor.skip_blanks();
        const auto figure = cursor.decimal();
        if (!name || !figure || !cursor.at_end()) return false;
        if (!keep(trim(*name), *figure, stats)) return false;
        return found_ = true;
    }
    [[nodiscard]] bool found() const { return found_; }

  private:
    // Where "Arena N:" was cut off, the arena of the figures is unknown.
    bool keep(std::string_view name, std::uint64_t figure, MallocStats& stats) const {
        const auto once = [&](std::optional<Bytes>& into) {
            if (into) return false;
            into = Bytes(figure);
            return true;
        };
        const bool of_arena = !total_ && !stats.arenas.empty();
        if (name == "system bytes" && total_) return once(stats.system);
        if (name == "in use bytes" && total_) return once(stats.in_use);
        if (name == "system bytes" && of_arena) return once(stats.arenas.back().system);
        if (name == "in use bytes" && of_arena) return once(stats.arenas.back().in_use);
        if (name == "max mmap bytes") return once(stats.most_mmapped);
        if (name != "max mmap regions" || stats.most_mmaps) return false;
        stats.most_mmaps = figure;
        return true;
    }

    bool total_ = false;
    bool found_ = false;
};

}  // namespace

std::string MallocStats::wrapped() const {
    const auto impossible = [](const std::optional<Bytes>& used, const std::optional<Bytes>& taken) {
        return used && taken && *used > *taken;
    };
    Bytes in_arenas;
    for (const Arena& arena : arenas) {
        if (impossible(arena.in_use, arena.system))
            return fmt::format("arena {} has {} in use of {} taken from the kernel", arena.nr,
                               human(*arena.in_use), human(*arena.system));
        in_arenas += arena.system.value_or(Bytes());
    }
    if (impossible(in_use, system))
        return fmt::format("{} are in use of {} taken from the kernel", human(*in_use), human(*system));
    if (system && in_arenas > *system)
        return fmt::format("the arenas have {} by themselves, the total is {}", human(in_arenas),
                           human(*system));
    return {};
}

Expected<MallocStats> parse_malloc_stats(std::string_view text, std::string_view document) {
    MallocStats stats;
    StatsReader reader;
    for (Lines lines(text); lines.next();) {
        const Remarked parts = split_remark(trim(lines.line()));
        if (parts.text.empty() && parts.remark.empty()) continue;
        if (reader.take(parts.text, stats)) {
            stats.not_understood.add_remark(lines.number(), parts.remark);
        } else {
            stats.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (!reader.found()) {
        return nothing_understood(document, "\"system bytes = N\"", stats.not_understood);
    }
    return stats;
}

}  // namespace nmtx
