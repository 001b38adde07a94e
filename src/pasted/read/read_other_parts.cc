// GC logs, malloc's own reports, OOM logs, and process tables, in a paste.
#include <fmt/format.h>

#include <algorithm>

#include "base/amounts.h"
#include "base/cursor.h"
#include "base/paths.h"
#include "base/words.h"
#include "hotspot/identity.h"
#include "hotspot/option_sizes.h"
#include "hotspot/replies.h"
#include "pasted/read/part_readers.h"

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

// "pid 27477 java Bootstrap RSS"
std::string row_words(const ProcessRow& row) {
    constexpr std::size_t longest = 40;
    std::string text = row.pid ? fmt::format("pid {} ", *row.pid) : std::string();
    const std::string_view first = row.command.substr(0, row.command.find(' '));
    const std::string_view program = base_name(first);
    if (program == "java") {
        const JavaCommandLine line = read_java_arguments(words_of(row.command, std::string_view::npos));
        text += fmt::format("java {}{}", line.main.substr(0, longest), line.main.empty() ? "" : " ");
    } else if (!row.command.empty()) {
        text += fmt::format("{} ", row.command.substr(0, longest));
    }
    return text + "RSS";
}

// How RSS compares with the heap's limit, where the row has both.
void note_heap(PastedPart& part, const ProcessRow& row) {
    const auto max = read_option_sizes(words_of(row.command, std::string_view::npos)).find("MaxHeapSize");
    if (!max || !row.resident || *max == Bytes()) return;
    const double times = static_cast<double>(row.resident->bytes.value()) / static_cast<double>(max->value());
    if (times <= 1) return;
    part.notes.push_back(fmt::format("{}its RSS is {:.1f} times the heap limit of {}",
                                     row.pid ? fmt::format("pid {}: ", *row.pid) : std::string(), times,
                                     human(*max)));
}

void add_rows(PastedPart& part, const std::vector<ProcessRow>& rows, std::size_t left_out, bool threads) {
    constexpr std::size_t most = 5;
    part.figures.push_back(number(threads ? "threads" : "processes", rows.size() + left_out));
    if (left_out > 0)
        part.notes.push_back(fmt::format("{} more rows behind the first {} were not kept", grouped(left_out),
                                         grouped(rows.size())));
    if (threads) {
        if (!rows.empty() && rows.front().resident)
            part.figures.push_back(amount("RSS of the process", rows.front().resident->bytes));
        return;
    }
    for (std::size_t i = 0; i < std::min(most, rows.size()); ++i) {
        if (rows[i].resident) part.figures.push_back(amount(row_words(rows[i]), rows[i].resident->bytes));
    }
}

// The process that all rows are threads of, where all of its threads are there: the first of them has its
// pid.
std::optional<std::uint64_t> process_of_threads(const TopFrame& frame) {
    std::optional<std::uint64_t> first;
    for (const ProcessRow& row : frame.rows) {
        const ProcessRow& other = frame.rows.front();
        const bool same = row.pid && row.virtual_size && row.resident && other.virtual_size &&
                          other.resident && row.virtual_size->bytes == other.virtual_size->bytes &&
                          row.resident->bytes == other.resident->bytes;
        if (!same) return std::nullopt;
        if (row.command.starts_with("java") && (!first || *row.pid < *first)) first = row.pid;
    }
    return frame.total_threads == frame.rows.size() ? first : std::nullopt;
}

}  // namespace

void read_gc_log(PastedPart& part) {
    const auto* log = taken(part, parse_gc_log(*part.text));
    if (log == nullptr) return;
    part.title = log->unified ? "GC log" : "GC log, JDK 8";
    // Pieces of a log need not have a whole one, which does not mean that there was none.
    if (log->collections.empty()) {
        part.notes.emplace_back("no line in it shows the effect of a collection on the heap");
    } else {
        part.figures.push_back(number("collections", log->collections.size()));
    }
    const auto full =
        std::ranges::count_if(log->collections, [](const GcLogCollection& c) { return c.full; });
    if (full > 0) part.figures.push_back(number("full", static_cast<std::uint64_t>(full)));
    add_over_time(part, "metaspace used", *log, &MetaspaceUse::used, &GcLogMetaspace::all);
    add_over_time(part, "metaspace committed", *log, &MetaspaceUse::committed, &GcLogMetaspace::all);
    add_over_time(part, "metaspace reserved", *log, &MetaspaceUse::reserved, &GcLogMetaspace::all);
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
    const std::optional<bool> counts_top = info->counts_top();
    if (counts_top.value_or(false)) {
        add(part, "in use", figures.in_use());
        add(part, "free", figures.free());
    } else {
        add(part, "in use at most", figures.in_use());
        if (figures.free().value_or(Bytes()) != Bytes()) add(part, "free at least", figures.free());
        part.notes.push_back(
            counts_top ? "this glibc does not count the top chunk (the free end of each arena), so memory "
                         "neither in use nor in a bin is unknown"
                       : "an older glibc does not count the top chunk (the free end of each arena), and the "
                         "text does not show whether this one does");
    }
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
    if (const std::string why = stats->wrapped(); !why.empty()) {
        add(part, "in chunks with a mapping of their own, at most so far", stats->most_mmapped);
        part.notes.push_back(fmt::format(
            "the figures have wrapped: malloc_stats counts in 32 bits, from 0 again at 4 GiB, and {}: no "
            "totals. malloc_info counts in full, as does jcmd PID System.native_heap_info (JDK 22 and later)",
            why));
        return;
    }
    add(part, "taken from the kernel", stats->system);
    add(part, "in use", stats->in_use);
}

void read_top(PastedPart& part) {
    const auto* top = taken(part, parse_top(*part.text));
    if (top == nullptr || top->frames.empty()) return;
    const TopFrame& frame = top->frames.back();
    if (frame.threads) part.title = "top -H";
    if (frame.threads && !part.pid) part.pid = process_of_threads(frame);
    if (top->frames.size() > 1) part.figures.push_back(number("screens", top->frames.size()));
    if (frame.memory.total) part.figures.push_back(amount("machine's memory", frame.memory.total->bytes));
    add_rows(part, frame.rows, top->rows_left_out, frame.threads);
}

void read_process_rows(PastedPart& part) {
    auto* table = taken(part, parse_process_table(*part.text));
    if (table == nullptr) return;
    // "ps -o rss,cmd 27477" has no column for what its command says.
    const bool told = table->rows.size() == 1 && !table->rows.front().pid && part.pid;
    if (told) table->rows.front().pid = part.pid;
    add_rows(part, table->rows, table->rows_left_out, false);
    if (told) part.notes.emplace_back("its pid is that of the command");
    for (std::size_t i = 0; i < std::min<std::size_t>(5, table->rows.size()); ++i)
        note_heap(part, table->rows[i]);
}

void read_container_rows(PastedPart& part) {
    const auto* table = taken(part, parse_container_stats(*part.text));
    if (table == nullptr) return;
    constexpr std::size_t most = 50;
    for (std::size_t i = 0; i < std::min(most, table->rows.size()); ++i) {
        const ContainerStats& row = table->rows[i];
        std::string name(row.name.empty() ? row.id : row.name);
        if (name.empty()) name = row.kubectl ? "working set" : "usage";
        PastedFigure figure = amount(std::move(name), row.usage.bytes);
        if (row.limit) figure.whole = row.limit->bytes;
        part.figures.push_back(std::move(figure));
    }
    if (table->rows.size() > most) part.figures.push_back(number("containers", table->rows.size()));
    part.notes.emplace_back(table->rows.front().kubectl
                                ? "working sets: memory usage without inactive page cache, not RSS"
                                : "memory usage without inactive page cache, not RSS");
}

}  // namespace nmtx::pasted
