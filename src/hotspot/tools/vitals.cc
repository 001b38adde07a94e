//                       ---------system--------- ----------process---------- -------jvm-------
//                                         -cgroup-      --rss---      -cheap--     --heap---
//                       avail comm … gu lim  usg  virt all  anon swdo usd free thr comm used comm used …
// 2022-05-14 14:52:36   54.4g 21.7g      8.0g 118m 5.1g 109m  72m   0k 44m   7m  21 130m   7m   3m   3m …
//
// Names begin where their column does, values end where it ends; a cell may be empty. Names occur more than
// once ("comm" of the system, the heap, metaspace): what stands between two names that are unique decides.
#include "hotspot/tools/vitals.h"

#include <algorithm>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

using std::string_view;

constexpr std::size_t most_samples = 100'000;

struct Column {
    string_view name;
    std::size_t begin = 0;
};

std::vector<Column> columns_of(string_view line) {
    constexpr std::size_t most = 100;
    std::vector<Column> columns;
    for (std::size_t at = line.find_first_not_of(' '); at != string_view::npos && columns.size() < most;) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        columns.push_back({line.substr(at, end - at), at});
        at = line.find_first_not_of(' ', end);
    }
    return columns;
}

// "2022-05-14 14:52:36", "Now": how long what a row begins with is; 0 where it is none.
std::size_t time_length(string_view line) {
    constexpr string_view shape = "dddd-dd-dd dd:dd:dd";
    const std::size_t at = line.find_first_not_of(' ');
    if (at == string_view::npos) return 0;
    const string_view text = line.substr(at);
    if (text.starts_with("Now ")) return at + 3;
    if (text.size() < shape.size()) return 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return 0;
    }
    return at + shape.size();
}

class VitalsTable {
  public:
    explicit VitalsTable(string_view heading) : columns_(columns_of(heading)) {}

    [[nodiscard]] bool empty() const { return columns_.empty(); }

    [[nodiscard]] VitalsSample read(string_view line, std::size_t time) const {
        VitalsSample sample;
        sample.time = trim(line.substr(0, time));
        const auto at = [&](string_view name, string_view behind = {}) {
            return cell(line, time, name, behind);
        };
        sample.rss = vm::scaled_size(at("all", "virt"));
        sample.anonymous = vm::scaled_size(at("anon", "virt"));
        sample.swapped = vm::scaled_size(at("swdo"));
        sample.c_heap_used = vm::scaled_size(at("usd"));
        sample.c_heap_free = vm::scaled_size(at("free"));
        sample.cgroup_limit = vm::scaled_size(at("lim"));
        sample.cgroup_usage = vm::scaled_size(at("usg"));
        sample.heap_committed = vm::scaled_size(at("comm", "thr"));
        sample.heap_used = vm::scaled_size(at("used", "thr"));
        sample.metaspace_committed = vm::scaled_size(second("comm", line, time));
        sample.metaspace_used = vm::scaled_size(second("used", line, time));
        sample.code = vm::scaled_size(at("code"));
        sample.nmt_malloc = vm::scaled_size(at("mlc"));
        sample.threads = Cursor(at("thr")).decimal();
        return sample;
    }

  private:
    // The first column of the name behind the column `behind`.
    [[nodiscard]] std::size_t index(string_view name, string_view behind, std::size_t skip = 0) const {
        std::size_t from = 0;
        if (!behind.empty()) {
            const auto found = std::ranges::find(columns_, behind, &Column::name);
            if (found == columns_.end()) return columns_.size();
            from = static_cast<std::size_t>(found - columns_.begin());
        }
        for (std::size_t i = from; i < columns_.size(); ++i) {
            if (columns_[i].name == name && skip-- == 0) return i;
        }
        return columns_.size();
    }

    [[nodiscard]] string_view second(string_view name, string_view line, std::size_t time) const {
        return cell_at(line, time, index(name, "thr", 1));
    }
    [[nodiscard]] string_view cell(string_view line, std::size_t time, string_view name,
                                   string_view behind) const {
        return cell_at(line, time, index(name, behind));
    }

    [[nodiscard]] string_view cell_at(string_view line, std::size_t time, std::size_t column) const {
        if (column >= columns_.size()) return {};
        const std::size_t begin = std::max(columns_[column].begin, time);
        const std::size_t end =
            std::min(column + 1 < columns_.size() ? columns_[column + 1].begin : line.size(), line.size());
        return begin >= end ? string_view{} : trim(line.substr(begin, end - begin));
    }

    std::vector<Column> columns_;
};

}  // namespace

const VitalsSample& Vitals::newest() const {
    const bool reversed = samples.size() > 1 && samples.front().time != "Now" &&
                          (samples.back().time == "Now" || samples.front().time < samples.back().time);
    return reversed ? samples.back() : samples.front();
}

const VitalsSample& Vitals::oldest() const {
    return &newest() == &samples.front() ? samples.back() : samples.front();
}

bool is_vitals_heading(string_view line) {
    const auto columns = columns_of(line);
    const auto has = [&](string_view name) {
        return std::ranges::find(columns, name, &Column::name) != columns.end();
    };
    constexpr std::size_t fewest = 10;
    return columns.size() >= fewest && has("virt") && has("thr") && has("comm") && has("uld");
}

bool is_vitals_row(string_view line) {
    const std::size_t time = time_length(line);
    if (time == 0) return false;
    const auto cells = columns_of(line.substr(time));
    constexpr std::size_t fewest = 8;
    return cells.size() >= fewest && std::ranges::all_of(cells, [](const Column& cell) {
               return vm::scaled_size(cell.name).has_value();
           });
}

Expected<Vitals> parse_vitals(string_view text, string_view document) {
    Vitals vitals;
    VitalsTable table{string_view{}};
    for (Lines lines(text); lines.next();) {
        const string_view line = lines.line();
        if (is_vitals_heading(line)) {
            table = VitalsTable(line);
        } else if (is_vitals_row(line) && !table.empty()) {
            if (vitals.samples.size() < most_samples)
                vitals.samples.push_back(table.read(line, time_length(line)));
        } else if (is_vitals_row(line)) {
            vitals.not_understood.add_line(lines.number(), line);
        }
    }
    if (vitals.samples.empty())
        return failure(
            std::string(document) + ":1",
            "expected rows like \"2022-05-14 14:52:36   54.4g …\" below a heading with \"virt\" and "
            "\"thr\"");
    return vitals;
}

}  // namespace nmtx
