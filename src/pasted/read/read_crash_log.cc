// hs_err logs and VM.info in a paste, with the texts inside them.
#include <fmt/format.h>

#include "base/cursor.h"
#include "base/lines.h"
#include "pasted/kinds/kinds_of.h"
#include "pasted/read/part_readers.h"

namespace nmtx::pasted {
namespace {

// What a parser of a section has not understood, with its lines counted from the beginning of the log.
void take_from_section(PastedPart& part, const HsErrSection& section, const NotUnderstood& unread) {
    NotUnderstood moved;
    moved.add_all(unread, section.first_line - 1);
    take_unread(part, moved);
}

void read_maps_of(PastedPart& part, CrashLog& crash) {
    const HsErrSection* const section = crash.log.find(HsErrPart::dynamic_libraries);
    if (section == nullptr) return;
    auto maps = parse_pasted_smaps(section->text, "Dynamic libraries");
    if (!maps) return;  // from another system: macOS and Windows list only files
    take_from_section(part, *section, maps->not_understood);
    part.figures.push_back(number("mappings", maps->smaps.mappings.size()));
    crash.maps = std::move(maps->smaps);
}

void read_nmt_of(PastedPart& part, CrashLog& crash) {
    const HsErrSection* const section = crash.log.find(HsErrPart::native_memory);
    if (section == nullptr) return;
    auto parsed = parse_pasted_nmt(section->text, "Native Memory Tracking");
    if (!parsed) return;
    auto* nmt = std::get_if<PastedNmt>(&*parsed);
    if (nmt == nullptr) return;
    take_from_section(part, *section, nmt->not_understood);
    if (nmt->has_total) {
        part.figures.push_back(amount("NMT reserved", nmt->report.reserved));
        part.figures.push_back(amount("NMT committed", nmt->report.committed));
    }
    crash.nmt = std::move(*nmt);
}

// What glibc says of itself by mallinfo(), as the JVM prints it.
void add_c_heap(PastedPart& part, const VmInfo& vm) {
    add(part, "malloc outstanding", vm.malloc_outstanding);
    add(part, "retained by glibc", vm.malloc_retained);
    if (vm.malloc_may_have_wrapped)
        part.notes.emplace_back(
            "malloc's figures may have wrapped, as the JVM notes: this glibc counts in 32 bits and starts again from 0 at 4 GiB");
}

}  // namespace

void read_hs_err(PastedPart& part) {
    auto parsed = parse_hs_err(*part.text);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    CrashLog crash;
    crash.log = std::move(*parsed);
    const HsErr& log = crash.log;
    part.title = log.crashed ? "hs_err log" : part.title;
    if (log.feature) part.title += fmt::format(", JDK {}", *log.feature);
    if (!log.whole) part.title += ", truncated or partial";
    if (log.pid) part.pid = log.pid;
    if (!log.headline.empty()) part.figures.push_back(words("what", log.headline));
    if (!log.reason.empty()) part.figures.push_back(words("why", log.reason));
    add(part, "RSS", log.memory.resident);
    add(part, "peak RSS", log.memory.resident_peak);
    if (log.vm.heap) part.figures.push_back(amount("heap", log.vm.heap->size()));
    add(part, "heap used", log.vm.heap_info.used());
    if (!log.threads.empty()) part.figures.push_back(number("threads", log.threads.size()));
    add_c_heap(part, log.vm);
    if (log.container) add(part, "container limit", log.container->memory_limit);
    take_unread(part, log.not_understood);
    read_maps_of(part, crash);
    read_nmt_of(part, crash);
    part.contents = std::move(crash);
}

// The section by itself, or lines of it that grep has let through: its heading tells the parser what they
// are.
void read_process_memory(PastedPart& part) {
    std::string lines = "Process Memory:\n";
    for (Lines each(*part.text); each.next();) {
        lines += kinds::without_file_of_grep(trim(each.line()));
        lines += '\n';
    }
    auto parsed = parse_hs_err(lines);
    if (!parsed) {
        part.problem = problem_of(part, parsed.error());
        return;
    }
    ProcessMemoryPart memory;
    memory.process = parsed->memory;
    add(part, "RSS", parsed->memory.resident);
    add(part, "peak RSS", parsed->memory.resident_peak);
    add(part, "swap", parsed->memory.swapped);
    add_c_heap(part, parsed->vm);
    if (parsed->vm.malloc_outstanding)
        memory.c_heap = CHeapUse{*parsed->vm.malloc_outstanding, parsed->vm.malloc_retained,
                                 parsed->vm.malloc_may_have_wrapped};
    part.contents = memory;
}

void read_vm_info(PastedPart& part) {
    read_hs_err(part);
}

}  // namespace nmtx::pasted
