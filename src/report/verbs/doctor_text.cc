#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/printable.h"
#include "report/style/json_values.h"
#include "report/verbs/doctor_report.h"

namespace nmtx {
namespace {

constexpr std::size_t ability_width = 9, check_width = 16;

std::string_view word_of(Ability ability) {
    return ability == Ability::ok ? "OK" : ability == Ability::limited ? "LIMITED" : "NO";
}

// What is found behind the name, folded under itself.
std::string doctor_lines(const DoctorCheck& check, const TextStyle& style) {
    const std::string head = padded(word_of(check.ability), ability_width) + padded(check.name, check_width);
    const std::size_t indent = ability_width + check_width;
    TextStyle narrow = style;
    narrow.width = std::max<std::size_t>(style.width, indent + 30) - indent;
    const std::string text = printable(check.found) + fmt::format("  (for: {})", check.needs);
    std::string out, folded = paragraph(text, narrow);
    if (!check.remedy.empty()) folded += paragraph("Try: " + printable(check.remedy), narrow, 5);
    std::string before = check.ability == Ability::ok ? head : title(head, style);
    std::string_view rest = folded;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        out += before + std::string(rest.substr(0, end)) + "\n";
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        before = std::string(indent, ' ');
    }
    return out;
}

}  // namespace

std::string doctor_text(const DoctorReport& report, std::optional<std::uint64_t> pid,
                        const TextStyle& style) {
    std::string out;
    for (const DoctorCheck& check : report.checks) out += doctor_lines(check, style);
    const auto short_of = std::count_if(
        report.checks.begin(), report.checks.end(),
        [](const DoctorCheck& check) { return check.of_report && check.ability != Ability::ok; });
    std::string conclusion;
    if (!report.report_possible)
        conclusion = pid ? fmt::format("No report of pid {} is possible.", *pid)
                         : "No report is possible for any visible JVM.";
    else if (pid)
        conclusion = short_of == 0 ? fmt::format("A full report is possible: nmtx {}", *pid)
                                   : fmt::format("A report is possible, within these limits: nmtx {}", *pid);
    else
        conclusion = "To check one process: nmtx doctor PID";
    return out + "\n" + paragraph(conclusion, style);
}

std::string json_doctor(const DoctorReport& report, std::optional<std::uint64_t> pid) {
    using json = nlohmann::ordered_json;
    json checks = json::array();
    for (const DoctorCheck& check : report.checks) {
        checks.push_back({{"check", check.name},
                          {"ability", check.ability == Ability::ok        ? "ok"
                                      : check.ability == Ability::limited ? "limited"
                                                                          : "no"},
                          {"found", printable(check.found)},
                          {"needed_for", check.needs},
                          {"remedy", text_or_null(check.remedy)}});
    }
    const json out = {{"schema", json_schema_version},
                      {"pid", pid ? json(*pid) : json(nullptr)},
                      {"report_possible", report.report_possible},
                      {"checks", checks}};
    return out.dump(2) + "\n";
}

}  // namespace nmtx
