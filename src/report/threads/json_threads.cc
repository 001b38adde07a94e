#include <fmt/format.h>

#include "report/style/json_values.h"
#include "report/threads/threads_report.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

template <typename T>
json number_or_null(const std::optional<T>& value) {
    return json_or_null(value, [](T n) { return n; });
}

json stack_of(const ThreadRow& row) {
    if (!row.stack) return nullptr;
    json stack;
    stack["reserved_bytes"] = row.stack->reserved.value();
    stack["resident_bytes"] = row.stack->resident.value();
    stack["used_bytes"] = bytes_or_null(row.used);
    stack["hwm_bytes"] = bytes_or_null(row.stack->high_water);
    stack["anon_huge_bytes"] = row.stack->huge.value();
    stack["swap_bytes"] = row.stack->swap.value();
    stack["by_elimination"] = row.stack_by_elimination;
    return stack;
}

std::string_view name_of(ThreadChange change) {
    if (change == ThreadChange::started) return "started";
    return change == ThreadChange::ended ? "ended" : "none";
}

// All frames in their order; those of native code have their particulars in "native_frames".
void take_mixed(const NativeStack& stack, json& out) {
    for (const NativeFrame& frame : stack.frames) {
        json one;
        one["kind"] = name_of(frame.kind);
        one["address"] = fmt::format("0x{:x}", frame.at.value);
        one["name"] = text_or_null(frame.symbol);
        one["file"] = text_or_null(frame.file);
        one["line"] = frame.line > 0 ? json(frame.line) : json(nullptr);
        one["bci"] = frame.bci >= 0 ? json(frame.bci) : json(nullptr);
        one["about"] = frame.about;
        out["stack_frames"].push_back(std::move(one));
    }
    out["stack_frames_end"] = name_of(stack.end);
}

// Down to the first frame that is none of native code.
void take_native(const NativeStack& stack, bool until_java, json& out) {
    for (const NativeFrame& frame : stack.frames) {
        if (frame.kind != FrameKind::native) break;
        json one;
        one["address"] = fmt::format("0x{:x}", frame.at.value);
        one["file"] = printable(frame.file);
        one["file_offset"] = frame.file_offset;
        one["symbol"] = text_or_null(frame.symbol);
        one["symbol_offset"] = frame.offset;
        out["native_frames"].push_back(std::move(one));
    }
    out["native_frames_end"] = until_java || stack.has_java() ? "java" : name_of(stack.end);
    out["stopped_ms"] = stack.stopped_ms;
}

json thread(const ThreadRow& row) {
    json out;
    out["tid"] = row.tid;
    out["nid"] = row.nid;
    out["name"] = printable(row.name);
    out["named_by_jvm"] = row.named_by_jvm;
    out["kind"] = nmtx::name_of(row.kind);
    out["library"] = text_or_null(row.library);
    out["change"] = name_of(row.change);
    out["state"] = printable(std::string(1, row.state));
    out["java_state"] = text_or_null(row.java_state);
    out["compiling"] = text_or_null(row.compiling);
    out["cpu_percent"] = number_or_null(row.cpu_percent);
    out["wait_percent"] = number_or_null(row.wait_percent);
    out["cpu_seconds"] = row.cpu_seconds;
    out["voluntary_switches"] = number_or_null(row.voluntary_switches);
    out["involuntary_switches"] = number_or_null(row.involuntary_switches);
    out["malloc_arena"] = json_or_null(row.arena, [](Address at) { return fmt::format("0x{:x}", at.value); });
    out["stack"] = stack_of(row);
    out["native_frames"] = json::array();
    out["stack_frames"] = json::array();
    if (row.native != nullptr) {
        take_native(*row.native, row.native_until_java, out);
        take_mixed(*row.native, out);
    }
    out["frames"] = json::array();
    if (row.dumped == nullptr) return out;
    for (const std::string& frame : row.dumped->frames) out["frames"].push_back(printable(frame));
    return out;
}

}  // namespace

json threads_json(const ThreadTable& table, const ThreadOptions& choice) {
    json out = json::array();
    for (const ThreadRow* row : chosen_threads(table, choice)) out.push_back(thread(*row));
    return out;
}

json thread_counts_json(const ThreadTable& table) {
    const ThreadCounts& counts = table.counts;
    return {{"tasks", counts.tasks},
            {"status", number_or_null(counts.status)},
            {"nmt", number_or_null(counts.nmt)},
            {"thread_print", number_or_null(counts.dump)},
            {"thread_print_java", number_or_null(counts.dump_java)},
            {"java_threads", number_or_null(counts.java_list)},
            {"hsperfdata_live", number_or_null(counts.perf_live)},
            {"virtual_threads_mounted", number_or_null(counts.virtual_mounted)},
            {"carriers", number_or_null(counts.carriers)},
            {"cgroup_limit", number_or_null(counts.cgroup_limit)},
            {"cgroup_current", number_or_null(counts.cgroup_current)},
            {"user_limit", number_or_null(counts.user_limit)},
            {"system_limit", number_or_null(counts.system_limit)}};
}

std::string json_threads(const ProcessView& view, const ThreadTable& table, const ThreadOptions& choice) {
    json out;
    out["schema"] = json_schema_version;
    out["pid"] = view.header.pid;
    out["taken_at"] = text_or_null(view.header.taken_at);
    out["interval_s"] = table.interval_s;
    out["threads"] = threads_json(table, choice);
    out["stacks"] = {{"reserved_bytes", table.totals.stacks_reserved.value()},
                     {"resident_bytes", table.totals.stacks_resident.value()},
                     {"of_no_known_thread", table.stacks_of_nobody.size()},
                     {"of_no_known_thread_resident_bytes", table.totals.resident_of_nobody.value()}};
    out["stack_flags"] = json::array();
    for (const StackFlag& flag : table.stack_flags)
        out["stack_flags"].push_back({{"flag", printable(flag.text)},
                                      {"threads", flag.threads},
                                      {"stack_bytes", flag.size.value()},
                                      {"unit_slip", flag.unit_slip}});
    out["native_stacks_failed"] = json::array();
    if (view.native_stacks) {
        for (const NativeStackFailure& failed : view.native_stacks->failed)
            out["native_stacks_failed"].push_back({{"tid", failed.tid}, {"why", printable(failed.why)}});
    }
    out["thread_counts"] = thread_counts_json(table);
    return out.dump(2) + "\n";
}

}  // namespace nmtx
