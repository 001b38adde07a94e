// A process that runs no HotSpot: what of the report still holds.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/printable.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr std::string_view still_works =
    "What still holds: RSS and each mapping by the kernel, malloc's arenas and blocks, native stacks, files, "
    "the container, and growth over time (nmtx record).";

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
    finding.title = std::move(title);
    finding.evidence = {std::move(evidence), std::string(still_works)};
    return finding;
}

Finding openj9() {
    Finding finding = finding_of(
        "This is OpenJ9, which has no Native Memory Tracking: the JVM's own memory cannot be told by its "
        "areas",
        "smaps: a libj9vm library is mapped.");
    finding.remedies = {
        {"OpenJ9's own account: the section NATIVEMEMINFO of a javacore, a file that it writes",
         "jcmd PID Dump.java"}};
    finding.refuted_by = "VM.version that names HotSpot.";
    return finding;
}

Finding zing() {
    Finding finding = finding_of(
        "This is Zing: its heap may lie in memory of its own kernel module, and its NMT is not HotSpot's",
        "The VM's name, or mappings of /dev/zing.");
    finding.remedies = {{"Zing's own account", "zing-ps -p PID"}};
    finding.refuted_by = "VM.version that names OpenJDK.";
    return finding;
}

Finding no_jvm(const ProcessView& view) {
    Finding finding = finding_of(
        fmt::format("No JVM runs in this process{}",
                    view.status ? fmt::format(" ({})", printable(view.status->name)) : ""),
        "smaps: neither libjvm.so nor a libj9vm library is mapped, and no heap of a native image.");
    finding.refuted_by = "A JVM that is linked into the program itself.";
    return finding;
}

Finding native_image(const ProcessView& view) {
    Finding finding =
        finding_of(fmt::format("A GraalVM native image runs in this process{}: its heap is an estimate",
                               view.status ? fmt::format(" ({})", printable(view.status->name)) : ""),
                   "smaps: the program's own file is mapped a second time, in front of a reservation.");
    finding.refuted_by = "Another program that maps itself in front of memory that it has reserved.";
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
