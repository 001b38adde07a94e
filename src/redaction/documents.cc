#include "redaction/documents.h"

#include <algorithm>
#include <array>

#include "evidence/capture.h"
#include "hotspot/hs_err/vm_info.h"
#include "process/process_view.h"
#include "redaction/arguments.h"

namespace nmtx {
namespace {

// Figures, and words that are the kernel's or the JVM's own.
bool has_no_names(std::string_view document) {
    constexpr std::array kernel{
        document::statm_before,  document::statm_after,   document::limits,
        document::auxv,          document::residency,     document::threads_max,
        document::malloc_layout, document::loaded_images, document::thread_stacks,
        document::smaps_rollup,  document::libjvm,        document::transparent_hugepage,
        document::cpus_online};
    constexpr std::array replies{question::version, question::heap_info, question::codecache,
                                 question::metaspace};
    if (std::find(kernel.begin(), kernel.end(), document) != kernel.end()) return true;
    return std::any_of(replies.begin(), replies.end(),
                       [&](std::string_view reply) { return document == document_of(reply); });
}

using Rewrite = std::string (*)(std::string_view, NameRedactor&);
struct LinesOf {
    std::string_view document;
    Rewrite rewrite;
};
constexpr std::array kernel_lines{
    LinesOf{document::smaps, redact_smaps},
    LinesOf{document::status, redact_tasks},
    LinesOf{document::tasks, redact_tasks},
    LinesOf{document::tasks_before, redact_tasks},
    LinesOf{document::tasks_middle, redact_tasks},
    LinesOf{document::cgroup, redact_cgroup},
    LinesOf{document::cgroup_memory, redact_cgroup},
    LinesOf{document::cgroup_pids, redact_cgroup},
    LinesOf{document::cgroup_cpu, redact_cgroup},
    LinesOf{document::nmt_file, redact_nmt},
    LinesOf{document::resident_mappings, redact_smaps},
};

std::optional<std::string> redact_reply_of(std::string_view command, std::string_view text,
                                           NameRedactor& names) {
    if (command.starts_with("VM.native_memory")) return redact_nmt(text, names);
    if (command == question::system_map) return redact_system_map(text, names);
    if (command == question::thread_print) return redact_thread_dump(text, names);
    if (command == question::flags) return redact_joined_options(names, text);
    if (command == question::command_line) return redact_command_line_reply(text, names);
    if (command == question::vm_info) {
        auto kept = understood_vm_info(text);
        return kept ? std::optional(std::move(*kept)) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> redact_document(std::string_view name, std::string_view text,
                                           NameRedactor& names) {
    if (has_no_names(name)) return std::string(text);
    for (const LinesOf& lines : kernel_lines) {
        if (lines.document == name) return lines.rewrite(text, names);
    }
    if (name == document::exe) return names.redact(text);
    if (name == document::cmdline) return redact_cmdline(names, text);
    if (name == document::hsperfdata) return redact_hsperfdata(text, names);
    if (name == document::malloc_walk) return redact_malloc_walk(text, names);
    if (name == document::native_stacks) return redact_native_stacks(text, names);
    if (name == document::java_threads) return redact_java_threads(text, names);
    if (name == document::thread_entries) return redact_thread_entries(text, names);
    if (name.starts_with(document::hotspot_prefix))
        return redact_reply_of(name.substr(document::hotspot_prefix.size()), text, names);
    return std::nullopt;
}

}  // namespace nmtx
