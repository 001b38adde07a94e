#include <algorithm>
#include <nlohmann/json.hpp>

#include "findings/knowledge/known_bugs.h"
#include "ledger/owner.h"
#include "report/style/json_values.h"
#include "report/verbs/glossary_report.h"

namespace nmtx {
namespace {

using json = nlohmann::ordered_json;

json entry_of(const GlossaryEntry& entry, std::optional<int> jdk) {
    const bool category = entry.kind == GlossaryKind::category;
    json out{{"name", entry.name},
             {"kind", category ? "category" : "owner"},
             {"owner", category ? path_of_category(entry.name) : std::string(entry.name)},
             {"jdks", json::array()},
             {"what", entry.what},
             {"grows", entry.grows},
             {"bound", entry.bound},
             {"look", entry.look},
             {"notes", json::array()},
             {"bugs", json::array()}};
    for (const int known : known_jdks) {
        if (is_in_jdk(entry, known)) out["jdks"].push_back(known);
    }
    for (const GlossaryNote& note : entry.notes) {
        if (note.text.empty() || (jdk && !note.of(*jdk))) continue;
        out["notes"].push_back({{"first_jdk", note.first}, {"last_jdk", note.last}, {"text", note.text}});
    }
    for (const KnownBug* bug : bugs_of(entry.name)) {
        if (!jdk || affects(*bug, *jdk)) out["bugs"].push_back(bug->id);
    }
    return out;
}

json bug_of(const KnownBug& bug) {
    json out{{"id", bug.id},
             {"title", bug.title},
             {"leak", !bug.not_a_leak},
             {"grows", json::array()},
             {"affected", json::array()},
             {"fixed_in", fixed_text(bug)},
             {"shows", bug.shows},
             {"remedy", bug.remedy.empty() ? json(nullptr) : json(bug.remedy)}};
    for (const std::string_view name : bug.grows) {
        if (!name.empty()) out["grows"].push_back(name);
    }
    for (const AffectedRelease& release : bug.affected) {
        out["affected"].push_back(
            {{"jdk", release.feature},
             {"first_update", release.since},
             {"fixed_update", release.fixed > 0 ? json(release.fixed) : json(nullptr)}});
    }
    return out;
}

}  // namespace

std::string json_glossary(std::span<const GlossaryEntry* const> entries, std::optional<int> jdk) {
    json out;
    out["schema"] = json_schema_version;
    out["jdk"] = jdk ? json(*jdk) : json(nullptr);
    out["entries"] = json::array();
    out["bugs"] = json::array();
    for (const GlossaryEntry* entry : entries) out["entries"].push_back(entry_of(*entry, jdk));
    for (const KnownBug& bug : known_bugs()) {
        const bool named = std::any_of(entries.begin(), entries.end(), [&](const GlossaryEntry* entry) {
            return std::find(bug.grows.begin(), bug.grows.end(), entry->name) != bug.grows.end();
        });
        if (named && (!jdk || affects(bug, *jdk))) out["bugs"].push_back(bug_of(bug));
    }
    return out.dump(2) + "\n";
}

}  // namespace nmtx
