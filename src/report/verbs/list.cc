#include "report/verbs/list.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.h"

namespace nmtx {
namespace {

struct Cells {
    std::string version, gc, nmt, main;
};

// The main class or jar: what java.rt counts as the command, else what stands behind the options.
std::string main_of(const ProcessView& view, std::string_view cmdline) {
    if (view.perf) {
        if (const auto command = view.perf->text("sun.rt.javaCommand"); command && !command->empty()) {
            return std::string(command->substr(0, command->find(' ')));
        }
    }
    return std::string(read_java_cmdline(cmdline).main);
}

Cells cells_of(const JvmRow& jvm) {
    ProcessView view;
    view.vm = jvm.vm;
    if (jvm.perf) {
        if (auto perf = parse_hsperfdata(*jvm.perf)) view.perf = std::move(*perf);
    }
    if (view.perf) view.options = options_of_hsperfdata(*view.perf);
    if (!view.options) view.options = read_jvm_options(read_java_cmdline(jvm.cmdline).options);
    Cells row;
    row.version = view.java_version();
    row.gc = view.gc();
    row.nmt = jvm.vm == Vm::hotspot ? name_of(view.nmt_level()) : "";
    row.main = main_of(view, jvm.cmdline);
    if (jvm.vm == Vm::openj9) row.version = "OpenJ9";
    return row;
}

std::string cell(std::string_view text, std::size_t width) {
    const std::string cut = fit(printable(text.empty() ? "-" : text), width);
    return cut + std::string(width - std::min(width, display_width(cut)), ' ');
}

}  // namespace

std::string text_list(const std::vector<JvmRow>& jvms, const TextStyle& style) {
    if (jvms.empty()) return "no JVM that this user can see\n";
    std::string out =
        line(fmt::format("{:>8} {:>7} {} {} {} {} {:>10}  {}", "PID", "INSIDE", cell("USER", 10),
                         cell("JDK", 14), cell("GC", 10), cell("NMT", 7), "RSS MiB", "MAIN"),
             style);
    for (const JvmRow& jvm : jvms) {
        const Cells row = cells_of(jvm);
        const std::string inside = jvm.container_pid ? std::to_string(*jvm.container_pid) : "-";
        const std::string note = jvm.note.empty() ? "" : fmt::format("  ({})", jvm.note);
        out += line(fmt::format("{:>8} {:>7} {} {} {} {} {:>10}  {}{}", jvm.pid, inside, cell(jvm.user, 10),
                                cell(row.version, 14), cell(row.gc, 10), cell(row.nmt, 7),
                                jvm.rss ? in_mib(*jvm.rss) : "-", row.main, note),
                    style);
    }
    return out;
}

std::string json_list(const std::vector<JvmRow>& jvms) {
    using json = nlohmann::ordered_json;
    const auto text = [](const std::string& value) {
        return value.empty() ? json(nullptr) : json(printable(value));
    };
    json out = json::array();
    for (const JvmRow& jvm : jvms) {
        const Cells row = cells_of(jvm);
        out.push_back({{"pid", jvm.pid},
                       {"container_pid", jvm.container_pid ? json(*jvm.container_pid) : json(nullptr)},
                       {"uid", jvm.uid},
                       {"user", text(jvm.user)},
                       {"vm", name_of(jvm.vm)},
                       {"version", text(row.version)},
                       {"gc", text(row.gc)},
                       {"nmt_level", text(row.nmt)},
                       {"rss_bytes", jvm.rss ? json(jvm.rss->value()) : json(nullptr)},
                       {"main", text(row.main)},
                       {"note", text(jvm.note)}});
    }
    return out.dump(2) + "\n";
}

}  // namespace nmtx
