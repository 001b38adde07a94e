#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/printable.h"
#include "base/remark.h"
#include "pasted/read/part_readers.h"

namespace nmtx {
namespace {

using namespace pasted;

struct ReaderEntry {
    PastedKind kind;
    void (*read)(PastedPart& part);
};
// They are all that is said by them.
void read_no_more(PastedPart& /*part*/) {}

constexpr std::array readers{
    ReaderEntry{PastedKind::command, read_no_more},
    ReaderEntry{PastedKind::pid_line, read_no_more},
    ReaderEntry{PastedKind::nmt, read_nmt},
    ReaderEntry{PastedKind::system_map, read_system_map},
    ReaderEntry{PastedKind::vm_info, read_vm_info},
    ReaderEntry{PastedKind::hs_err, read_hs_err},
    ReaderEntry{PastedKind::process_memory, read_process_memory},
    ReaderEntry{PastedKind::thread_dump, read_thread_dump},
    ReaderEntry{PastedKind::heap_info, read_heap_info},
    ReaderEntry{PastedKind::codecache, read_codecache},
    ReaderEntry{PastedKind::metaspace, read_metaspace},
    ReaderEntry{PastedKind::vm_version, read_vm_version},
    ReaderEntry{PastedKind::vm_flags, read_vm_flags},
    ReaderEntry{PastedKind::flag_table, read_flag_table},
    ReaderEntry{PastedKind::vm_arguments, read_vm_arguments},
    ReaderEntry{PastedKind::java_command, read_java_command},
    ReaderEntry{PastedKind::answer, read_answer},
    ReaderEntry{PastedKind::smaps, read_smaps},
    ReaderEntry{PastedKind::maps, read_maps},
    ReaderEntry{PastedKind::pmap, read_pmap},
    ReaderEntry{PastedKind::smaps_rollup, read_smaps_rollup},
    ReaderEntry{PastedKind::status, read_status},
    ReaderEntry{PastedKind::limits, read_limits},
    ReaderEntry{PastedKind::statm, read_statm},
    ReaderEntry{PastedKind::cgroup, read_cgroup},
    ReaderEntry{PastedKind::gc_log, read_gc_log},
    ReaderEntry{PastedKind::thread_file, read_thread_file},
    ReaderEntry{PastedKind::class_histogram, read_class_histogram},
    ReaderEntry{PastedKind::safepoint, read_safepoint},
    ReaderEntry{PastedKind::short_reply, read_short_reply},
    ReaderEntry{PastedKind::uptime, read_uptime},
    ReaderEntry{PastedKind::hsperfdata, read_hsperfdata},
    ReaderEntry{PastedKind::malloc_info, read_malloc_info},
    ReaderEntry{PastedKind::malloc_stats, read_malloc_stats},
    ReaderEntry{PastedKind::oom, read_oom},
    ReaderEntry{PastedKind::top, read_top},
    ReaderEntry{PastedKind::process_rows, read_process_rows},
    ReaderEntry{PastedKind::container_rows, read_container_rows},
    ReaderEntry{PastedKind::pod, read_pod},
    ReaderEntry{PastedKind::inspect, read_inspect},
    ReaderEntry{PastedKind::cgroup_rows, read_cgroup_rows},
    ReaderEntry{PastedKind::meminfo, read_meminfo},
    ReaderEntry{PastedKind::free_memory, read_free_memory},
    ReaderEntry{PastedKind::jstat, read_jstat},
    ReaderEntry{PastedKind::jmap_heap, read_jmap_heap},
    ReaderEntry{PastedKind::vm_settings, read_vm_settings},
    ReaderEntry{PastedKind::compiler_memory, read_compiler_memory},
    ReaderEntry{PastedKind::vitals, read_vitals},
    ReaderEntry{PastedKind::jemalloc, read_jemalloc},
    ReaderEntry{PastedKind::jeprof, read_jeprof},
    ReaderEntry{PastedKind::pss_series, read_pss_series},
    ReaderEntry{PastedKind::names, read_names},
    ReaderEntry{PastedKind::javacore, read_javacore},
    ReaderEntry{PastedKind::archive, read_archive},
};

constexpr bool each_has_one_reader() {
    std::array<int, pasted_kinds> times{};
    for (const ReaderEntry& entry : readers) ++times.at(static_cast<std::size_t>(entry.kind));
    return std::ranges::all_of(times, [](int n) { return n == 1; });
}
static_assert(readers.size() == pasted_kinds && each_has_one_reader(),
              "a kind of text has no reader, or two");

// Blanks that all lines begin with are the article's.
std::size_t common_indentation(std::string_view text) {
    std::size_t common = std::string::npos;
    for (std::size_t at = 0; at < text.size() && common != 0;) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::size_t first = text.find_first_not_of(" \t", at);
        if (first < end) common = std::min(common, first - at);
        at = end + 1;
    }
    return common == std::string::npos ? 0 : common;
}

std::string without_indentation(std::string_view text, std::size_t common) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        out += line.substr(std::min(common, line.size()));
        if (end < text.size()) out += '\n';
        at = end + 1;
    }
    return out;
}

PartText lines_of_part(const Part& part, std::string_view text) {
    const LineRun& first = part.runs.front();
    if (part.runs.size() == 1) {
        const std::string_view piece = text.substr(first.begin, first.end - first.begin);
        const std::size_t common = common_indentation(piece);
        return common == 0 ? PartText::of_piece(piece)
                           : PartText::of_copy(without_indentation(piece, common));
    }
    std::string joined = text_of(part, text);
    const std::size_t common = common_indentation(joined);
    return PartText::of_copy(common == 0 ? std::move(joined) : without_indentation(joined, common));
}

bool has_arrow(std::string_view text) {
    constexpr std::string_view left_arrow = "\u2190";
    constexpr std::array marks{std::string_view(" <"), std::string_view("\t<"), std::string_view("!!"),
                               left_arrow};
    return std::ranges::any_of(
        marks, [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

}  // namespace

namespace pasted {

// Parsers read what programs print: what people have set behind a line is kept for the report to quote.
void take_remarks_off(PastedPart& part) {
    const std::string_view text = *part.text;
    if (!has_arrow(text)) return;
    NotUnderstood remarks;
    std::string plain;
    plain.reserve(text.size());
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        const Remarked parts = split_arrow(line);
        ++number;
        // A line that is nothing but a remark is for the parser to leave.
        const bool behind = !trim(parts.text).empty() && !parts.remark.empty();
        plain += behind ? line.substr(0, line.find(parts.text) + parts.text.size()) : line;
        if (behind) remarks.add_remark(number, parts.remark);
        if (end < text.size()) plain += '\n';
        at = end + 1;
    }
    take_unread(part, remarks);
    part.text = PartText::of_copy(std::move(plain));
}

PastedFigure amount(std::string name, Bytes bytes) {
    return {std::move(name), bytes, {}, {}, {}};
}

PastedFigure amount(std::string name, Bytes bytes, Delta change) {
    return {std::move(name), bytes, {}, {}, change == Delta() ? std::optional<Delta>() : change};
}

PastedFigure number(std::string name, std::uint64_t count) {
    return {std::move(name), {}, count, {}, {}};
}

PastedFigure words(std::string name, std::string text) {
    return {std::move(name), {}, {}, std::move(text), {}};
}

void add(PastedPart& part, std::string name, const std::optional<Bytes>& bytes) {
    if (bytes) part.figures.push_back(amount(std::move(name), *bytes));
}

void take_unread(PastedPart& part, const NotUnderstood& unread) {
    constexpr std::size_t longest = 160;
    for (const UnreadText& found : unread.texts()) {
        const std::string_view text = trim(found.text);
        if (text.empty()) continue;
        part.unread.push_back(
            {part.part.input_line(found.line), std::string(text.substr(0, longest)), found.remark});
    }
    part.unread_left_out += unread.left_out();
}

std::string problem_of(const PastedPart& part, const Error& error) {
    const std::size_t colon = error.where.rfind(':');
    Cursor cursor(colon == std::string::npos ? std::string_view()
                                             : std::string_view(error.where).substr(colon + 1));
    const auto line = cursor.decimal();
    std::string text =
        line && cursor.at_end() ? fmt::format("line {}: ", part.part.input_line(*line)) : std::string();
    text += error.what;
    if (!error.hint.empty()) text += "; " + error.hint;
    return text;
}

}  // namespace pasted

PastedPart read_part(const Part& part, std::string_view text) {
    PastedPart read;
    read.part = part;
    read.title = name_of(part.kind);
    if (part.pid != 0) read.pid = part.pid;
    read.text = lines_of_part(part, text);
    if (entry_of(part.kind).manner.remarks == Remarks::taken_off) pasted::take_remarks_off(read);
    for (const ReaderEntry& entry : readers) {
        if (entry.kind == part.kind) entry.read(read);
    }
    std::ranges::stable_sort(read.unread, {}, &UnreadLine::line);
    return read;
}

}  // namespace nmtx
