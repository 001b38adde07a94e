// The parsers of the hotspot room but for NMT, and the redaction of what they read. The first byte selects
// which.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "evidence/redact.h"
#include "hotspot/areas/class_histogram.h"
#include "hotspot/areas/pasted_areas.h"
#include "hotspot/gc_log/gc_log.h"
#include "hotspot/hs_err/hs_err.h"
#include "hotspot/hs_err/vm_info.h"
#include "hotspot/hsperfdata.h"
#include "hotspot/identity.h"
#include "hotspot/replies.h"
#include "hotspot/threads/file_thread_dump.h"
#include "hotspot/threads/thread_dump.h"
#include "hotspot/threads/thread_dumps.h"
#include "hotspot/tools/compiler_memory.h"
#include "hotspot/tools/jmap_heap.h"
#include "hotspot/tools/jstat.h"
#include "hotspot/tools/launcher_settings.h"
#include "hotspot/tools/vitals.h"

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void check_redaction(std::string_view text, int kind) {
    using namespace std::string_literals;
    std::string once(text);
    if (kind == 0) nmtx::redact_options(once, "\0"s);
    if (kind == 1) nmtx::redact_options(once, "\0 "s);
    if (kind == 2) nmtx::redact_reply(once);
    std::string counters(text);
    nmtx::redact_counters(counters);
    // What is gone is gone: lines keep their numbers, and masks are the only stars that are new.
    if (kind == 2)
        check(std::count(once.begin(), once.end(), '\n') == std::count(text.begin(), text.end(), '\n'));
    check(once.size() <= text.size() * 9 + 64);
}

void check_inside(std::string_view part, std::string_view text) {
    check(part.empty() ||
          (part.data() >= text.data() && part.data() + part.size() <= text.data() + text.size()));
}

void check_unread(const nmtx::NotUnderstood& unread, std::string_view text) {
    check(unread.texts().size() <= nmtx::NotUnderstood::most);
    for (const nmtx::UnreadText& one : unread.texts()) {
        check(one.line > 0);
        check_inside(one.text, text);
    }
}

void check_hs_err(std::string_view text) {
    const auto log = nmtx::parse_hs_err(text);
    if (!log) return;
    for (const auto& section : log->sections) {
        check_inside(section.heading, text);
        check_inside(section.text, text);
    }
    for (const auto name : log->environment) check_inside(name, text);
    for (const auto& thread : log->threads) check(!thread.stack || thread.stack->begin <= thread.stack->end);
    check_unread(log->not_understood, text);
}

void check_gc_log(std::string_view text) {
    const auto log = nmtx::parse_gc_log(text);
    if (!log) return;
    for (const auto& sample : log->metaspace) check_inside(sample.time.date, text);
    for (const auto& collection : log->collections) {
        check_inside(collection.what, text);
        check(collection.cause == "Metadata GC Threshold" || (check_inside(collection.cause, text), true));
    }
    check_unread(log->not_understood, text);
}

void check_dumps(std::string_view text) {
    if (const auto found = nmtx::parse_thread_dumps(text)) {
        for (const auto& dump : found->dumps) {
            check_inside(dump.histogram, text);
            check_inside(dump.heap, text);
            check(dump.dump.unread.size() <= 101);
        }
        check_unread(found->not_understood, text);
    }
    if (const auto found = nmtx::parse_safepoint_timeouts(text)) check_unread(found->not_understood, text);
}

void check_replies(std::string_view text) {
    (void)nmtx::parse_jmap_heap(text);
    (void)nmtx::parse_launcher_settings(text);
    if (const auto table = nmtx::parse_jstat(text)) check_unread(table->not_understood, text);
    if (const auto memory = nmtx::parse_compiler_memory(text)) check_unread(memory->not_understood, text);
    if (const auto vitals = nmtx::parse_vitals(text)) check(!vitals->samples.empty());
    if (const auto found = nmtx::parse_class_histogram(text)) check_unread(found->not_understood, text);
    (void)nmtx::parse_vm_uptime(text);
    if (const auto flags = nmtx::parse_vm_flags(text)) {
        (void)flags->gc();
        for (const auto& flag : flags->flags) {
            (void)flags->size(flag.name);
            (void)flag.text();
        }
    }
    (void)nmtx::parse_vm_command_line(text);
    (void)nmtx::parse_trim_native_heap(text);
    if (const auto stats = nmtx::parse_classloader_stats(text)) check_unread(stats->not_understood, text);
    (void)nmtx::javacore_refusal(text);
    if (const auto areas = nmtx::parse_pasted_areas(text)) check_unread(areas->not_understood, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 16) {
        case 0:
            if (const auto perf = nmtx::parse_hsperfdata(text)) (void)nmtx::gc_of_hsperfdata(*perf);
            break;
        case 1:
            (void)nmtx::parse_vm_version(text);
            (void)nmtx::parse_vm_banner(text);
            break;
        case 2:
            (void)nmtx::parse_heap_info(text);
            break;
        case 3:
            if (const auto heaps = nmtx::parse_codecache(text))
                for (const auto& heap : *heaps) check(heap.reserved.contains(heap.committed));
            break;
        case 4:
            (void)nmtx::parse_metaspace(text);
            break;
        case 5:
            (void)nmtx::parse_vm_info(text);
            break;
        case 6:
            (void)nmtx::read_jvm_options(nmtx::split_joined_options(text));
            (void)nmtx::read_jvm_options(nmtx::read_java_cmdline(text).options);
            break;
        case 10:
            (void)nmtx::parse_thread_dump_part(text, "thread dump", 7);
            if (const auto dump = nmtx::parse_thread_dump(text)) {
                check(dump->unread.size() <= 101);
                for (const auto& thread : dump->threads) check(thread.name.size() < text.size());
            }
            break;
        case 11:
            check_hs_err(text);
            break;
        case 12:
            check_gc_log(text);
            break;
        case 13:
            check_dumps(text);
            break;
        case 14:
            if (const auto dump = nmtx::parse_file_thread_dump(text))
                check_unread(dump->not_understood, text);
            break;
        case 15:
            check_replies(text);
            break;
        default:
            check_redaction(text, data[0] % 16 - 7);
            break;
    }
    return 0;
}
