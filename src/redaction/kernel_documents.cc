// Redacts the kernel's documents: the lines with names.
#include <algorithm>
#include <array>

#include "base/characters.h"
#include "base/lines.h"
#include "hotspot/threads/thread_names.h"
#include "kernel/mappings/mapping_header.h"
#include "redaction/documents.h"

namespace nmtx {
namespace {

// What the kernel calls memory itself (arch_vma_name, fs/proc/task_mmu.c); kernels before 4.5 added the
// thread, "[stack:4711]".
bool is_kernel_name(std::string_view name) {
    constexpr std::array exact{std::string_view("[heap]"),        std::string_view("[stack]"),
                               std::string_view("[vdso]"),        std::string_view("[vvar]"),
                               std::string_view("[vvar_vclock]"), std::string_view("[vsyscall]"),
                               std::string_view("[uprobes]"),     std::string_view("[vectors]"),
                               std::string_view("[sigpage]"),     std::string_view("[rollup]")};
    if (std::find(exact.begin(), exact.end(), name) != exact.end()) return true;
    constexpr std::string_view stack_of = "[stack:";
    if (!name.starts_with(stack_of) || !name.ends_with(']') || name.size() < stack_of.size() + 2)
        return false;
    name.remove_prefix(stack_of.size());
    name.remove_suffix(1);
    return std::all_of(name.begin(), name.end(), is_digit);
}

}  // namespace

// Whatever else stands in brackets a program has given, by prctl(PR_SET_VMA): "[anon:NAME]" and, of shared
// memory, "[anon_shmem:NAME]". glibc does too, "[anon: glibc: pthread stack: 4711]": its words are
// everybody's and its number is a thread's.
std::string redact_mapping_name(std::string_view name, NameRedactor& names) {
    if (is_kernel_name(name)) return std::string(name);
    for (const std::string_view given : {std::string_view("[anon:"), std::string_view("[anon_shmem:")}) {
        if (!name.starts_with(given)) continue;
        const std::string_view text = name.substr(given.size());
        const bool of_glibc = text.starts_with(" glibc: ");
        return std::string(given) + names.redact(text, of_glibc ? Numbers::kept : Numbers::long_ones_go);
    }
    return names.redact(name);
}

// The kernel's 15 bytes of a name of HotSpot's, from 26 on "C2 Comp..hread0": no words are left in it.
std::string redact_thread_name(std::string_view name, NameRedactor& names) {
    const bool abbreviated = name.size() == 15 && name.substr(7, 2) == "..";
    if (abbreviated && kind_of_hotspot_name(name)) return std::string(name);
    return names.redact(name);
}

std::string redact_smaps(std::string_view text, NameRedactor& names) {
    std::string out;
    out.reserve(text.size());
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        Mapping mapping;
        const bool named =
            is_mapping_header(line) && read_mapping_header(line, mapping) && !mapping.name.empty();
        if (named) {
            out += line.substr(0, static_cast<std::size_t>(mapping.name.data() - line.data()));
            out += redact_mapping_name(mapping.name, names);
        } else {
            out += line;
        }
        out += '\n';
    }
    return out;
}

// "15063 (java) S 15010 …" and "Name:\tjava".
std::string redact_tasks(std::string_view text, NameRedactor& names) {
    std::string out;
    out.reserve(text.size());
    constexpr std::string_view name_field = "Name:\t";
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        const std::size_t open = line.find('(');
        const std::size_t close = line.rfind(')');
        const bool stat = !line.empty() && line.front() >= '0' && line.front() <= '9' &&
                          open != std::string_view::npos && close != std::string_view::npos && close > open;
        if (stat) {
            out += line.substr(0, open + 1);
            out += redact_thread_name(line.substr(open + 1, close - open - 1), names);
            out += line.substr(close);
        } else if (line.starts_with(name_field)) {
            out += name_field;
            out += redact_thread_name(line.substr(name_field.size()), names);
        } else {
            out += line;
        }
        out += '\n';
    }
    return out;
}

// "4:memory:/kubepods/pod…", and a path by itself below "== cgroup.path"; all else are figures.
std::string redact_cgroup(std::string_view text, NameRedactor& names) {
    std::string out;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = lines.line();
        const std::size_t slash = line.find('/');
        const bool heading = line.starts_with("== ");
        out += line.substr(0, heading ? std::string_view::npos : slash);
        if (!heading && slash != std::string_view::npos) out += names.redact(line.substr(slash));
        out += '\n';
    }
    return out;
}

}  // namespace nmtx
