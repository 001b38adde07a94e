#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/areas/heap_info.h"
#include "hotspot/areas/heap_readers.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace vm {
namespace {

struct Figures {
    MetaspaceUse use;
    std::optional<std::uint64_t> nodes;
    bool any = false;
};

// "4.53 MB capacity,     4.50 MB (>99%) used,    29.97 KB ( <1%) free+waste", "64.00 MB reserved, 448.00 KB (
// <1%) committed,  1 nodes." Nothing where one of ours (used, reserved, committed) has no figure.
std::optional<Figures> take_figures(Cursor cursor) {
    Figures figures;
    do {
        cursor.skip_blanks();
        Cursor piece(cursor.rest().substr(0, cursor.rest().find(',')));
        cursor.take(piece.rest());
        const bool counted = piece.rest().find("nodes") != std::string_view::npos;
        const auto number = counted ? piece.decimal() : std::nullopt;
        const auto size = counted ? std::nullopt : take_human_size(piece);
        piece.skip_blanks();
        if (piece.take("(") && (!piece.until(")") || !piece.take(")"))) return std::nullopt;
        piece.skip_blanks();
        std::string_view what = trim(piece.rest());
        if (what.ends_with('.')) what.remove_suffix(1);
        if (counted) figures.nodes = number;
        const bool ours = what == "used" || what == "reserved" || what == "committed";
        if (!size && !number && (ours || what.empty())) return std::nullopt;
        if (what == "used") figures.use.used = size;
        if (what == "reserved") figures.use.reserved = size;
        if (what == "committed") figures.use.committed = size;
        figures.any = figures.any || ours;
    } while (cursor.take(","));
    if (!figures.any) return std::nullopt;
    return figures;
}

void merge(MetaspaceUse& into, const MetaspaceUse& from) {
    if (from.used) into.used = from.used;
    if (from.committed) into.committed = from.committed;
    if (from.reserved) into.reserved = from.reserved;
}

std::optional<Bytes> minus(std::optional<Bytes> all, std::optional<Bytes> part) {
    if (!all) return std::nullopt;
    return minus_or_zero(*all, part.value_or(Bytes()));
}

}  // namespace

// The lines with a label of "Usage:" and "Virtual space:". Without a class space (no compressed class
// pointers) there is no label.
Expected<bool> MetaspaceReader::read_figures(const Lines& at, std::string_view line) {
    Cursor cursor(line);
    MetaspaceUse* into = &report_.non_class;
    bool of_class = false;
    if (cursor.take("Class:") || cursor.take("Class space:")) {
        into = &report_.class_space;
        of_class = true;
    } else if (cursor.take("Both:")) {
        return true;
    } else if (!cursor.take("Non-class:") && !cursor.take("Non-class space:") &&
               (line.empty() || line.front() < '0' || line.front() > '9')) {
        return false;
    }
    const auto figures = take_figures(cursor);
    if (!figures)
        return at.error(document_,
                        "expected figures as in \"64.00 MB reserved, 448.00 KB ( <1%) committed\", found " +
                            quoted(line));
    merge(*into, figures->use);
    if (figures->nodes && !of_class) report_.non_class_nodes = figures->nodes;
    seen_ = true;
    return true;
}

// Metaspace        used 624K, committed 832K, reserved 1114112K          25 and later
//  class space     used 44K, committed 128K, reserved 1048576K
//
// Usage:
//   Non-class:    337.14 KB used.
//       Class:     33.56 KB used.
//        Both:    370.70 KB used.
//
// Virtual space:
//   Non-class space:       64.00 MB reserved,     448.00 KB ( <1%) committed,  1 nodes.
//       Class space:        1.00 GB reserved,     128.00 KB ( <1%) committed,  1 nodes.
//
// Chunk freelists:  (and more that is not ours)
Expected<bool> MetaspaceReader::read(const Lines& at) {
    const std::string_view line = trim(at.line());
    if (line.empty()) return false;
    if (line == "Usage:") {
        section_ = Section::usage;
        return true;
    }
    if (line == "Virtual space:") {
        section_ = Section::virtual_space;
        return true;
    }
    if (section_ == Section::head) {
        for (auto [label, into] :
             {std::pair("Metaspace", &exact_all_), std::pair("class space", &exact_class_)}) {
            const auto rest = after_metaspace_label(line, label);
            if (!rest) continue;
            *into = take_metaspace_use(*rest);
            if (!*into)
                return at.error(document_, "expected \"" + std::string(label) +
                                               " used NK, committed NK, reserved NK\", found " +
                                               quoted(line));
            seen_ = true;
            return true;
        }
        return false;
    }
    if (at.line().front() != ' ') section_ = Section::other;
    if (section_ == Section::other) return false;
    return read_figures(at, line);
}

// The figures in KB of the head win over those that are rounded to two decimals of a larger unit.
MetaspaceReport MetaspaceReader::take() {
    if (exact_class_) merge(report_.class_space, *exact_class_);
    if (exact_all_) {
        const MetaspaceUse of_class = exact_class_.value_or(MetaspaceUse{});
        merge(report_.non_class,
              {minus(exact_all_->used, of_class.used), minus(exact_all_->committed, of_class.committed),
               minus(exact_all_->reserved, of_class.reserved)});
    }
    return report_;
}

}  // namespace vm

Expected<MetaspaceReport> parse_metaspace(std::string_view text, std::string_view document) {
    vm::MetaspaceReader reader(document);
    std::string_view first_line;
    for (Lines lines(text); lines.next();) {
        if (first_line.empty()) first_line = trim(lines.line());
        if (const auto taken = reader.read(lines); !taken) return tl::make_unexpected(taken.error());
    }
    if (reader.empty())
        return failure(std::string(document),
                       "expected the sections \"Usage:\" and \"Virtual space:\" of metaspace, found " +
                           vm::quoted(first_line));
    return reader.take();
}

}  // namespace nmtx
