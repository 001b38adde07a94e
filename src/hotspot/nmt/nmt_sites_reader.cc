#include "hotspot/nmt/nmt_sites_reader.h"

#include <utility>

#include "base/cursor.h"

namespace nmtx::nmt {
namespace {

// " tag=Native Memory Tracking": the name goes on to the next figure.
std::string_view take_tag(Cursor& cursor) {
    cursor.take(",");
    cursor.skip_blanks();
    if (!cursor.take("type=") && !cursor.take("tag=") && !cursor.take("Type=") && !cursor.take("Tag="))
        return {};
    const std::string_view rest = cursor.rest();
    std::size_t n = 0;
    const auto ends = [&](std::size_t at) {
        return rest[at] == ')' || rest[at] == ',' || rest.substr(at).starts_with(" #") ||
               rest.substr(at).starts_with(" +") || rest.substr(at).starts_with(" -");
    };
    while (n < rest.size() && !ends(n)) ++n;
    cursor = Cursor(rest.substr(n));
    return trim(rest.substr(0, n));
}

bool is_bare_figure(std::string_view text) {
    return text.size() > 1 && text[0] == '(' && text[1] >= '0' && text[1] <= '9';
}

// " +3" behind a count; it has no unit whatever the scale.
std::optional<std::int64_t> take_count_change(Cursor& cursor) {
    const auto change = take_difference(cursor);
    if (!change) return std::nullopt;
    return change->value;
}

}  // namespace

bool is_frame(std::string_view text) {
    if (!text.starts_with('[')) return false;
    const std::size_t end = text.find(']');
    return end != std::string_view::npos && text.substr(0, end).find(" - ") == std::string_view::npos;
}

bool is_site_figures(std::string_view text) {
    if (text.starts_with("((malloc=")) return true;
    if (text.starts_with("(malloc=")) {
        Cursor cursor(text.substr(8));
        return take_amount(cursor) && !take_tag(cursor).empty() &&
               text.find(" type=") != std::string_view::npos;
    }
    if (!text.starts_with("(reserved=") && !text.starts_with("(mmap:")) return false;
    return text.find(" Type=") != std::string_view::npos || text.find(" Tag=") != std::string_view::npos;
}

tl::expected<void, Error> SitesReader::read(const Line& line) {
    const std::string_view text = trim(line.text);
    if (text.empty()) return {};
    if (is_frame(text)) return frame(line, text);
    if (text.starts_with("(malloc=") || text.starts_with("((malloc=")) return malloc_figures(line, text);
    if (text.starts_with("(reserved=") || text.starts_with("(mmap:")) return mmap_figures(line, text);
    if (left_out(text)) return {};
    if (is_bare_figure(text)) return malloc_figures(line, text);
    notes_.unread(line, "line not understood");
    frames_.clear();
    return {};
}

tl::expected<void, Error> SitesReader::frame(const Line& line, std::string_view text) {
    NmtFrame frame;
    Cursor cursor(text);
    if (cursor.take("[0x")) {
        const auto address = cursor.hex();
        if (!address || !cursor.take("]")) {
            if (!line.cut) return notes_.malformed(line, "'[0x…]' and perhaps a function");
            return {};
        }
        frame.address = {*address};
        frame.symbol = trim(cursor.rest());
    } else {
        frame.symbol = text;
    }
    frames_.push_back(std::move(frame));
    return {};
}

// (malloc=32770KB type=Other #33) (at peak)          17, 21; without the peak 8, 11
// ((malloc=3312KB tag=Internal #9) (peak=…KB #10))   25+
// (malloc=190KB type=GC +130KB #2430 +1660)          detail.diff
// (1232 +672 #22 +12)                                detail.diff, category Thread
tl::expected<void, Error> SitesReader::malloc_figures(const Line& line, std::string_view text) {
    Cursor cursor(text);
    if (!cursor.take("((")) cursor.take("(");
    const bool named = cursor.take("malloc=");
    const auto amount = take_amount(cursor);
    NmtSite site;
    site.tag = take_tag(cursor);
    if (!named && site.tag.empty()) site.tag = "Thread";
    const auto change = take_difference(cursor, amount ? amount->unit : Bytes(1));
    site.count = take_count(cursor);
    if (site.count) site.count_change = take_count_change(cursor).value_or(0);
    if (!amount || !cursor.take(")")) return not_figures(line, "'(malloc=… type=… #…)'");
    site.reserved = site.committed = amount->value;
    site.reserved_change = site.committed_change = change.value_or(Delta());
    return add(std::move(site), amount->unit);
}

// (reserved=32KB, committed=32KB Type=Internal)      Tag= in 25+
// (mmap: reserved=64KB +8KB, committed=… Type=Class) detail.diff
tl::expected<void, Error> SitesReader::mmap_figures(const Line& line, std::string_view text) {
    Cursor cursor(text);
    cursor.take("(");
    if (cursor.take("mmap:")) cursor.skip_blanks();
    const auto usage = take_usage(cursor);
    NmtSite site;
    site.kind = NmtSiteKind::mmap;
    site.tag = take_tag(cursor);
    if (!usage || !cursor.until(")")) return not_figures(line, "'(reserved=…, committed=… Type=…)'");
    site.reserved = usage->reserved.value;
    site.committed = usage->committed.value;
    site.reserved_change = usage->reserved_change;
    site.committed_change = usage->committed_change;
    return add(std::move(site), usage->reserved.unit);
}

tl::expected<void, Error> SitesReader::not_figures(const Line& line, std::string_view expected) {
    if (!line.cut) return notes_.malformed(line, expected);
    notes_.unread(line, "the report is cut in this line");
    frames_.clear();
    return {};
}

tl::expected<void, Error> SitesReader::add(NmtSite site, Bytes unit) {
    site.frames = std::exchange(frames_, {});
    if (sites_.sites.empty()) sites_.unit = unit;
    sites_.sites.push_back(std::move(site));
    return {};
}

// "(1410 call sites weighting less than 1KB each omitted.)"
bool SitesReader::left_out(std::string_view text) {
    Cursor cursor(text);
    if (!cursor.take("(")) return false;
    const auto count = cursor.decimal();
    if (!count || !cursor.rest().starts_with(" call sites weighting less than ")) return false;
    sites_.left_out = *count;
    return true;
}

NmtSites SitesReader::take(std::size_t last_line) {
    if (!frames_.empty())
        notes_.add(last_line, "the report ends behind frames without their figures; it may be cut");
    frames_.clear();
    return std::exchange(sites_, {});
}

}  // namespace nmtx::nmt
