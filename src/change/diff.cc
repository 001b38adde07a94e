#include "change/diff.h"

#include <fmt/format.h>

#include "change/diff_parts.h"

namespace nmtx {
namespace {

constexpr std::string_view how_to_get_sites =
    "nmtx capture PID -o FILE --effort=most, of a JVM with -XX:NativeMemoryTracking=detail";

class Comparison {
  public:
    Comparison(const Moment& before, const Moment& after)
        : a_(*before.view),
          b_(*after.view),
          before_(before),
          after_(after),
          alignment_(a_.java_feature(), b_.java_feature()) {}

    Expected<Diff> diff() {
        diff_.differences = differences_of_processes(a_, b_);
        diff_.same_process = diff_.differences.empty();
        diff_.seconds = seconds_between(a_, b_, diff_.same_process);
        if (diff_.seconds && *diff_.seconds < 0)
            note("The first snapshot is the later one: growth is shown as a decrease.");
        diff_.rss = {before_.ledger->rss, after_.ledger->rss};
        diff_.owners = owner_changes(*before_.ledger, *after_.ledger, alignment_);
        if (auto summed = check_sums(); !summed) return tl::make_unexpected(summed.error());
        nmt();
        sites();
        malloc();
        threads();
        classes();
        mappings();
        estimates();
        return std::move(diff_);
    }

  private:
    void note(std::string text) { diff_.notes.push_back(std::move(text)); }

    // Which of the two snapshots has no such thing.
    static std::string_view which(bool before, bool after) {
        if (before || after) return before ? "the second snapshot has no" : "the first snapshot has no";
        return "neither snapshot has an";
    }

    [[nodiscard]] Expected<void> check_sums() const {
        Bytes before, after;
        std::int64_t change = 0;
        for (const OwnerChange& owner : diff_.owners) {
            before += owner.resident.before;
            after += owner.resident.after;
            change += owner.resident.change().value;
        }
        if (before == diff_.rss.before && after == diff_.rss.after && change == diff_.rss.change().value)
            return {};
        return failure("diff",
                       fmt::format("the changes sum to {} bytes but RSS changed by {}: this is a bug in nmtx",
                                   change, diff_.rss.change().value),
                       "please report it with both files");
    }

    void nmt() {
        if (!a_.nmt || !b_.nmt) {
            note(fmt::format("NMT's categories are not compared: {} NMT report.",
                             which(a_.nmt.has_value(), b_.nmt.has_value())));
            return;
        }
        diff_.nmt = nmt_changes(*a_.nmt, *b_.nmt, alignment_);
        if (alignment_.moved())
            note(fmt::format(
                "JDK {} and {} count some memory in different NMT categories; those are joined with "
                "a +.",
                *a_.java_feature(), *b_.java_feature()));
        if (diff_.nmt->unit > Bytes(1))
            note("At least one snapshot has NMT's figures in KB, each rounded by itself.");
    }

    void sites() {
        if (!a_.nmt_sites || !b_.nmt_sites) {
            if (diff_.nmt)
                note(fmt::format("Call sites are not compared: {} NMT detail report. To get one: {}.",
                                 which(a_.nmt_sites.has_value(), b_.nmt_sites.has_value()),
                                 how_to_get_sites));
            return;
        }
        diff_.sites = site_changes(a_, b_);
        if (const Delta asking = diff_.sites->asking.change(); asking.value > 65536)
            note(fmt::format(
                "{} KiB of the growth at call sites is the JVM's own, taken to answer nmtx: symbol "
                "tables, NMT's lists, reply texts.",
                asking.value / 1024));
        if (diff_.sites->unit <= Bytes(1)) return;
        note(
            fmt::format("At least one snapshot has call sites in units of {} bytes; the JVM leaves out those "
                        "below half a unit.{}",
                        diff_.sites->unit.value(),
                        a_.java_feature().value_or(8) > 8 ? fmt::format(" In bytes: {}.", how_to_get_sites)
                                                          : " JDK 8 has no finer unit."));
    }

    void malloc() {
        if (a_.walk() == nullptr || b_.walk() == nullptr) {
            if (a_.vm != Vm::none || a_.walk() != nullptr || b_.walk() != nullptr)
                note(
                    fmt::format("malloc's blocks are not compared: {} account of its blocks. What "
                                "glibc holds is compared as a whole.",
                                which(a_.walk() != nullptr, b_.walk() != nullptr)));
            return;
        }
        diff_.malloc = malloc_changes(*a_.walk(), *b_.walk());
        if (const bool first = a_.walk()->holders.has_value(); first != b_.walk()->holders.has_value())
            note(
                fmt::format("Only the {} snapshot was taken with --owners: blocks that it attributes to what "
                            "holds them may be \"not attributed\" in the other. They need not have changed.",
                            first ? "first" : "second"));
    }

    void threads() {
        if (a_.tasks && b_.tasks)
            diff_.threads = thread_changes(before_, after_, diff_.same_process);
        else
            note(fmt::format("Threads are not compared: {} list of them.",
                             which(a_.tasks.has_value(), b_.tasks.has_value())));
    }

    void classes() {
        const auto nmt_of = [](const ProcessView& view) -> std::optional<std::uint64_t> {
            const NmtCategory* category = view.nmt ? view.nmt->find("Class") : nullptr;
            return category == nullptr ? std::nullopt : category->classes;
        };
        if (const auto before = nmt_of(a_), after = nmt_of(b_); before && after)
            diff_.classes_nmt = CountChange{*before, *after};
        if (const auto before = loaded_by_perf(a_), after = loaded_by_perf(b_); before && after)
            diff_.classes_perf = CountChange{*before, *after};
    }

    // Those of the CDS archive have counters of their own.
    static std::optional<std::uint64_t> loaded_by_perf(const ProcessView& view) {
        if (!view.perf) return std::nullopt;
        if (!view.perf->number("java.cls.loadedClasses")) return std::nullopt;
        const auto counter = [&](const char* name) {
            const std::int64_t value = view.perf->number(name).value_or(0);
            return Bytes(value > 0 ? static_cast<std::uint64_t>(value) : 0);  // sums of Bytes saturate
        };
        return minus_or_zero(counter("java.cls.loadedClasses") + counter("java.cls.sharedLoadedClasses"),
                             counter("java.cls.unloadedClasses") + counter("java.cls.sharedUnloadedClasses"))
            .value();
    }

    void mappings() {
        if (diff_.same_process)
            diff_.mappings = mapping_changes(before_, after_);
        else
            note("Mappings are not compared: addresses of two processes are unrelated.");
    }

    void estimates() {
        const bool estimated = before_.ledger->estimated != Bytes() || after_.ledger->estimated != Bytes();
        if (estimated)
            note(
                "Some owners are estimates in at least one snapshot: their change may be a change of "
                "the estimate.");
    }

    const ProcessView& a_;
    const ProcessView& b_;
    Moment before_, after_;
    CategoryAlignment alignment_;
    Diff diff_;
};

}  // namespace

Diff::Diff() = default;
Diff::Diff(const Diff&) = default;
Diff::Diff(Diff&&) noexcept = default;
Diff& Diff::operator=(const Diff&) = default;
Diff& Diff::operator=(Diff&&) noexcept = default;
Diff::~Diff() = default;

Expected<Diff> diff_moments(const Moment& before, const Moment& after) {
    return Comparison(before, after).diff();
}

}  // namespace nmtx
