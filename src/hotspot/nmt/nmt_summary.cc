#include "hotspot/nmt/nmt_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace nmtx::nmt {
namespace {

// "(  Metadata:   )" and what follows it repeats category Metaspace and the class space: not ours.
bool is_metadata(std::string_view inside) {
    constexpr std::array known{std::string_view{"instance classes #"},
                               std::string_view{"Metadata"},
                               std::string_view{"Class space"},
                               std::string_view{"reserved="},
                               std::string_view{"used="},
                               std::string_view{"free="},
                               std::string_view{"waste="}};
    inside = trim(inside);
    return std::ranges::any_of(known, [&](std::string_view word) { return inside.starts_with(word); });
}

struct Malloced {
    Bytes size;
    std::optional<std::uint64_t> count;
    std::optional<Bytes> peak;
    Delta change;
    std::int64_t count_change = 0;
};

// What follows "malloc=" or "arena=":
//   165KB #686)
//   69KB #250) (peak=77KB #254)
//   98KB tag=Class #1371) (at peak)
//   424KB, #1000)                     first JDK 8
//   134KB +18KB #1872 +239)           summary.diff
//   174KB)                            Arena Chunk
std::optional<Malloced> take_malloced(Cursor cursor) {
    const auto size = take_amount(cursor);
    if (!size) return std::nullopt;
    const auto change = take_difference(cursor, size->unit);
    const auto inside = cursor.until(")");
    if (!inside) return std::nullopt;
    Malloced found{size->value, std::nullopt, std::nullopt, change.value_or(Delta())};
    if (const std::size_t at = inside->rfind('#'); at != std::string_view::npos) {
        Cursor counted(inside->substr(at));
        found.count = take_count(counted);
        if (!found.count) return std::nullopt;
        found.count_change = take_difference(counted).value_or(Delta()).value;
    }
    cursor.take(")");
    cursor.skip_blanks();
    if (cursor.take("(at peak)")) {
        found.peak = found.size;
    } else if (cursor.take("(peak=")) {
        const auto peak = take_amount(cursor);
        if (!peak || !cursor.until(")")) return std::nullopt;
        found.peak = peak->value;
    }
    return found;
}

// "reserved=R, committed=C[, at peak|, peak=P])"
std::optional<Usage> take_closed_usage(Cursor cursor) {
    const auto usage = take_usage(cursor);
    if (!usage || (!cursor.rest().starts_with(",") && !cursor.rest().starts_with(")"))) return std::nullopt;
    if (!cursor.until(")")) return std::nullopt;
    return usage;
}

// "#41)", in summary.diff "#41 +2)"
std::optional<std::uint64_t> take_closed_count(Cursor cursor, std::int64_t& change) {
    const auto count = take_count(cursor);
    const auto more = take_difference(cursor);
    if (!count || !cursor.until(")")) return std::nullopt;
    change = more.value_or(Delta()).value;
    return count;
}

bool read_malloc(Cursor cursor, NmtCategory& category) {
    const auto found = take_malloced(cursor);
    if (!found) return false;
    category.malloc = found->size;
    category.malloc_count = found->count;
    category.malloc_peak = found->peak;
    category.change.malloc = found->change;
    category.change.malloc_count = found->count_change;
    return true;
}

bool read_arena(Cursor cursor, NmtCategory& category) {
    const auto found = take_malloced(cursor);
    if (!found) return false;
    category.arena = found->size;
    category.arena_count = found->count;
    category.change.arena = found->change;
    category.change.arena_count = found->count_change;
    return true;
}

bool read_mmap(Cursor cursor, NmtCategory& category) {
    const auto usage = take_closed_usage(cursor);
    if (!usage) return false;
    category.mmap_reserved = usage->reserved.value;
    category.mmap_committed = usage->committed.value;
    category.change.mmap_reserved = usage->reserved_change;
    category.change.mmap_committed = usage->committed_change;
    return true;
}

bool read_stack(Cursor cursor, NmtCategory& category) {
    const auto usage = take_closed_usage(cursor);
    if (!usage) return false;
    category.stack_reserved = usage->reserved.value;
    category.stack_committed = usage->committed.value;
    category.change.stack_reserved = usage->reserved_change;
    category.change.stack_committed = usage->committed_change;
    return true;
}

bool read_overhead(Cursor cursor, NmtCategory& category) {
    const auto found = take_malloced(cursor);
    if (!found) return false;
    category.tracking_overhead = found->size;
    category.change.tracking_overhead = found->change;
    return true;
}

bool read_threads(Cursor cursor, NmtCategory& category) {
    category.threads = take_closed_count(cursor, category.change.threads);
    return category.threads.has_value();
}

bool read_classes(Cursor cursor, NmtCategory& category) {
    category.classes = take_closed_count(cursor, category.change.classes);
    return category.classes.has_value();
}

// The lines of a category whose figures we own; none stands twice.
struct Detail {
    std::string_view begins;
    unsigned bit;
    bool (*read)(Cursor, NmtCategory&);
};

constexpr std::array details{
    Detail{"(malloc=", 1, read_malloc},    Detail{"(mmap: ", 2, read_mmap},
    Detail{"(arena=", 4, read_arena},      Detail{"(stack: ", 8, read_stack},
    Detail{"(threads ", 16, read_threads}, Detail{"(thread ", 16, read_threads},
    Detail{"(classes ", 32, read_classes}, Detail{"(tracking overhead=", 64, read_overhead},
};

}  // namespace

void SummaryReader::not_understood(const Line& line) {
    notes_.unread(line, "line not understood");
}

// "-                     Class (reserved=1056933KB, …": the longest name that HotSpot has is one of 22
// characters.
std::optional<std::string_view> category_name(std::string_view text) {
    constexpr std::size_t most = 40;
    const std::size_t end = text.find("(reserved=");
    if (end == std::string_view::npos) return std::nullopt;
    Cursor cursor(trim(text.substr(0, end)));
    cursor.take("-");
    const std::string_view name = trim(cursor.rest());
    const auto fits = [](char c) {
        return c != '(' && c != '[' && c != '=' && static_cast<unsigned char>(c) >= 0x20;
    };
    if (name.empty() || name.size() > most || !std::ranges::all_of(name, fits)) return std::nullopt;
    return name;
}

tl::expected<void, Error> SummaryReader::read(const Line& line) {
    const std::string_view text = trim(line.text);
    if (text.empty() || text.starts_with("(Omitting categories ")) return {};
    if (text.starts_with("Total:")) return total(line);
    if (line.text.starts_with('-') || (pasted_ && category_name(line.text))) return category(line);
    if (report_.categories.empty() && has_total_ &&
        (text.starts_with("malloc") || text.starts_with("mmap:"))) {
        under_total(line, text);
        return {};
    }
    // JDK 17 prints "                           : (  Metadata)" in a diff.
    Cursor cursor(text);
    if (cursor.take(":")) cursor.skip_blanks();
    if (cursor.rest().starts_with('(') && !report_.categories.empty()) return detail(line, cursor.rest());
    not_understood(line);
    return {};
}

// Total: reserved=1965618KB, committed=257818KB
// Total:  reserved=664192KB,  committed=253120KB             first JDK 8
// Total: reserved=1965673KB +22KB, committed=257873KB +22KB   summary.diff
tl::expected<void, Error> SummaryReader::total(const Line& line) {
    constexpr std::string_view expected = "'Total: reserved=…, committed=…'";
    if (has_total_) return notes_.malformed(line, "one line 'Total:' in a report");
    Cursor cursor(trim(line.text));
    cursor.take("Total:");
    cursor.skip_blanks();
    const auto usage = take_usage(cursor);
    if (!usage) return notes_.malformed(line, expected);
    const bool may_be_cut = line.cut && cursor.at_end() && !usage->committed.suffix;
    if (may_be_cut || usage->reserved.unit != usage->committed.unit) return notes_.malformed(line, expected);
    has_total_ = true;
    report_.unit = usage->reserved.unit;
    report_.reserved = usage->reserved.value;
    report_.committed = usage->committed.value;
    report_.change.reserved = usage->reserved_change;
    report_.change.committed = usage->committed_change;
    return {};
}

//        malloc: 43729KB #10753, peak=44967KB #10454
//        mmap:   reserved=1954744KB, committed=160380KB
// malloc=45793KB +173KB #12347 +1829                          summary.diff of 25+, not indented
void SummaryReader::under_total(const Line& line, std::string_view text) {
    if (line.cut) return not_understood(line);
    Cursor cursor(text);
    if (cursor.take("mmap:")) {
        cursor.skip_blanks();
        const auto usage = take_usage(cursor);
        if (!usage) return not_understood(line);
        report_.mmap_reserved = usage->reserved.value;
        report_.mmap_committed = usage->committed.value;
        report_.change.mmap_reserved = usage->reserved_change;
        report_.change.mmap_committed = usage->committed_change;
        return;
    }
    if (!cursor.take("malloc:") && !cursor.take("malloc=")) return not_understood(line);
    cursor.skip_blanks();
    const auto size = take_amount(cursor);
    if (!size) return not_understood(line);
    report_.change.malloc = take_difference(cursor, size->unit).value_or(Delta());
    report_.malloc = size->value;
    report_.malloc_count = take_count(cursor);
    if (report_.malloc_count) report_.change.malloc_count = take_difference(cursor).value_or(Delta()).value;
}

// -                     Class (reserved=1056933KB, committed=5029KB)
// -        Shared class space (reserved=16777312, committed=15368288, readonly=0)
tl::expected<void, Error> SummaryReader::category(const Line& line) {
    const auto name = category_name(line.text);
    if (!name) {
        not_understood(line);
        return {};
    }
    Cursor cursor(line.text);
    cursor.until("(reserved=");
    cursor.take("(");
    const auto usage = take_usage(cursor);
    const auto rest = cursor.until(")");
    if (!usage || !rest) {
        if (!line.cut) return notes_.malformed(line, "'- Category (reserved=…, committed=…)'");
        notes_.unread(line, "the report is cut in this line");
        return {};
    }
    if (!names_.insert(*name).second) return notes_.malformed(line, "each category once");
    NmtCategory category;
    category.name = *name;
    category.reserved = usage->reserved.value;
    category.committed = usage->committed.value;
    category.change.reserved = usage->reserved_change;
    category.change.committed = usage->committed_change;
    if (!has_total_ && report_.categories.empty()) report_.unit = usage->reserved.unit;
    if (const std::size_t at = rest->find("readonly="); at != std::string_view::npos) {
        Cursor readonly(rest->substr(at));
        readonly.take("readonly=");
        const auto amount = take_amount(readonly);
        if (!amount) return notes_.malformed(line, "an amount behind 'readonly='");
        category.readonly = amount->value;
    }
    report_.categories.push_back(std::move(category));
    seen_ = 0;
    return {};
}

//                             (classes #681)
//                             (thread #41)            (threads #40) in 21+
//                             (stack: reserved=40960KB, committed=40960KB)
//                             (malloc=134KB #240)
//                             (mmap: reserved=1056768KB, committed=4864KB)
//                             (arena=45KB #78)
//                             (tracking overhead=106KB)
tl::expected<void, Error> SummaryReader::detail(const Line& line, std::string_view text) {
    for (const Detail& known : details) {
        if (!text.starts_with(known.begins)) continue;
        if ((seen_ & known.bit) != 0) {
            return notes_.malformed(line, fmt::format("one line '{}…)' in a category", known.begins));
        }
        if (known.read(Cursor(text.substr(known.begins.size())), report_.categories.back())) {
            seen_ |= known.bit;
        } else if (line.cut) {
            notes_.unread(line, "the report is cut in this line");
        } else {
            return notes_.malformed(line, fmt::format("figures behind '{}'", known.begins));
        }
        return {};
    }
    if (!is_metadata(text.substr(1))) not_understood(line);
    return {};
}

void SummaryReader::check_sums(std::size_t last_line) {
    Bytes reserved;
    Bytes committed;
    for (const NmtCategory& category : report_.categories) {
        reserved += category.reserved;
        committed += category.committed;
    }
    // Every printed figure is rounded by itself, half a unit at most, and a category that rounds to nothing
    // is not printed. There are fewer than 32 categories. At scale=b nothing is rounded.
    const Bytes allowed(report_.unit.value() == 1 ? 0 : 16 * report_.unit.value());
    const auto differ = [&](Bytes a, Bytes b) { return std::max(a, b) > std::min(a, b) + allowed; };
    if (!differ(reserved, report_.reserved) && !differ(committed, report_.committed)) return;
    notes_.add(last_line,
               fmt::format(
                   "the categories sum to {} bytes reserved and {} committed, but the total says {} and {}: "
                   "the report is cut or was edited",
                   reserved.value(), committed.value(), report_.reserved.value(), report_.committed.value()));
}

}  // namespace nmtx::nmt
