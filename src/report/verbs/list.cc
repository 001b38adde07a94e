#include "report/verbs/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/amounts.h"
#include "base/printable.h"
#include "hotspot/identity.h"

namespace nmtx {
namespace {

struct ListColumn {
    std::string title;
    std::vector<std::string> cells{};
    bool right = false;    // numbers
    std::size_t most = 0;  // columns of a cell on a terminal; 0: any
    bool needed = true;    // otherwise left out on a terminal where every cell is "-"
};

std::string or_dash(const std::string& text) {
    return text.empty() ? "-" : text;
}

// "17.0.15" on a G1: "17 G1".
std::string short_version(const JvmSummary& jvm) {
    if (jvm.version.empty()) return collector_name(jvm.gc);
    const std::string gc = collector_name(jvm.gc);
    std::string version = jvm.version;
    if (version.starts_with("1.")) version.erase(0, 2);
    version = version.substr(0, version.find_first_of("._-+"));
    return gc.empty() ? version : version + " " + gc;
}

std::string nmt_cell(const JvmSummary& jvm) {
    if (jvm.vm == Vm::openj9) return "-";
    return jvm.nmt == NmtLevel::unknown ? "?" : std::string(name_of(jvm.nmt));
}

std::vector<ListColumn> list_columns(const std::vector<JvmSummary>& jvms, const ListShape& shape) {
    std::vector<ListColumn> columns;
    const auto add = [&](ListColumn column, auto cell_of) {
        for (std::size_t i = 0; i < jvms.size(); ++i) column.cells.push_back(or_dash(cell_of(jvms[i], i)));
        columns.push_back(std::move(column));
    };
    if (shape.numbered)
        add({"", {}, true}, [](const JvmSummary&, std::size_t i) { return fmt::format("{})", i + 1); });
    add({"PID", {}, true}, [](const JvmSummary& jvm, std::size_t) { return std::to_string(jvm.pid); });
    add({"RSS MiB", {}, true},
        [](const JvmSummary& jvm, std::size_t) { return jvm.rss ? in_mib(*jvm.rss) : std::string(); });
    add({"MAX HEAP", {}, true}, [](const JvmSummary& jvm, std::size_t) {
        return jvm.heap_limit ? human(*jvm.heap_limit) : std::string();
    });
    add({"NMT"}, [](const JvmSummary& jvm, std::size_t) { return nmt_cell(jvm); });
    add({"UP", {}, true}, [](const JvmSummary& jvm, std::size_t) { return human_seconds(jvm.uptime_s); });
    add({"JVM", {}, false, 14}, [](const JvmSummary& jvm, std::size_t) { return short_version(jvm); });
    add({"USER", {}, false, 10}, [](const JvmSummary& jvm, std::size_t) { return jvm.user; });
    add({"CONTAINER", {}, false, 32, false},
        [](const JvmSummary& jvm, std::size_t) { return jvm.container.shown(); });
    add({"MAIN CLASS OR JAR"}, [](const JvmSummary& jvm, std::size_t) { return jvm.command; });
    return columns;
}

// The last column is as long as it is.
std::string text_of_line(const std::vector<ListColumn>& columns, const std::vector<std::string>& cells,
                         const std::vector<std::size_t>& widths) {
    std::string text;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) text += "  ";
        const std::string blanks(widths[i] - std::min(widths[i], display_width(cells[i])), ' ');
        if (columns[i].right) text += blanks;
        text += cells[i];
        if (!columns[i].right && i + 1 < columns.size()) text += blanks;
    }
    return text;
}

// What could not be read of them, each reason once: "pid 311, 4711: /proc/PID/maps: permission denied; …".
std::string unknown_of_list(const std::vector<JvmSummary>& jvms, const ListShape& shape) {
    std::vector<std::pair<std::string, std::string>> reasons;  // and the pids
    for (const JvmSummary& jvm : jvms) {
        if (jvm.note.empty()) continue;
        std::string reason = jvm.note;
        const std::string own = fmt::format("/proc/{}/", jvm.pid);
        if (const std::size_t at = reason.find(own); at != std::string::npos)
            reason.replace(at, own.size(), "/proc/PID/");
        auto known = std::find_if(reasons.begin(), reasons.end(),
                                  [&](const auto& one) { return one.first == reason; });
        if (known == reasons.end()) known = reasons.insert(reasons.end(), {reason, ""});
        known->second += (known->second.empty() ? "" : ", ") + std::to_string(jvm.pid);
    }
    TextStyle style;
    style.width = shape.width.value_or(style.width);
    std::string text;
    for (const auto& [reason, pids] : reasons)
        text += "\n" + paragraph(printable(fmt::format("Incomplete for pid {}: {}", pids, reason)), style, 2);
    return text;
}

}  // namespace

std::string text_list(const std::vector<JvmSummary>& jvms, const ListShape& shape) {
    if (jvms.empty()) return "No JVM is running that this user can see.\n";
    std::vector<ListColumn> columns = list_columns(jvms, shape);
    const bool cuts = shape.width.has_value();
    const auto says_nothing = [&](const ListColumn& column) {
        return cuts && !column.needed &&
               std::all_of(column.cells.begin(), column.cells.end(),
                           [](const std::string& cell) { return cell == "-"; });
    };
    std::erase_if(columns, says_nothing);
    std::vector<std::size_t> widths;
    std::vector<std::string> titles;
    for (ListColumn& column : columns) {
        std::size_t width = display_width(column.title);
        for (std::string& cell : column.cells) {
            cell = printable(cell);
            if (cuts && column.most > 0) cell = fit(cell, column.most);
            width = std::max(width, display_width(cell));
        }
        widths.push_back(width);
        titles.push_back(column.title);
    }
    std::string out;
    const auto add = [&](const std::vector<std::string>& cells) {
        const std::string text = text_of_line(columns, cells, widths);
        std::string line = cuts ? fit(text, *shape.width) : text;
        if (!shape.unicode && line != text && line.ends_with("…"))
            line.replace(line.size() - std::string_view("…").size(), std::string::npos, "~");
        out += line + "\n";
    };
    add(titles);
    for (std::size_t row = 0; row < jvms.size(); ++row) {
        std::vector<std::string> cells;
        cells.reserve(columns.size());
        for (const ListColumn& column : columns) cells.push_back(column.cells[row]);
        add(cells);
    }
    return out + unknown_of_list(jvms, shape);
}

std::string json_list(const std::vector<JvmSummary>& jvms) {
    using json = nlohmann::ordered_json;
    const auto text = [](const std::string& value) {
        return value.empty() ? json(nullptr) : json(printable(value));
    };
    json out = json::array();
    for (const JvmSummary& jvm : jvms) {
        const JvmContainer& container = jvm.container;
        const json names = {{"id", text(container.id)},
                            {"name", text(container.names.name)},
                            {"pod", text(container.names.pod)},
                            {"namespace", text(container.names.pod_space)},
                            {"hostname", text(container.hostname)}};
        out.push_back({{"pid", jvm.pid},
                       {"container_pid", jvm.container_pid ? json(*jvm.container_pid) : json(nullptr)},
                       {"uid", jvm.uid},
                       {"user", text(jvm.user)},
                       {"uptime_seconds", jvm.uptime_s},
                       {"vm", name_of(jvm.vm)},
                       {"version", text(jvm.version)},
                       {"gc", text(jvm.gc)},
                       {"nmt_level", jvm.nmt == NmtLevel::unknown ? json(nullptr) : json(name_of(jvm.nmt))},
                       {"rss_bytes", jvm.rss ? json(jvm.rss->value()) : json(nullptr)},
                       {"heap_limit_bytes", jvm.heap_limit ? json(jvm.heap_limit->value()) : json(nullptr)},
                       {"container", names},
                       {"main", text(jvm.main)},
                       {"command", text(jvm.command)},
                       {"note", text(jvm.note)}});
    }
    return out.dump(2) + "\n";
}

}  // namespace nmtx
