#include "kernel/mappings/pmap.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/fields.h"
#include "kernel/mappings/pmap_columns.h"

// 18851:   java -Xmx256m Sleep
// Address           Kbytes     RSS   Dirty Mode  Mapping
// 00000000f0000000  260096   51700   51700 rw---   [ anon ]
// 00000000ffe00000     468     468     316 rw--- classes.jsa
// ---------------- ------- ------- -------
// total kB         2842616   88884   68180

namespace nmtx {
namespace {

// The line of a mapping, for later messages.
struct Place {
    std::size_t number;
    std::string_view line;
};

bool is_rule(std::string_view line) {
    return line.find_first_not_of("-= \t") == std::string_view::npos;
}

class PmapReader {
  public:
    PmapReader(std::string_view text, std::string_view document)
        : text_(text), document_(document), lines_(text) {}

    Expected<Pmap> read() {
        while (lines_.next()) {
            const std::string_view line = trim(lines_.line());
            if (line.empty() || is_rule(line)) continue;
            if (!ended_ && mapping(line)) {
                if (solaris_) return refuse_solaris();
            } else if (!around(line)) {
                pmap_.not_understood.add_line(lines_.number(), lines_.line());
            }
        }
        auto& mappings = pmap_.smaps.mappings;
        if (mappings.empty()) return nothing_found();
        put_in_order();
        Smaps& smaps = pmap_.smaps;
        smaps.from = MappingsFrom::pmap;
        smaps.rss_known = rss_told_;
        smaps.pss_known = pss_told_;
        smaps.swap_known = swap_told_;
        smaps.add_up();
        return std::move(pmap_);
    }

  private:
    // A mapping by the current columns, or by those inferred from its shape.
    bool mapping(std::string_view line) {
        if (!columns_.columns.empty() && read_pmap_row(line, columns_, row_)) return take();
        auto shape = pmap_columns_of_shape(line);
        if (!shape || !read_pmap_row(line, *shape, row_)) return false;
        // A heading tells the columns of all lines: one that it does not fit is cut, and no more is known of
        // it than size and protection. But where it fits no line from the first on, it is another text's.
        if (heading_ && rows_below_heading_ > 0 && shape->form != PmapForm::plain) return false;
        if (heading_ && shape->form != PmapForm::plain) heading_ = false;
        columns_ = std::move(*shape);
        return take();
    }

    bool take() {
        ++rows_below_heading_;
        auto& mappings = pmap_.smaps.mappings;
        if (mappings.empty()) {
            pmap_.form = columns_.form;
            expect_lines_like_this();
        }
        solaris_ = row_.upper_case || row_.bare_name == "[ heap ]";
        pmap_.columns_inferred = pmap_.columns_inferred || columns_.inferred;
        rss_told_ = rss_told_ || row_.rss_told;
        pss_told_ = pss_told_ || row_.pss_told;
        swap_told_ = swap_told_ || row_.swap_told;
        pmap_.not_understood.add_remark(lines_.number(), row_.remark);
        mappings.push_back(row_.mapping);
        places_.push_back({lines_.number(), lines_.line()});
        return true;
    }

    // The lines above and below the mappings.
    bool around(std::string_view line) {
        if (ended_) return false;
        if (auto columns = pmap_columns_of_heading(line)) {
            columns_ = std::move(*columns);
            heading_ = true;
            rows_below_heading_ = 0;
            return true;
        }
        if (is_pmap_of_process(line)) return process(line);
        return total(line);
    }

    bool process(std::string_view line) {
        if (pmap_.pid || !pmap_.smaps.mappings.empty()) {
            ended_ = true;
            return false;
        }
        Cursor cursor(line);
        pmap_.pid = cursor.decimal();
        cursor.take(":");
        pmap_.command = trim(cursor.rest());
        return true;
    }

    // " total             5008K", "total kB  5008  4088  996", "mapped: 5008K  writeable/private: ...",
    // and below -X "5008 4088 804 KB".
    bool total(std::string_view line) {
        Cursor cursor(line);
        const bool mapped = cursor.take("mapped:");
        if (mapped || cursor.take("total")) {
            cursor.skip_blanks();
            cursor.take("kB");
            cursor.skip_blanks();
            Cursor first = cursor;
            const auto size = first.decimal();
            if (size && first.take("K")) {
                pmap_.totals.size = kib(*size);
            } else if (mapped || !read_pmap_totals(cursor.rest(), columns_, pmap_.totals)) {
                return false;
            }
        } else if (!line.ends_with("KB") || columns_.form != PmapForm::columns ||
                   !read_pmap_totals(line, columns_, pmap_.totals)) {
            return false;
        }
        ended_ = true;
        return true;
    }

    void expect_lines_like_this() {
        constexpr std::size_t least = 32;
        const std::size_t expected = text_.size() / std::max(lines_.line().size(), least) + 8;
        pmap_.smaps.mappings.reserve(expected);
        places_.reserve(expected);
    }

    // People sort such lists by RSS. Of two mappings that overlap the later line is set aside.
    void put_in_order() {
        auto& mappings = pmap_.smaps.mappings;
        std::vector<std::uint32_t> order(mappings.size());
        std::iota(order.begin(), order.end(), 0U);
        const auto before = [&](std::uint32_t a, std::uint32_t b) {
            return mappings[a].range.begin < mappings[b].range.begin;
        };
        const auto overlap = [](const Mapping& a, const Mapping& b) { return b.range.begin < a.range.end; };
        const bool sorted = std::is_sorted(order.begin(), order.end(), before);
        if (sorted && std::adjacent_find(mappings.begin(), mappings.end(), overlap) == mappings.end()) return;
        std::stable_sort(order.begin(), order.end(), before);
        std::vector<Mapping> kept;
        std::vector<Place> dropped;
        kept.reserve(mappings.size());
        for (const std::uint32_t i : order) {
            if (!kept.empty() && overlap(kept.back(), mappings[i])) {
                dropped.push_back(places_[i]);
            } else {
                kept.push_back(mappings[i]);
            }
        }
        mappings = std::move(kept);
        for (const Place& place : dropped) pmap_.not_understood.add_line(place.number, place.line);
    }

    [[nodiscard]] tl::unexpected<Error> refuse_solaris() const {
        return lines_.error(document_, mismatch("the pmap of a Linux, not of a Solaris", lines_.line()),
                            "nmtx reads what Linux and its pmap print");
    }

    [[nodiscard]] tl::unexpected<Error> nothing_found() const {
        return nothing_understood(document_, "lines \"address size mode name\"", pmap_.not_understood);
    }

    std::string_view text_;
    std::string_view document_;
    Lines lines_;
    PmapColumns columns_;
    bool heading_ = false;
    std::size_t rows_below_heading_ = 0;
    bool ended_ = false;  // behind the totals, or in another process
    bool solaris_ = false;
    bool rss_told_ = false, pss_told_ = false, swap_told_ = false;
    PmapRow row_;
    std::vector<Place> places_;
    Pmap pmap_;
};

}  // namespace

bool Pmap::whole() const {
    Bytes sum;
    for (const Mapping& mapping : smaps.mappings) sum += mapping.range.size();
    return totals.size == sum;
}

bool is_pmap_of_process(std::string_view line) {
    Cursor cursor(line);
    return cursor.decimal() && cursor.take(":") && (cursor.take(" ") || cursor.take("\t"));
}

Expected<Pmap> parse_pmap(std::string_view text, std::string_view document) {
    return PmapReader(text, document).read();
}

}  // namespace nmtx
