#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/parts/notes.h"
#include "report/style/json_values.h"
#include "report/verbs/fit_report.h"

namespace nmtx {
namespace {

constexpr std::size_t fit_name_width = 26;

std::string row(std::string_view sign, std::string_view name, Bytes bytes, std::string_view how,
                const TextStyle& style) {
    return line(fmt::format("  {} {} {:>9}   {}", sign, padded(name, fit_name_width), in_mib(bytes), how),
                style);
}

// As java takes it: whole MiB.
std::string option_of(Bytes heap) {
    return fmt::format("-Xmx{}m", heap.value() / mib(1).value());
}

std::string proposal(const Fit& fit) {
    if (!fit.heap)
        return fmt::format("No heap fits: everything else leaves less than {} MiB of the {} MiB limit.",
                           least_heap.value() / mib(1).value(), in_mib(fit.limit));
    return fmt::format("Proposed: {}", option_of(*fit.heap));
}

// What the JVM runs with today, beside the proposal.
std::string today(const Fit& fit) {
    if (!fit.max_heap_now || !fit.limit_for_heap_now) return "";
    const bool fits = fit.heap && *fit.max_heap_now <= *fit.heap;
    const Bytes needed = *fit.limit_for_heap_now;
    return fmt::format("The current {} needs a limit of at least {} MiB{}.", option_of(*fit.max_heap_now),
                       in_mib(needed),
                       fits ? ", so it fits" : fmt::format(" and does not fit {}", in_mib(fit.limit)));
}

}  // namespace

std::string fit_text(const ProcessView& view, const Fit& fit, const TextStyle& style) {
    std::string out = target_line(view, style) + "\n";
    std::string first = paragraph(proposal(fit), style, 2);
    first.pop_back();
    out += coloured(first, fit.heap ? Mark::ok : Mark::problem, style) + "\n";
    if (fit.heap)
        out += paragraph(
            fmt::format("or -XX:MaxRAMPercentage={:.1f}, where the JVM sees this limit", fit.percentage()),
            style, 2);
    if (const std::string text = today(fit); !text.empty()) out += paragraph(text, style, 2);
    out += "\n" + title("What the limit leaves for the Java heap, MiB", style) + "\n";
    out += row(" ", "limit", fit.limit,
               fit.limit_of_container ? "of its cgroup, or of one above" : "as given", style);
    for (const FitLine& l : fit.lines) out += row("-", l.name, l.bytes, l.how, style);
    const Bytes left = minus_or_zero(fit.limit, fit.taken);
    const Bytes tables = fit.heap ? minus_or_zero(left, *fit.heap) : Bytes();
    if (fit.heap)
        out += row("-", "page tables, rounding", tables, "1/512 of the heap; down to whole MiB", style);
    out += row("=", "left for the heap", fit.heap.value_or(left), "", style) + "\n";
    for (const std::string& note : fit.notes) out += paragraph(note, style, 2);
    return out;
}

std::string json_fit(const ProcessView& view, const Fit& fit) {
    using json = nlohmann::ordered_json;
    json out;
    out["schema"] = json_schema_version;
    out["pid"] = view.header.pid;
    out["taken_at"] = view.header.taken_at;
    out["limit_bytes"] = fit.limit.value();
    out["limit_of_container"] = fit.limit_of_container;
    out["lines"] = json::array();
    for (const FitLine& l : fit.lines)
        out["lines"].push_back({{"name", l.name}, {"bytes", l.bytes.value()}, {"how", l.how}});
    out["taken_bytes"] = fit.taken.value();
    out["heap_bytes"] = bytes_or_null(fit.heap);
    out["max_ram_percentage"] = fit.heap ? json(fit.percentage()) : json(nullptr);
    out["max_heap_now_bytes"] = bytes_or_null(fit.max_heap_now);
    out["limit_for_heap_now_bytes"] = bytes_or_null(fit.limit_for_heap_now);
    out["heap_used_bytes"] = bytes_or_null(fit.heap_used);
    out["notes"] = json::array();
    for (const std::string& note : fit.notes) out["notes"].push_back(printable(note));
    return out.dump(2) + "\n";
}

}  // namespace nmtx
