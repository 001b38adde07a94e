// A process without HotSpot: which parts of the report still apply.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr std::string_view still_works =
    "Still valid: RSS and mappings (kernel), malloc's arenas and blocks, native stacks, "
    "files, the container, and growth (nmtx record).";

// Zing is built on HotSpot and maps a libjvm.so, too. Its heap is not in RSS where its kernel module has it.
bool is_zing(const ProcessView& view) {
    const std::optional<JavaVersion>& told = view.version ? view.version : view.libjvm;
    std::string name = told ? told->vm : "";
    if (view.perf) {
        if (const auto text = view.perf->text("java.property.java.vm.name")) name += std::string(*text);
    }
    if (name.find("Zing") != std::string::npos) return true;
    return view.smaps && std::any_of(view.smaps->mappings.begin(), view.smaps->mappings.end(),
                                     [](const Mapping& m) { return m.name.starts_with("/dev/zing"); });
}

Finding finding_of(std::string title, std::string evidence) {
    Finding finding;
    finding.confidence = Confidence::high;
    finding.refutes = Refutes::claim;
    finding.title = std::move(title);
    finding.evidence = {std::move(evidence), std::string(still_works)};
    return finding;
}

Finding openj9() {
    Finding finding =
        finding_of("OpenJ9 has no Native Memory Tracking: the JVM's memory cannot be split by area",
                   "smaps: a libj9vm library is mapped.");
    finding.remedies = {{"Write a javacore file and read its section NATIVEMEMINFO", "jcmd PID Dump.java"}};
    finding.refuted_by = "VM.version names HotSpot";
    return finding;
}

Finding zing() {
    Finding finding = finding_of(
        "Zing JVM: its heap may be in its kernel module's memory, and its NMT differs from "
        "HotSpot's",
        "Known by the VM's name, or by mappings of /dev/zing.");
    finding.remedies = {{"Show Zing's own figures", "zing-ps -p PID"}};
    finding.refuted_by = "VM.version names OpenJDK";
    return finding;
}

Finding no_jvm(const ProcessView& view) {
    Finding finding = finding_of(
        fmt::format("No JVM in this process{}",
                    view.status ? fmt::format(" ({})", printable(view.status->name)) : ""),
        "smaps: neither libjvm.so nor a libj9vm library is mapped, and no heap of a native image.");
    finding.refuted_by = "a JVM is linked into the program itself";
    return finding;
}

Finding native_image(const ProcessView& view) {
    Finding finding =
        finding_of(fmt::format("GraalVM native image{}: its heap is an estimate",
                               view.status ? fmt::format(" ({})", printable(view.status->name)) : ""),
                   "smaps: the program's own file is mapped a second time, in front of a reservation.");
    finding.refuted_by = "another kind of program maps itself in front of memory that it reserved";
    return finding;
}

}  // namespace

std::vector<Finding> not_hotspot(const FindingInput& input) {
    switch (input.view.vm) {
        case Vm::openj9:
            return {openj9()};
        case Vm::native_image:
            return {native_image(input.view)};
        case Vm::none:
            return {no_jvm(input.view)};
        case Vm::hotspot:
            if (is_zing(input.view)) return {zing()};
            break;
        case Vm::unknown:
            break;
    }
    return {};
}

}  // namespace nmtx::rule
