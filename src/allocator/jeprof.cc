// Total: 257.4 MB
//    120.1  46.7%  46.7%    120.1  46.7% os::malloc
//
// `--show_bytes` prints bytes ("Total: 269902848 B"), `--inuse_objects` numbers of blocks ("Total: 5123
// objects").
#include <string>

#include "allocator/jemalloc_stats.h"
#include "base/cursor.h"
#include "base/lines.h"

namespace nmtx {
namespace {

using std::string_view;

// "120.1", "0.0", "125934"; how many thousandths. Nothing for anything else.
struct Figure {
    std::uint64_t whole = 0, tenths = 0;
    bool fraction = false;
};

std::optional<Figure> take_figure(Cursor& cursor) {
    cursor.skip_blanks();
    const auto whole = cursor.decimal();
    if (!whole) return std::nullopt;
    Figure figure{*whole, 0, false};
    if (cursor.take(".")) {
        const string_view before = cursor.rest();
        const auto digits = cursor.decimal();
        if (!digits || before.size() - cursor.rest().size() != 1) return std::nullopt;
        figure.tenths = *digits;
        figure.fraction = true;
    }
    return figure;
}

std::optional<double> take_percent(Cursor& cursor) {
    const auto figure = take_figure(cursor);
    if (!figure || !cursor.take("%")) return std::nullopt;
    return static_cast<double>(figure->whole) + static_cast<double>(figure->tenths) / 10;
}

std::optional<Bytes> bytes_of(const Figure& figure, JeprofUnit unit) {
    constexpr std::uint64_t most = ~std::uint64_t{} >> 24U;
    switch (unit) {
        case JeprofUnit::megabytes:
            if (figure.whole > most) return std::nullopt;
            return Bytes(mib(figure.whole).value() + mib(figure.tenths).value() / 10);
        case JeprofUnit::bytes:
            return Bytes(figure.whole);
        default:
            return std::nullopt;
    }
}

struct Row {
    Figure flat, cumulative;
    double flat_percent = 0, cumulative_percent = 0;
    string_view function;
};

std::optional<Row> read_row(string_view line) {
    Cursor cursor(line);
    const auto flat = take_figure(cursor);
    if (!flat) return std::nullopt;
    const auto flat_percent = take_percent(cursor);
    const auto running = flat_percent ? take_percent(cursor) : std::nullopt;
    const auto cumulative = running ? take_figure(cursor) : std::nullopt;
    const auto cumulative_percent = cumulative ? take_percent(cursor) : std::nullopt;
    if (!cumulative_percent) return std::nullopt;
    return Row{*flat, *cumulative, *flat_percent, *cumulative_percent, trim(cursor.rest())};
}

}  // namespace

bool is_jeprof_row(string_view line) {
    return read_row(line).has_value();
}

bool is_jeprof_total(string_view line) {
    const string_view text = trim(line);
    return text.starts_with("Total: ") &&
           (text.ends_with(" MB") || text.ends_with(" B") || text.ends_with(" objects"));
}

Expected<JeprofText> parse_jeprof(string_view text, string_view document) {
    JeprofText found;
    std::vector<Row> rows;
    std::optional<Figure> total;
    bool fractions = false;
    for (Lines lines(text); lines.next();) {
        const string_view line = trim(lines.line());
        if (line.empty()) continue;
        if (const auto row = read_row(line)) {
            rows.push_back(*row);
            fractions = fractions || row->flat.fraction;
        } else if (is_jeprof_total(line)) {
            Cursor cursor(line.substr(6));
            total = take_figure(cursor);
            found.unit = line.ends_with(" MB")  ? JeprofUnit::megabytes
                         : line.ends_with(" B") ? JeprofUnit::bytes
                                                : JeprofUnit::objects;
        } else if (!line.starts_with("Using local file ")) {
            found.not_understood.add_line(lines.number(), lines.line());
        }
    }
    if (rows.empty())
        return nothing_understood(document, "rows \"120.1  46.7%  46.7%  120.1  46.7% function\"",
                                  found.not_understood);
    // Only megabytes have a fraction; without a total, whole numbers may be bytes or blocks.
    if (found.unit == JeprofUnit::unknown && fractions) found.unit = JeprofUnit::megabytes;
    if (total) found.total = bytes_of(*total, found.unit);
    for (const Row& row : rows)
        found.rows.push_back({bytes_of(row.flat, found.unit), bytes_of(row.cumulative, found.unit),
                              row.flat_percent, row.cumulative_percent, row.function});
    return found;
}

}  // namespace nmtx
