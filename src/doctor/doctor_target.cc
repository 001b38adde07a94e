#include "doctor/doctor_target.h"

#include <fmt/format.h>

#include "allocator/glibc_layout.h"
#include "hotspot/identity.h"

namespace nmtx {
namespace {

std::string why(const Error& error) {
    return error.where.empty() ? error.what : error.where + ": " + error.what;
}

DoctorCheck smaps_check(const TargetFacts& target) {
    DoctorCheck check{"smaps", Ability::ok, {}, "every report", {}};
    if (target.unreadable) {
        check.ability = Ability::no;
        check.found = why(*target.unreadable);
        check.remedy = target.unreadable->hint;
        return check;
    }
    check.found = fmt::format("the mappings of pid {} (user {}) can be read", target.pid, target.user);
    return check;
}

DoctorCheck vm_check(const ProcessView& view) {
    DoctorCheck check{"JVM", Ability::ok, {}, "splitting the JVM's own memory", {}};
    if (view.vm != Vm::hotspot) {
        check.ability = Ability::limited;
        check.found = view.vm == Vm::openj9 ? "OpenJ9: it has no NMT, the report is the kernel's side only"
                                            : "no HotSpot JVM: the report is the kernel's side only";
        return check;
    }
    const std::string version = view.java_version(), gc = collector_name(view.gc());
    check.found =
        fmt::format("HotSpot{}{}", version.empty() ? "" : " " + version, gc.empty() ? "" : " " + gc);
    return check;
}

DoctorCheck memory_check(const TargetFacts& target) {
    DoctorCheck check{"memory", Ability::ok, "a word of it was read", "walking malloc's memory", {}};
    if (target.memory) return check;
    check.ability = Ability::no;
    check.found = why(target.memory.error());
    check.remedy = target.memory.error().hint;
    return check;
}

DoctorCheck counters_check(const ProcessView& view) {
    DoctorCheck check{"hsperfdata",
                      Ability::ok,
                      "its counters can be read",
                      "options, GC and heap without asking the JVM",
                      {}};
    if (view.perf) return check;
    check.ability = Ability::limited;
    check.found = "it has no counters that can be read";
    for (const MissingDocument& missing : view.missing) {
        if (missing.what != document::hsperfdata) continue;
        check.found = missing.why;
        check.remedy = missing.hint;
    }
    return check;
}

DoctorCheck attach_check(const TargetFacts& target, const ProcessView& view) {
    DoctorCheck check{"attach", Ability::ok, {}, "NMT's figures, heap, metaspace, code cache", {}};
    if (view.options && view.options->attach_disabled) {
        check.ability = Ability::no;
        check.found = "the JVM was started with -XX:+DisableAttachMechanism";
        check.remedy = "restart it without -XX:+DisableAttachMechanism";
        return check;
    }
    if (!target.attach) {
        check.ability = Ability::no;
        check.found = why(target.attach.error());
        check.remedy = target.attach.error().hint;
        return check;
    }
    check.found = target.listens ? "its attach socket is open; nothing was asked"
                                 : "nothing prevents it; a report would make a file "
                                   "in its /tmp and send SIGQUIT, as jcmd does";
    return check;
}

DoctorCheck nmt_check(const TargetFacts& target, const ProcessView& view) {
    DoctorCheck check{"NMT", Ability::ok, {}, "separating the JVM's malloc from JNI's", {}};
    const NmtLevel level = target.summary != nullptr ? target.summary->nmt : NmtLevel::unknown;
    constexpr int has_system_map = 21;
    switch (level) {
        case NmtLevel::detail:
            check.found = "detail";
            return check;
        case NmtLevel::summary:
            check.found =
                view.java_feature().value_or(has_system_map) < has_system_map
                    ? "summary: on this JDK the JVM's areas are partly estimated, detail has them exactly"
                    : "summary";
            return check;
        case NmtLevel::off:
            check.ability = Ability::limited;
            check.found = "off";
            check.remedy = "restart the JVM with -XX:NativeMemoryTracking=summary";
            return check;
        case NmtLevel::unknown:
            break;
    }
    check.ability = Ability::limited;
    check.found = "its level is not known without asking the JVM";
    check.remedy = fmt::format("nmtx nmt {} summary", view.header.pid);
    return check;
}

DoctorCheck malloc_check(const TargetFacts& target) {
    DoctorCheck check{"allocator", Ability::ok, {}, "what holds malloc's memory", {}};
    if (target.allocator.empty()) {
        check.ability = Ability::no;
        check.found = "no C library that nmtx knows is mapped: malloc's memory is not split";
        return check;
    }
    if (target.allocator != "glibc") {
        check.ability = Ability::limited;
        check.found =
            fmt::format("{} by the files that are mapped: only glibc's malloc is walked", target.allocator);
        return check;
    }
    if (!target.glibc) {
        check.ability = Ability::limited;
        check.found = "glibc of unknown release: its layout is found by trial";
        return check;
    }
    const GlibcLayout* const layout = glibc_layout_of(*target.glibc);
    check.found = fmt::format("glibc {}", *target.glibc);
    if (layout != nullptr) {
        check.found += fmt::format(", whose layout is known ({})", layout->name);
        return check;
    }
    check.ability = Ability::limited;
    check.found += ", whose layout is not in nmtx's table: it is found by trial";
    return check;
}

}  // namespace

void add_target_checks(const TargetFacts& target, DoctorReport& report) {
    report.checks.push_back(smaps_check(target));
    report.report_possible = !target.unreadable;
    if (target.unreadable || target.view == nullptr) return;
    const ProcessView& view = *target.view;
    report.checks.push_back(vm_check(view));
    report.checks.push_back(memory_check(target));
    report.checks.push_back(malloc_check(target));
    if (view.vm != Vm::hotspot) return;
    report.checks.push_back(counters_check(view));
    report.checks.push_back(attach_check(target, view));
    report.checks.push_back(nmt_check(target, view));
}

}  // namespace nmtx
