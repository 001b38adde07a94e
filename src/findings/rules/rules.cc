#include "findings/rules/rules.h"

#include <array>

#include "findings/rules/malloc/malloc_rules.h"
#include "findings/rules/rule_list.h"

namespace nmtx {
namespace {

constexpr std::array rule_table{
    Rule{"agents", "the options, smaps; NMT", rule::agents},
    Rule{"arena-count", "the walk over malloc, else smaps and NMT", rule::arena_count},
    Rule{"block-size", "the walk over malloc, where NMT is off", rule::block_size},
    Rule{"code-cache", "Compiler.codecache; on 8 NMT and VM.flags", rule::code_cache},
    Rule{"compiler", "NMT", rule::compiler},
    Rule{"direct-buffers", "NMT", rule::direct_buffers},
    Rule{"gc-overhead", "NMT, with smaps; the walk over malloc", rule::gc_overhead},
    Rule{"heap-not-returned", "hsperfdata, GC.heap_info, smaps", rule::heap_not_returned},
    Rule{"jni-malloc", "the walk over malloc, with NMT on; whether it grows: a record", rule::jni_malloc},
    Rule{"known-bug", "NMT and the JDK's release", rule::known_bug},
    Rule{"limit-too-small", "the cgroup, VM.flags, smaps and status, NMT where it is on",
         rule::limit_too_small},
    Rule{"malloc-outside-nmt", "smaps and NMT, without a walk over malloc", rule::malloc_outside},
    Rule{"mapped-files", "smaps, status", rule::mapped_files},
    Rule{"metaspace", "VM.metaspace or GC.heap_info, VM.flags; whether it grows: a record", rule::metaspace},
    Rule{"missing-evidence", "what could not be read", rule::missing_evidence},
    Rule{"native-threads", "tasks and smaps; Thread.print", rule::native_threads},
    Rule{"nmt-off", "the options, or the reply of VM.native_memory", rule::nmt_off},
    Rule{"not-hotspot", "smaps, VM.version, hsperfdata", rule::not_hotspot},
    Rule{"oom-log", "the kernel's log of a kill", rule::oom_log, true},
    Rule{"other-allocator", "smaps", rule::other_allocator},
    Rule{"page-cache", "the cgroup, status", rule::page_cache},
    Rule{"retention", "the walk over malloc", rule::retention},
    Rule{"stack-count", "tasks and smaps", rule::stack_count},
    Rule{"stack-size-unit", "the options", rule::stack_size_unit},
    Rule{"swap-hugetlb", "status, smaps", rule::swap_hugetlb},
    Rule{"thp-stacks", "smaps, tasks, kernel/transparent_hugepage", rule::thp_stacks},
    Rule{"unexplained", "smaps and whatever names an owner", rule::unexplained},
    Rule{"untouched-commit", "NMT and smaps", rule::untouched_commit},
    Rule{"zgc-multi-map", "smaps", rule::zgc_multi_map},
    Rule{"zlib", "the walk over malloc", rule::zlib},
};

}  // namespace

std::span<const Rule> rules() {
    return rule_table;
}

}  // namespace nmtx
