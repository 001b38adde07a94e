#include "process/questions.h"

#include <array>

#include "process/joined_regions.h"

namespace nmtx {
namespace {

struct Question {
    std::string_view command;
    int since;    // the first feature release that may know it (backports counted)
    bool of_nmt;  // not asked where NMT must not be used
    bool (*wanted)(const ProcessView&, const Capture&, const QuestionOptions&);
};

bool nmt_off(const ProcessView& view) {
    return view.nmt_level() == NmtLevel::off && !view.nmt;
}

// By the options. Where they say nothing (JAVA_TOOL_OPTIONS, an @argfile) asking is the way to know, and a
// refusal costs nothing.
bool known_summary(const ProcessView& view) {
    return view.options && view.options->nmt_given && view.options->nmt_level == NmtLevel::summary;
}

bool nmt_from_file(const Capture& capture) {
    return capture.text(document::nmt_file).has_value();
}

bool has_addresses(const ProcessView& view) {
    return view.nmt_map || (view.system_map && view.system_map->nmt_enabled);
}

bool sites_wanted(const QuestionOptions& options) {
    return options.call_sites || options.effort == Effort::most;
}

bool may_have_detail(const ProcessView& view, const Capture& capture) {
    return !nmt_off(view) && !nmt_from_file(capture) && !known_summary(view);
}

// ZGC prints none of its tables there, and reads all of its page table for it: of 17, 16 MiB of the JVM's
// memory become resident for bounds that smaps has as well (measured, 17 to 25).
bool vm_info_has_bounds(const ProcessView& view) {
    return view.gc() != "Z" && !has_addresses(view);
}

bool asked_much(const Capture& capture) {
    return capture.text(document_of(question::nmt_detail)) ||
           capture.text(document_of(question::nmt_detail_bytes)) ||
           capture.text(document_of(question::vm_info)) || capture.text(document_of(question::system_map));
}

bool always(const ProcessView&, const Capture&, const QuestionOptions&) {
    return true;
}

// Ascending cost for the target; a later question is asked only where the earlier ones left something open.
constexpr std::array questions{
    Question{question::version, 8, false, always},
    Question{question::nmt_summary_bytes, 11, true,
             [](const ProcessView&, const Capture& c, const QuestionOptions&) { return !nmt_from_file(c); }},
    // JDK 8 refuses scale=b.
    Question{question::nmt_summary, 8, true,
             [](const ProcessView& v, const Capture& c, const QuestionOptions&) {
                 return !v.nmt && !v.nmt_refusal && !nmt_from_file(c);
             }},
    Question{question::heap_info, 8, false, always},
    Question{question::codecache, 9, false, always},
    Question{question::metaspace, 10, false, always},
    Question{question::flags, 8, false, always},
    Question{question::command_line, 8, false,
             [](const ProcessView&, const Capture&, const QuestionOptions& o) {
                 return o.effort == Effort::most;
             }},
    // System.map tags the regions of NMT=summary as well.
    Question{question::system_map, 21, true,
             [](const ProcessView& v, const Capture&, const QuestionOptions& o) {
                 return o.effort != Effort::least && !nmt_off(v);
             }},
    // Where sites are wanted their report serves for the addresses, too: the one in KB is then not asked for.
    Question{question::nmt_detail_bytes, 11, true,
             [](const ProcessView& v, const Capture& c, const QuestionOptions& o) {
                 return sites_wanted(o) && may_have_detail(v, c);
             }},
    Question{question::nmt_detail, 8, true,
             [](const ProcessView& v, const Capture& c, const QuestionOptions& o) {
                 if (o.effort == Effort::least && !o.call_sites) return false;
                 if (v.nmt_sites || !may_have_detail(v, c)) return false;
                 return sites_wanted(o) || !has_addresses(v) || !categories_joined_with_others(v).empty();
             }},
    Question{question::vm_info, 11, false,
             [](const ProcessView& v, const Capture&, const QuestionOptions& o) {
                 return o.effort == Effort::most || (o.effort == Effort::standard && vm_info_has_bounds(v));
             }},
    // Answering the ones before has cost the JVM memory of its own, symbol tables above all.
    Question{question::nmt_again, 11, true,
             [](const ProcessView& v, const Capture& c, const QuestionOptions&) {
                 return v.nmt && v.nmt->unit == Bytes(1) && !nmt_from_file(c) && asked_much(c);
             }},
};

}  // namespace

std::optional<Missing> why_not_to_attach(const ProcessView& view) {
    if (!view.options) return std::nullopt;
    if (view.options->attach_disabled) {
        return Missing{"the JVM was started with -XX:+DisableAttachMechanism",
                       "start it without -XX:+DisableAttachMechanism to let tools ask it"};
    }
    return std::nullopt;
}

std::optional<std::string> next_question(const ProcessView& view, const Capture& so_far,
                                         const QuestionOptions& options) {
    const std::optional<int> feature = view.java_feature();
    for (const Question& question : questions) {
        if ((feature && *feature < question.since) || (question.of_nmt && !options.nmt)) continue;
        if (so_far.tried(document_of(question.command))) continue;
        if (question.wanted(view, so_far, options)) return std::string(question.command);
    }
    return std::nullopt;
}

}  // namespace nmtx
