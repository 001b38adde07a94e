#include "hotspot/areas/class_histogram.h"

#include <algorithm>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

//    1:          7208         332888  [B (java.base@17.0.15)
//   2:     28591     3246576  <no name>
std::optional<ClassCount> read_row(std::string_view line) {
    Cursor cursor(trim(line));
    if (!cursor.decimal() || !cursor.take(":")) return std::nullopt;
    ClassCount row;
    cursor.skip_blanks();
    const auto instances = cursor.decimal();
    cursor.skip_blanks();
    const auto size = cursor.decimal();
    if (!instances || !size || !cursor.take(" ")) return std::nullopt;
    row.instances = *instances;
    row.size = Bytes(*size);
    row.name = trim(cursor.rest());
    const std::size_t module = row.name.rfind(" (");
    if (module != std::string_view::npos && row.name.ends_with(')')) {
        row.module = row.name.substr(module + 2, row.name.size() - module - 3);
        row.name = trim(row.name.substr(0, module));
    }
    return row.name.empty() ? std::nullopt : std::optional(row);
}

}  // namespace

const ClassCount* ClassHistogram::find(std::string_view name) const {
    const auto at = std::ranges::find(classes, name, &ClassCount::name);
    return at == classes.end() ? nullptr : &*at;
}

// Total        183155       16330872
Expected<ClassHistogram> parse_class_histogram(std::string_view text, std::string_view document) {
    ClassHistogram found;
    Lines lines(text);
    while (lines.next()) {
        const bool cut = lines.rest().empty() && !text.ends_with('\n');
        const std::string_view line = trim(lines.line());
        // "4711:" is what jcmd puts above every reply.
        const bool pid = line.ends_with(':') && line.find_first_not_of("0123456789") == line.size() - 1;
        if (line.empty() || pid || line.starts_with("num ") || line.starts_with("---")) continue;
        Cursor total(line);
        if (total.take("Total ")) {
            total.skip_blanks();
            const auto instances = total.decimal();
            total.skip_blanks();
            const auto size = total.decimal();
            if (instances && size && !cut) {
                found.instances = instances;
                found.size = Bytes(*size);
            }
            continue;
        }
        const auto row = read_row(line);
        // The name of a class that is cut is another's.
        if (row && !cut)
            found.classes.push_back(*row);
        else
            found.not_understood.add_line(lines.number(), lines.line());
    }
    if (found.classes.empty())
        return failure(std::string(document), "expected rows as \"1:  7208  332888  [B\", found " +
                                                  vm::quoted(text.substr(0, text.find('\n'))));
    return found;
}

}  // namespace nmtx
