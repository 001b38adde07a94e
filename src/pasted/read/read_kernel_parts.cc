// Output of the kernel and of tools that read /proc, in a paste.
#include <fmt/format.h>

#include <algorithm>

#include "base/cursor.h"
#include "base/lines.h"
#include "kernel/mappings/pmap.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {
namespace {

void add_mappings(PastedPart& part, const Smaps& smaps) {
    part.figures.push_back(number("mappings", smaps.mappings.size()));
    Bytes mapped;
    for (const Mapping& mapping : smaps.mappings) mapped += mapping.range.size();
    part.figures.push_back(amount("mapped", mapped));
    if (smaps.rss_known) part.figures.push_back(amount("RSS", smaps.rss));
    if (smaps.rss_known && smaps.pss_known) part.figures.push_back(amount("PSS", smaps.pss));
    if (smaps.rss_known && smaps.swap_known && smaps.swap != Bytes())
        part.figures.push_back(amount("swap", smaps.swap));
}

std::string_view form_name(PmapForm form) {
    switch (form) {
        case PmapForm::plain:
            return "pmap";
        case PmapForm::device:
            return "pmap -d";
        case PmapForm::extended:
            return "pmap -x";
        case PmapForm::columns:
            break;
    }
    return "pmap -X";
}

}  // namespace

void read_smaps(PastedPart& part) {
    auto parsed = parse_pasted_smaps(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    add_mappings(part, parsed->smaps);
    part.piece =
        std::ranges::none_of(parsed->smaps.mappings, [](const Mapping& m) { return m.name == "[stack]"; });
    if (parsed->smaps.rss_known && parsed->without_rss > 0)
        part.notes.push_back(fmt::format("{} of its mappings have no line \"Rss:\"", parsed->without_rss));
    part.contents = std::move(parsed->smaps);
}

void read_maps(PastedPart& part) {
    read_smaps(part);
}

void read_pmap(PastedPart& part) {
    auto parsed = parse_pmap(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    if (parsed->pid) part.pid = parsed->pid;
    part.title = form_name(parsed->form);
    take_unread(part, parsed->not_understood);
    add_mappings(part, parsed->smaps);
    part.piece = !parsed->whole();
    if (part.piece)
        part.notes.emplace_back(
            "cut or filtered: its lines are not all that pmap counted, or its last line is missing");
    part.contents = std::move(parsed->smaps);
}

void read_smaps_rollup(PastedPart& part) {
    auto parsed = parse_smaps_rollup(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    add(part, "RSS", parsed->rss);
    add(part, "PSS", parsed->pss);
    add(part, "anonymous", parsed->anonymous);
    if (parsed->shared_dirty.value_or(Bytes()) != Bytes())
        add(part, "shared and dirty", parsed->shared_dirty);
    add(part, "swap", parsed->swap);
    part.contents = std::move(*parsed);
}

void read_status(PastedPart& part) {
    auto parsed = parse_pasted_status(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    ProcessStatus& status = parsed->status;
    if (!status.name.empty()) part.title += fmt::format(" of {}", status.name);
    if (status.pid != 0) part.pid = status.pid;
    add(part, "RSS", status.vm_rss);
    add(part, "peak RSS", status.vm_hwm);
    add(part, "anonymous", status.rss_anon);
    add(part, "file", status.rss_file);
    add(part, "swap", status.vm_swap);
    if (status.threads > 0) part.figures.push_back(number("threads", status.threads));
    part.contents = std::move(status);
}

void read_limits(PastedPart& part) {
    const auto parsed = parse_pasted_limits(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    take_unread(part, parsed->not_understood);
    const Limits& limits = parsed->limits;
    if (limits.processes) part.figures.push_back(number("processes", *limits.processes));
    if (limits.stack_size) part.figures.push_back(amount("stack", Bytes(*limits.stack_size)));
    part.contents = limits;
}

void read_statm(PastedPart& part) {
    const auto statm = parse_statm(*part.text);
    if (!statm) {
        part.problem = problem_of(part, statm.error());
        return;
    }
    part.figures.push_back(number("resident pages", statm->resident_pages));
    part.contents = *statm;
}

void read_cgroup(PastedPart& part) {
    // Which file a figure is of the command says, where one was pasted.
    const std::string with_command = part.part.command.empty()
                                         ? std::string(*part.text)
                                         : fmt::format("$ {}\n{}", part.part.command, *part.text);
    auto parsed = parse_pasted_cgroup(with_command);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    for (const UnreadText& unread : parsed->not_understood.texts()) {
        const std::size_t before = part.part.command.empty() ? 0 : 1;
        if (unread.line > before)
            part.unread.push_back({part.part.input_line(unread.line - before),
                                   std::string(unread.text.substr(0, 160)), unread.remark});
    }
    const CgroupMemory& memory = parsed->memory;
    add(part, "charged", memory.current);
    add(part, "limit", memory.limit);
    add(part, "anonymous", memory.anon);
    add(part, "file", memory.file);
    add(part, "inactive file", memory.inactive_file);
    if (memory.oom_kills) part.figures.push_back(number("OOM kills", *memory.oom_kills));
    part.contents = memory;
}

// "PSS: 46482", in KB
void read_pss_series(PastedPart& part) {
    constexpr std::size_t most = 100'000;
    PssSeries series;
    for (Lines lines(*part.text); lines.next();) {
        const std::string_view line = trim(lines.line());
        const std::size_t at = line.find_first_of("0123456789");
        if (at == std::string_view::npos || series.values.size() == most) continue;
        if (const auto value = Cursor(line.substr(at)).decimal()) series.values.push_back(kib(*value));
    }
    if (series.values.empty()) return;
    part.figures.push_back(number("readings", series.values.size()));
    part.figures.push_back(amount("first", series.values.front()));
    part.figures.push_back(
        amount("last", series.values.back(), difference(series.values.back(), series.values.front())));
    part.contents = std::move(series);
}

void read_names(PastedPart& part) {
    std::size_t names = 0;
    for (Lines lines(*part.text); lines.next();) {
        if (!trim(lines.line()).empty()) ++names;
    }
    part.figures.push_back(number("lines", names));
}

}  // namespace nmtx::pasted
