#include "evidence/capture_json.h"

#include <bit>
#include <optional>

#include "base/json_fields.h"

namespace nmtx {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int known_format = 1;
constexpr int deepest = 8;

std::optional<std::string> read_header(const json& object, CaptureHeader& header) {
    JsonFields fields(object, "");
    if (fields.wrong()) return fields.wrong();
    if (fields.find("format") == nullptr) return "format: expected the number of the format, found none";
    fields.read_whole("format", header.format);
    if (!fields.wrong() && header.format != known_format)
        return "format: expected " + std::to_string(known_format) + ", found " +
               std::to_string(header.format);
    fields.read("nmtx_version", header.nmtx_version);
    fields.read_whole("pid", header.pid);
    fields.read_whole("start_ticks", header.start_ticks);
    fields.read("boot_id", header.boot_id);
    fields.read("taken_at", header.taken_at);
    fields.read("target_uptime_s", header.target_uptime_s);
    fields.read("kernel_release", header.kernel_release);
    std::string effort;
    fields.read("effort", effort);
    header.effort = effort_named(effort);
    fields.read_whole("page_size", header.page_size);
    if (!fields.wrong() && (header.page_size < 4096 || !std::has_single_bit(header.page_size)))
        return "page_size: expected a power of two from 4096 on, found " + std::to_string(header.page_size);
    fields.read_object("cost", [&](JsonFields& costs) {
        costs.read("cpu_ms", header.cost.cpu_ms);
        costs.read("wall_ms", header.cost.wall_ms);
        costs.read("attach_ms", header.cost.attach_ms);
        if (costs.find("stood_still_ms") != nullptr)
            costs.read("stood_still_ms", header.cost.stood_still_ms.emplace());
    });
    fields.read_object("redaction", [&](JsonFields& redacted) {
        Redaction& redaction = header.redaction.emplace();
        redacted.read_whole("places", redaction.places);
        redacted.read_list("different", [&](JsonFields& entry) {
            std::string kind;
            entry.read("kind", kind);
            entry.read_whole("count", redaction.different[kind]);
        });
        redacted.read_list("left_out", [&](JsonFields& entry) {
            entry.read("document", redaction.left_out.emplace_back());
        });
    });
    return fields.wrong();
}

ordered_json redaction_json(const Redaction& redaction) {
    ordered_json out;
    out["places"] = redaction.places;
    out["different"] = ordered_json::array();
    for (const auto& [kind, count] : redaction.different)
        out["different"].push_back({{"kind", text_json(kind)}, {"count", count}});
    out["left_out"] = ordered_json::array();
    for (const std::string& document : redaction.left_out)
        out["left_out"].push_back({{"document", text_json(document)}});
    return out;
}

}  // namespace

std::string capture_json(const Capture& capture) {
    const CaptureHeader& header = capture.header;
    ordered_json out;
    out["format"] = header.format;
    out["nmtx_version"] = text_json(header.nmtx_version);
    out["pid"] = header.pid;
    out["start_ticks"] = header.start_ticks;
    if (!header.boot_id.empty()) out["boot_id"] = text_json(header.boot_id);
    out["taken_at"] = text_json(header.taken_at);
    out["target_uptime_s"] = finite(header.target_uptime_s);
    out["kernel_release"] = text_json(header.kernel_release);
    out["effort"] = header.effort ? std::string(name_of(*header.effort)) : std::string();
    out["page_size"] = header.page_size;
    out["cost"] = {{"cpu_ms", finite(header.cost.cpu_ms)},
                   {"wall_ms", finite(header.cost.wall_ms)},
                   {"attach_ms", finite(header.cost.attach_ms)}};
    if (header.cost.stood_still_ms) out["cost"]["stood_still_ms"] = finite(*header.cost.stood_still_ms);
    if (header.redaction) out["redaction"] = redaction_json(*header.redaction);
    out["steps"] = ordered_json::array();
    for (const Step& step : capture.steps())
        out["steps"].push_back({{"document", text_json(step.document)},
                                {"at_ms", finite(step.at_ms)},
                                {"took_ms", finite(step.took_ms)}});
    out["missing"] = ordered_json::array();
    for (const auto& [name, missing] : capture.missing_documents())
        out["missing"].push_back({{"document", text_json(name)},
                                  {"why", text_json(missing.why)},
                                  {"hint", text_json(missing.hint)}});
    return out.dump(2) + "\n";
}

Expected<void> read_capture_json(std::string_view text, Capture& capture, const std::string& where) {
    const auto parsed = parse_json(text, where, deepest);
    if (!parsed) return tl::make_unexpected(parsed.error());
    if (const auto wrong = read_header(*parsed, capture.header)) return failure(where, *wrong);
    JsonFields whole(*parsed, "");
    whole.read_list("steps", [&](JsonFields& fields) {
        Step step;
        fields.read("document", step.document);
        fields.read("at_ms", step.at_ms);
        fields.read("took_ms", step.took_ms);
        capture.note_step(std::move(step));
    });
    whole.read_list("missing", [&](JsonFields& fields) {
        std::string name;
        Missing missing;
        fields.read("document", name);
        fields.read("why", missing.why);
        fields.read("hint", missing.hint);
        capture.miss(name, std::move(missing));
    });
    if (whole.wrong()) return failure(where, *whole.wrong());
    return {};
}

}  // namespace nmtx
