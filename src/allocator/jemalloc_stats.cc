// ___ Begin jemalloc statistics ___
// Version: "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c"
//   opt.dirty_decay_ms: 10000 (arenas.dirty_decay_ms: 10000)
// Arenas: 9
// Allocated: 17394176, active: 155627520, metadata: 6432896 (n_thp 0), resident: 161976320, …
// Merged arenas stats:
// decaying:  time       npages       sweeps     madvises       purged
//    dirty:   N/A        33762            0            0            0
// --- End jemalloc statistics ---
//
// As JSON: {"jemalloc":{"version":"5.3.0-…","config":{…},"opt":{…},"stats":{"allocated":17394176,…
#include "allocator/jemalloc_stats.h"

#include <array>

#include "base/cursor.h"
#include "base/lines.h"

namespace nmtx {
namespace {

using std::string_view;

std::optional<std::uint64_t> number_after(string_view text, string_view key) {
    const std::size_t at = text.find(key);
    if (at == string_view::npos) return std::nullopt;
    Cursor cursor(text.substr(at + key.size()));
    cursor.skip_blanks();
    return cursor.decimal();
}

std::optional<Bytes> bytes_after(string_view text, string_view key) {
    const auto number = number_after(text, key);
    return number ? std::optional(Bytes(*number)) : std::nullopt;
}

void read_totals(string_view line, JemallocStats& stats) {
    stats.allocated = bytes_after(line, "Allocated:").value_or(Bytes());
    stats.active = bytes_after(line, ", active:");
    stats.metadata = bytes_after(line, ", metadata:");
    stats.resident = bytes_after(line, ", resident:");
    stats.mapped = bytes_after(line, ", mapped:");
    stats.retained = bytes_after(line, ", retained:");
}

string_view in_quotes(string_view text) {
    const std::size_t open = text.find('"');
    if (open == string_view::npos) return {};
    const std::size_t close = text.find('"', open + 1);
    return close == string_view::npos ? string_view{} : text.substr(open + 1, close - open - 1);
}

// "opt.dirty_decay_ms: -1 (arenas.dirty_decay_ms: -1)": what is in effect stands behind.
void read_option(string_view line, JemallocStats& stats) {
    Cursor cursor(line);
    if (cursor.take("opt.dirty_decay_ms:") || cursor.take("arenas.dirty_decay_ms:")) {
        cursor.skip_blanks();
        stats.dirty_decay_ms = cursor.signed_decimal();
        if (cursor.until("(arenas.dirty_decay_ms: ") && cursor.take("(arenas.dirty_decay_ms: "))
            if (const auto value = cursor.signed_decimal()) stats.dirty_decay_ms = value;
    } else if (cursor.take("opt.background_thread:")) {
        stats.background_thread = line.find("(background_thread: true)") != string_view::npos ||
                                  (line.find('(') == string_view::npos && line.ends_with("true"));
    }
}

// "   dirty:   N/A        33762            0            0            0": a time first, then pages.
std::optional<std::uint64_t> dirty_pages_of(string_view line) {
    Cursor cursor(line.substr(line.find(':') + 1));
    cursor.skip_blanks();
    cursor.word();
    cursor.skip_blanks();
    return cursor.decimal();
}

// The first object "stats" of the JSON has the totals; "arenas" below it has the like of each arena.
Expected<JemallocStats> parse_json_stats(string_view text, string_view document) {
    JemallocStats stats;
    const std::size_t at = text.find("\"stats\":{\"allocated\":");
    const auto allocated =
        at == string_view::npos ? std::nullopt : number_after(text.substr(at), "\"allocated\":");
    if (!allocated)
        return failure(std::string(document) + ":1",
                       "expected \"stats\":{\"allocated\": … in the JSON of jemalloc");
    const string_view totals = text.substr(at, text.find('}', at) - at);
    stats.allocated = Bytes(*allocated);
    stats.active = bytes_after(totals, "\"active\":");
    stats.metadata = bytes_after(totals, "\"metadata\":");
    stats.resident = bytes_after(totals, "\"resident\":");
    stats.mapped = bytes_after(totals, "\"mapped\":");
    stats.retained = bytes_after(totals, "\"retained\":");
    if (const std::size_t version = text.find("\"version\":"); version != string_view::npos)
        stats.version = in_quotes(text.substr(version + 10));
    if (const std::size_t decay = text.find("\"dirty_decay_ms\":"); decay != string_view::npos)
        stats.dirty_decay_ms = Cursor(text.substr(decay + 17)).signed_decimal();
    if (const std::size_t thread = text.find("\"background_thread\":"); thread != string_view::npos)
        stats.background_thread = text.substr(thread + 20).starts_with("true");
    stats.whole = text.find("}}") != string_view::npos;
    return stats;
}

}  // namespace

bool is_jemalloc_totals(string_view line) {
    Cursor cursor(trim(line));
    return cursor.take("Allocated: ") && cursor.decimal() && cursor.take(", active: ") && cursor.decimal();
}

Expected<JemallocStats> parse_jemalloc_stats(string_view text, string_view document) {
    if (text.find("{\"jemalloc\":") != string_view::npos) return parse_json_stats(text, document);
    JemallocStats stats;
    std::optional<std::uint64_t> page, dirty_pages;
    bool totals = false, merged = false;
    for (Lines lines(text); lines.next();) {
        const string_view line = trim(lines.line());
        if (is_jemalloc_totals(line) && !totals) {
            totals = true;
            read_totals(line, stats);
        } else if (line.starts_with("Version: ")) {
            stats.version = in_quotes(line);
        } else if (line.starts_with("Arenas: ")) {
            stats.arenas = number_after(line, "Arenas:");
        } else if (line.starts_with("Page size: ")) {
            page = number_after(line, "Page size:");
        } else if (line.starts_with("Merged arenas stats")) {
            merged = true;  // else there is one arena, and its statistics follow
        } else if (line.starts_with("dirty:") && !(merged && dirty_pages)) {
            dirty_pages = dirty_pages.value_or(0) + dirty_pages_of(line).value_or(0);
        } else if (line.starts_with("--- End jemalloc statistics")) {
            stats.whole = true;
        } else {
            read_option(line, stats);
        }
    }
    if (!totals)
        return failure(std::string(document) + ":1",
                       "expected the line \"Allocated: …, active: …\": the text ends before it");
    if (page && dirty_pages && *page > 0 && *dirty_pages <= ~std::uint64_t{} / *page)
        stats.dirty = Bytes(*page * *dirty_pages);
    return stats;
}

}  // namespace nmtx
