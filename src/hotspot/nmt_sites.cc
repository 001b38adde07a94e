#include "hotspot/nmt_sites.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/nmt_text.h"

namespace nmtx {
namespace {

using nmt::Line;

// "[0x00007f81410d8740] os::malloc(…)+0x1c" up to 17, no blank behind the bracket from 21 on; a word in the
// brackets where HotSpot has no address ("[BOOTSTRAP]"). An entry of the map has two addresses.
bool is_frame(std::string_view text) {
    if (!text.starts_with('[')) return false;
    const std::size_t end = text.find(']');
    return end != std::string_view::npos && text.substr(0, end).find(" - ") == std::string_view::npos;
}

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
    const auto change = nmt::take_difference(cursor);
    if (!change) return std::nullopt;
    return change->value;
}

class SitesReader {
  public:
    explicit SitesReader(std::string_view document) : document_(document), notes_(document) {}

    Expected<std::optional<NmtSites>> read(std::string_view text) {
        Lines lines(text);
        while (!ended_ && lines.next()) {
            const Line line{lines.line(), lines.number(), lines.rest().empty() && !text.ends_with('\n')};
            if (auto done = step(line); !done) return tl::make_unexpected(std::move(done.error()));
        }
        if (!inside_) return std::optional<NmtSites>();
        if (!frames_.empty())
            notes_.add(lines.number(), "the report ends behind frames without their figures; it may be cut");
        sites_.notes = notes_.take();
        return std::optional<NmtSites>(std::move(sites_));
    }

  private:
    tl::expected<void, Error> step(const Line& line) {
        const std::string_view text = trim(line.text);
        if (!inside_) {
            if (text == "Native Memory Tracking:") titled_ = true;
            if (text == "Virtual memory map:" || text == "Memory file details") map_ = true;
            if (text == "Details:") {
                inside_ = true;
                return {};
            }
            // detail.diff has no heading above its call sites.
            if (!titled_ || map_ || !is_frame(text)) return {};
            inside_ = true;
        }
        if (text.empty()) return {};
        if (is_frame(text)) return frame(line, text);
        if (text.starts_with("(malloc=") || text.starts_with("((malloc=")) return malloc_figures(line, text);
        if (text.starts_with("(reserved=") || text.starts_with("(mmap:")) return mmap_figures(line, text);
        if (text == "Native Memory Tracking:") {
            notes_.add(line.number, "another report begins here; only the first one was read");
            ended_ = true;
            return {};
        }
        if (left_out(text)) return {};
        if (is_bare_figure(text)) return malloc_figures(line, text);
        notes_.add(line.number, "line not understood", line.text);
        frames_.clear();
        return {};
    }

    tl::expected<void, Error> frame(const Line& line, std::string_view text) {
        NmtFrame frame;
        Cursor cursor(text);
        if (cursor.take("[0x")) {
            const auto address = cursor.hex();
            if (!address || !cursor.take("]")) {
                if (!line.cut) return nmt::malformed(document_, line, "'[0x…]' and perhaps a function");
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
    tl::expected<void, Error> malloc_figures(const Line& line, std::string_view text) {
        Cursor cursor(text);
        if (!cursor.take("((")) cursor.take("(");
        const bool named = cursor.take("malloc=");
        const auto amount = nmt::take_amount(cursor);
        NmtSite site;
        site.tag = take_tag(cursor);
        if (!named && site.tag.empty()) site.tag = "Thread";
        const auto change = nmt::take_difference(cursor);
        site.count = nmt::take_count(cursor);
        if (site.count) site.count_change = take_count_change(cursor).value_or(0);
        if (!amount || !cursor.take(")")) return not_figures(line, "'(malloc=… type=… #…)'");
        site.reserved = site.committed = amount->value;
        site.reserved_change = site.committed_change = change.value_or(Delta());
        return add(std::move(site), amount->unit);
    }

    // (reserved=32KB, committed=32KB Type=Internal)      Tag= in 25+
    // (mmap: reserved=64KB +8KB, committed=… Type=Class) detail.diff
    tl::expected<void, Error> mmap_figures(const Line& line, std::string_view text) {
        Cursor cursor(text);
        cursor.take("(");
        if (cursor.take("mmap:")) cursor.skip_blanks();
        const auto usage = nmt::take_usage(cursor);
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

    tl::expected<void, Error> not_figures(const Line& line, std::string_view expected) {
        if (!line.cut) return nmt::malformed(document_, line, expected);
        notes_.add(line.number, "the report is cut in this line", line.text);
        frames_.clear();
        return {};
    }

    tl::expected<void, Error> add(NmtSite site, Bytes unit) {
        site.frames = std::exchange(frames_, {});
        if (sites_.sites.empty()) sites_.unit = unit;
        sites_.sites.push_back(std::move(site));
        return {};
    }

    // "(1410 call sites weighting less than 1KB each omitted.)"
    bool left_out(std::string_view text) {
        Cursor cursor(text);
        if (!cursor.take("(")) return false;
        const auto count = cursor.decimal();
        if (!count || !cursor.rest().starts_with(" call sites weighting less than ")) return false;
        sites_.left_out = *count;
        return true;
    }

    std::string_view document_;
    nmt::Notes notes_;
    NmtSites sites_;
    std::vector<NmtFrame> frames_;  // of the site whose figures are to come
    bool titled_ = false, map_ = false, inside_ = false, ended_ = false;
};

}  // namespace

Expected<std::optional<NmtSites>> parse_nmt_sites(std::string_view text, std::string_view document) {
    return SitesReader(document).read(text);
}

}  // namespace nmtx
