// Missing evidence that makes other answers less certain.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "findings/figures/no_walk.h"
#include "findings/rules/rule_list.h"
#include "findings/wording.h"

namespace nmtx::rule {
namespace {

constexpr Bytes missing_evidence_least = mib(4);

bool matters(Bytes bytes, const Ledger& ledger) {
    return bytes >= missing_evidence_least && bytes.value() >= ledger.rss.value() / 100;
}

class Gathering {
  public:
    explicit Gathering(const FindingInput& input) : view_(input.view), ledger_(input.ledger) {}

    std::vector<Finding> gather() {
        documents();
        not_told_apart();
        walk();
        if (finding_.evidence.empty()) return {};
        finding_.confidence = Confidence::high;
        finding_.title = fmt::format("Incomplete: {}. Results are less certain", names_);
        finding_.refuted_by = "a complete run gives the same figures";
        return {std::move(finding_)};
    }

  private:
    void add(const std::string& name, std::string sentence) {
        if (names_.find(name) == std::string::npos) names_ += (names_.empty() ? "" : ", ") + name;
        finding_.evidence.push_back(std::move(sentence));
    }

    void remedy(const std::string& what, const std::string& command = "") {
        const bool known =
            std::any_of(finding_.remedies.begin(), finding_.remedies.end(),
                        [&](const Remedy& r) { return r.what == what && r.command == command; });
        if (!known) finding_.remedies.push_back({what, command});
    }

    // One that was only ever of use for a JVM is not missed in another process.
    void documents() {
        for (const MissingDocument& missing : view_.missing) {
            const bool attach = missing.what == document::attach && view_.vm == Vm::hotspot;
            if (!attach && missing.what != document::residency && missing.what != document::tasks &&
                missing.what != document::malloc_walk)
                continue;
            add(attach                                ? "no data from the JVM"
                : missing.what == document::residency ? "residency of pages unknown"
                : missing.what == document::tasks     ? "threads unknown"
                                                      : "malloc not analysed",
                fmt::format("{}: {}.", printable(missing.what), printable(missing.why)));
            if (!missing.hint.empty()) remedy(printable(missing.hint));
        }
    }

    void not_told_apart() {
        if (!matters(ledger_.estimated, ledger_)) return;
        add("some pages split by estimate",
            fmt::format("{} is in mappings with several owners whose pages could not be separated: split by "
                        "address space.",
                        human(ledger_.estimated)));
    }

    void walk() {
        if (view_.malloc_walk && !view_.malloc_walk->walked() && view_.malloc_walk->allocator == "glibc") {
            const NoWalk no_walk = why_no_walk(view_).value();
            add("malloc not analysed", fmt::format("malloc was not analysed: {}.", no_walk.why));
            if (!no_walk.remedy.what.empty()) remedy(no_walk.remedy.what, no_walk.remedy.command);
            return;
        }
        const auto& parts = ledger_.malloc.parts;
        if (!parts || !matters(parts->not_walked, ledger_)) return;
        add("malloc partly analysed", fmt::format("The walk found no chunks in {} of malloc's {}.",
                                                  human(parts->not_walked), human(parts->whole)));
        remedy("Analyse malloc with the process briefly frozen", "nmtx malloc PID --freeze");
    }

    const ProcessView& view_;
    const Ledger& ledger_;
    Finding finding_;
    std::string names_;
};

}  // namespace

std::vector<Finding> missing_evidence(const FindingInput& input) {
    return Gathering(input).gather();
}

}  // namespace nmtx::rule
