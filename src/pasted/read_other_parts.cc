// GC logs, malloc's own reports, the OOM killer's, and tables of processes, in a paste.
#include <fmt/format.h>

#include <algorithm>

#include "base/cursor.h"
#include "hotspot/replies.h"
#include "pasted/part_readers.h"

namespace nmtx::pasted {
namespace {

// The last word on a figure of metaspace, with how it has changed since the first.
void add_over_time(PastedPart& part, const std::string& name, const GcLog& log,
                   std::optional<Bytes> MetaspaceUse::* figure, MetaspaceUse GcLogMetaspace::* area) {
    std::optional<Bytes> first, last;
    for (const GcLogMetaspace& reading : log.metaspace) {
        const std::optional<Bytes>& value = reading.*area.*figure;
        if (!value) continue;
        if (!first) first = value;
        last = value;
    }
    if (last) part.figures.push_back(amount(name, *last, difference(*last, *first)));
}

std::string row_words(const ProcessRow& row) {
    std::string text = row.pid ? fmt::format("pid {}", *row.pid) : std::string();
    if (!row.command.empty()) text += fmt::format("{}{}", text.empty() ? "" : " ", row.command.substr(0, 40));
    return text.empty() ? std::string("RSS") : text;
}

void add_rows(PastedPart& part, const std::vector<ProcessRow>& rows, bool threads) {
    constexpr std::size_t most = 5;
    part.figures.push_back(number(threads ? "threads" : "processes", rows.size()));
    if (threads) {
        if (!rows.empty() && rows.front().resident)
            part.figures.push_back(amount("RSS of the process", rows.front().resident->bytes));
        return;
    }
    for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) {
        if (rows[i].resident) part.figures.push_back(amount(row_words(rows[i]), rows[i].resident->bytes));
    }
}

}  // namespace

void read_gc_log(PastedPart& part) {
    const auto* log = taken(part, parse_gc_log(*part.text));
    if (log == nullptr) return;
    part.title = log->unified ? "GC log" : "GC log, JDK 8";
    part.figures.push_back(number("collections", log->collections.size()));
    const auto full =
        std::ranges::count_if(log->collections, [](const GcLogCollection& c) { return c.full; });
    if (full > 0) part.figures.push_back(number("full", static_cast<std::uint64_t>(full)));
    add_over_time(part, "metaspace used", *log, &MetaspaceUse::used, &GcLogMetaspace::all);
    add_over_time(part, "metaspace committed", *log, &MetaspaceUse::committed, &GcLogMetaspace::all);
    add_over_time(part, "class space used", *log, &MetaspaceUse::used, &GcLogMetaspace::class_space);
    add(part, "class space reserved", log->class_space_size);
    if (log->metadata_collections > 0)
        part.figures.push_back(number("by Metadata GC Threshold", log->metadata_collections));
    if (log->metaspace_exhausted > 0)
        part.figures.push_back(number("out of metaspace", log->metaspace_exhausted));
    if (log->class_space_exhausted > 0)
        part.figures.push_back(number("out of class space", log->class_space_exhausted));
}

void read_short_reply(PastedPart& part) {
    if (const auto trim_reply = parse_trim_native_heap(*part.text)) {
        part.title = "System.trim_native_heap";
        part.figures.push_back(amount("before", trim_reply->before));
        part.figures.push_back(
            amount("after", trim_reply->after, difference(trim_reply->after, trim_reply->before)));
        return;
    }
    const auto stats = parse_classloader_stats(*part.text);
    if (!stats) {
        part.problem = problem_of(part, stats.error());
        return;
    }
    part.title = "VM.classloader_stats";
    take_unread(part, stats->not_understood);
    part.figures.push_back(number("loaders", stats->total_loaders.value_or(stats->loaders)));
    if (stats->classes) part.figures.push_back(number("classes", *stats->classes));
    add(part, "chunks", stats->chunks);
    part.figures.push_back(number("loaders of one class", stats->with_one_class));
}

void read_uptime(PastedPart& part) {
    const auto uptime = parse_vm_uptime(*part.text);
    if (uptime) part.figures.push_back(words("up", fmt::format("{:.0f} s", uptime->seconds)));
}

void read_hsperfdata(PastedPart& part) {
    auto perf = parse_hsperfdata(*part.text);
    if (!perf) {
        part.problem = problem_of(part, perf.error());
        return;
    }
    if (const auto version = perf->text("java.property.java.version"))
        part.figures.push_back(words("version", std::string(*version)));
    part.contents = std::move(*perf);
}

void read_malloc_info(PastedPart& part) {
    const auto* info = taken(part, parse_malloc_info(*part.text));
    if (info == nullptr) return;
    if (!info->whole) part.title += ", cut";
    const MallocInfoFigures figures = info->total.system ? info->total : info->sum();
    part.figures.push_back(number("arenas", info->heaps.size()));
    add(part, "taken from the kernel", figures.system);
    add(part, "in use", figures.in_use());
    add(part, "free", figures.free());
    if (figures.mmap) part.figures.push_back(amount("mmapped", figures.mmap->size));
}

void read_malloc_stats(PastedPart& part) {
    const auto stats = parse_malloc_stats(*part.text);
    if (!stats) {
        part.problem = problem_of(part, stats.error());
        return;
    }
    take_unread(part, stats->not_understood);
    part.figures.push_back(number("arenas", stats->arenas.size()));
    add(part, "taken from the kernel", stats->system);
    add(part, "in use", stats->in_use);
}

void read_top(PastedPart& part) {
    const auto* top = taken(part, parse_top(*part.text));
    if (top == nullptr || top->frames.empty()) return;
    const TopFrame& frame = top->frames.back();
    if (frame.threads) part.title = "top -H";
    if (top->frames.size() > 1) part.figures.push_back(number("screens", top->frames.size()));
    if (frame.memory.total) part.figures.push_back(amount("machine's memory", frame.memory.total->bytes));
    add_rows(part, frame.rows, frame.threads);
}

void read_process_rows(PastedPart& part) {
    if (const auto* table = taken(part, parse_process_table(*part.text))) add_rows(part, table->rows, false);
}

void read_container_rows(PastedPart& part) {
    const auto* table = taken(part, parse_container_stats(*part.text));
    if (table == nullptr) return;
    for (const ContainerStats& row : table->rows) {
        part.figures.push_back(
            amount(row.kubectl ? "working set" : "without inactive page cache", row.usage.bytes));
        if (row.limit) part.figures.push_back(amount("limit", row.limit->bytes));
    }
}

}  // namespace nmtx::pasted
