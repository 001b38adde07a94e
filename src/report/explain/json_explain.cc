#include "base/printable.h"
#include "report/explain/explain_parts.h"
#include "report/explain/explain_report.h"
#include "report/reconciliation/report.h"
#include "report/style/json_values.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

json figure_json(const PastedFigure& figure) {
    json out{{"name", printable(figure.name)}};
    if (figure.bytes) out["bytes"] = figure.bytes->value();
    if (figure.whole) out["of_bytes"] = figure.whole->value();
    if (figure.change) out["change_bytes"] = figure.change->value;
    if (figure.count) out["count"] = *figure.count;
    if (figure.count_change) out["count_change"] = *figure.count_change;
    if (!figure.bytes && !figure.count) out["text"] = printable(figure.words);
    return out;
}

// The heaviest, by growth where the report is a diff.
json sites_json(const NmtSites& sites) {
    json out = json::array();
    constexpr std::size_t most = 50;
    for (const NmtSite* site : sites_by_weight(sites)) {
        if (out.size() == most) break;
        json frames = json::array();
        for (const NmtFrame& frame : site->frames) frames.push_back(printable(frame.symbol));
        out.push_back({{"kind", site->kind == NmtSiteKind::malloc ? "malloc" : "mmap"},
                       {"category", text_or_null(site->tag)},
                       {"function", printable(name_of_site(*site))},
                       {"committed_bytes", site->committed.value()},
                       {"committed_change_bytes", site->committed_change.value},
                       {"blocks", json_or_null(site->count, [](std::uint64_t n) { return n; })},
                       {"blocks_change", site->count_change},
                       {"frames", std::move(frames)}});
    }
    return out;
}

json part_json(const PastedPart& part) {
    json out;
    out["kind"] = name_of(part.part.kind);
    out["title"] = printable(part.title);
    out["first_line"] = part.part.first_line();
    out["last_line"] = part.part.last_line();
    out["pid"] = json_or_null(part.pid, [](std::uint64_t pid) { return pid; });
    out["command"] = text_or_null(std::string(part.part.command));
    out["figures"] = json::array();
    for (const PastedFigure& figure : part.figures) out["figures"].push_back(figure_json(figure));
    if (const auto* nmt = std::get_if<PastedNmt>(&part.contents); nmt != nullptr && nmt->sites)
        out["call_sites"] = sites_json(*nmt->sites);
    out["problem"] = text_or_null(part.problem);
    out["notes"] = json::array();
    for (const std::string& note : part.notes) out["notes"].push_back(printable(note));
    return out;
}

json text_json(const PastedText& text) {
    json out;
    out["name"] = printable(text.name);
    out["lines"] = text.lines;
    out["parts"] = json::array();
    out["not_understood"] = json::array();
    std::size_t left_out = text.lines_left_out;
    for (const Leftover& left : text.leftovers) {
        constexpr std::size_t longest = 1000;
        out["not_understood"].push_back({{"first_line", left.first_line},
                                         {"lines", left.lines},
                                         {"text", printable(left.text.substr(0, longest))},
                                         {"remark", false}});
    }
    for (const PastedPart& part : text.parts) {
        out["parts"].push_back(part_json(part));
        for (const UnreadLine& unread : part.unread)
            out["not_understood"].push_back({{"first_line", unread.line},
                                             {"lines", 1},
                                             {"text", printable(unread.text)},
                                             {"remark", unread.remark}});
        left_out += part.unread_left_out;
    }
    out["not_understood_left_out"] = left_out;
    out["parts_left_out"] = json::array();
    for (const LeftOut& parts : text.left_out)
        out["parts_left_out"].push_back({{"kind", name_of(parts.kind)},
                                         {"parts", parts.parts},
                                         {"first_line", parts.first_line},
                                         {"last_line", parts.last_line}});
    return out;
}

std::string_view resident_name(ResidentFrom from) {
    switch (from) {
        case ResidentFrom::nothing:
            break;
        case ResidentFrom::smaps:
            return "smaps";
        case ResidentFrom::pmap:
            return "pmap";
        case ResidentFrom::estimate:
            return "estimate";
        case ResidentFrom::piece:
            return "piece";
    }
    return "nothing";
}

json space_json(const std::optional<AddressSpace>& space) {
    if (!space) return nullptr;
    json out{{"reserved_bytes", space->reserved.value()},
             {"nmt_committed_bytes", bytes_or_null(space->jvm_committed)},
             {"machine_bytes", bytes_or_null(space->machine)}};
    out["accessible"] = json::array();
    for (const SpaceRow& row : space->rows)
        out["accessible"].push_back(
            {{"owner", printable(row.name)}, {"bytes", row.accessible.value()}, {"mappings", row.mappings}});
    return out;
}

json moment_json(const ExplainedMoment& explained) {
    const PastedMoment& moment = *explained.moment;
    json out;
    out["parts"] = json::array();
    for (const auto& [text, part] : moment.parts) out["parts"].push_back({{"text", text}, {"part", part}});
    out["resident_from"] = resident_name(moment.resident);
    out["report"] = explained.account ? report_json(*explained.account) : json(nullptr);
    out["address_space"] = space_json(explained.space);
    out["findings"] = findings_json(explained.findings);
    out["why_no_report"] = text_or_null(explained.why_no_ledger);
    out["notes"] = json::array();
    for (const std::string& note : moment.notes) out["notes"].push_back(printable(note));
    out["missing"] = json::array();
    for (const MissingEvidence& missing : moment.missing)
        out["missing"].push_back(
            {{"what", printable(missing.what)}, {"command", text_or_null(missing.command)}});
    return out;
}

json nmt_change_json(const std::optional<NmtChange>& nmt) {
    if (!nmt) return nullptr;
    json out{{"reserved", amount_json(nmt->reserved)},
             {"committed", amount_json(nmt->committed)},
             {"unit_bytes", nmt->unit.value()}};
    out["categories"] = json::array();
    for (const CategoryChange& category : nmt->categories)
        out["categories"].push_back({{"name", printable(category.name)},
                                     {"reserved", amount_json(category.reserved)},
                                     {"committed", amount_json(category.committed)},
                                     {"malloc", amount_json(category.malloc)}});
    return out;
}

json container_json(const PastedContainer& container) {
    const CgroupMemory& memory = container.memory;
    const auto bytes = [](Bytes b) { return b.value(); };
    std::optional<Bytes> working_set;
    if (memory.current && memory.inactive_file)
        working_set = minus_or_zero(*memory.current, *memory.inactive_file);
    return {{"name", printable(container.name)},
            {"usage_bytes", json_or_null(memory.current, bytes)},
            {"limit_bytes", json_or_null(memory.limit, bytes)},
            {"working_set_bytes", json_or_null(working_set, bytes)},
            {"anonymous_bytes", json_or_null(memory.anon, bytes)},
            {"file_bytes", json_or_null(memory.file, bytes)},
            {"inactive_file_bytes", json_or_null(memory.inactive_file, bytes)}};
}

}  // namespace

std::string json_explain(const Explanation& explanation) {
    json out;
    out["schema"] = json_schema_version;
    out["texts"] = json::array();
    for (const PastedText& text : explanation.pasted.texts) out["texts"].push_back(text_json(text));
    out["containers"] = json::array();
    for (const PastedContainer& container : explanation.pasted.containers)
        out["containers"].push_back(container_json(container));
    out["processes"] = json::array();
    for (const ExplainedProcess& process : explanation.processes) {
        json one;
        one["pid"] = json_or_null(process.process->pid, [](std::uint64_t pid) { return pid; });
        one["moments"] = json::array();
        for (const ExplainedMoment& moment : process.moments) one["moments"].push_back(moment_json(moment));
        one["nmt_change"] = nmt_change_json(process.nmt);
        out["processes"].push_back(std::move(one));
    }
    return out.dump(2) + "\n";
}

}  // namespace nmtx
