#include "findings/knowledge/known_bugs.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

// Updates of 11 and later come in January (17.0.10), April (.11), July (.12) and October (.9, .13); a
// backport's date tells the update by that, where no list of a release's changes was at hand.

// openjdk/jdk pull requests 14105 (8303215, in 21) and 14919 (8312182, in 22); openjdk/jdk21u 60 and 97 (of
// August 2023: the first update of 21); openjdk/jdk17u-dev 1492 and 1697 (June and August 2023); jdk11u-dev
// commit 71659d7 of July 2026 (11.0.31 still had it: jdk11u-dev 3210). No backport to 8u was found; that
// stacks are marked as not for huge pages (VmFlags nh) says nothing: kernels do so by themselves from 6.7 on.
constexpr std::array thp_stacks{AffectedRelease{8},  AffectedRelease{11, 0, 33}, AffectedRelease{12},
                                AffectedRelease{13}, AffectedRelease{14},        AffectedRelease{15},
                                AffectedRelease{16}, AffectedRelease{17, 0, 9},  AffectedRelease{18},
                                AffectedRelease{19}, AffectedRelease{20},        AffectedRelease{21, 0, 1}};

// openjdk/jdk pull request 21163; caused by 8309203 (openjdk/jdk 16309, in 22; in 21u on 4 January 2024): the
// reporter bisected it in adoptium/adoptium-support 1190. SUSE-SU-2025:1429-1 lists it among the changes
// of 21.0.7.
constexpr std::array type_interfaces{AffectedRelease{21, 3, 7}, AffectedRelease{22}, AffectedRelease{23}};

// openjdk/jdk pull request 18953 of April 2024. Strings are concatenated by invokedynamic since 9.
constexpr std::array string_concat{
    AffectedRelease{9},  AffectedRelease{10}, AffectedRelease{11}, AffectedRelease{12}, AffectedRelease{13},
    AffectedRelease{14}, AffectedRelease{15}, AffectedRelease{16}, AffectedRelease{17}, AffectedRelease{18},
    AffectedRelease{19}, AffectedRelease{20}, AffectedRelease{21}, AffectedRelease{22}};

// openjdk/jdk19 pull request 163 (the back-out, 8292260, with the releases in which regressions were seen);
// palantir/sls-packaging 1381 (11.0.16 runs out of memory in C2, 11.0.16.1 does not).
constexpr std::array split_if{AffectedRelease{11, 16, 17}};

// openjdk/jdk pull requests 20434 (8335121, backed out by 20490) and 20501 (8337994) of August 2024;
// SUSE-SU-2025:1429-1 lists it among the changes of 21.0.7. openjdk/jdk21u-dev 1095 and 1226: in and out
// again before. That it is an old optimisation is the first one's word; how old was not found, 21 has it.
constexpr std::array jfr_threads{AffectedRelease{21, 0, 7}, AffectedRelease{22}, AffectedRelease{23}};

// openjdk/jdk pull request 15137, openjdk/jdk21u 73 and openjdk/jdk17u-dev 1674, all of August 2023. The
// concurrent table came with 8195100 in 12 and is not in 11u (adoptium/jdk11u-fast-startup-incubator 15 and
// 20).
constexpr std::array symbol_leak{AffectedRelease{12},      AffectedRelease{13}, AffectedRelease{14},
                                 AffectedRelease{15},      AffectedRelease{16}, AffectedRelease{17, 0, 9},
                                 AffectedRelease{18},      AffectedRelease{19}, AffectedRelease{20},
                                 AffectedRelease{21, 0, 1}};

// openjdk/jdk pull request 32492 of August 2026 ("all versions since 25"); Corretto's change log has it in
// its 27.0.0.35.1. Mutex is a CHeapObj<mtSynchronizer> (runtime/mutex.hpp), which NMT prints as
// Synchronization.
constexpr std::array method_data_lock{AffectedRelease{25}, AffectedRelease{26}, AffectedRelease{27}};

// openjdk/jdk pull request 9966 of August 2022; caused by 8286115 (openjdk/jdk 8531 of May 2022, in 19).
constexpr std::array remembered_sets{AffectedRelease{19}};

// openjdk/jdk11u-dev pull request 840, openjdk/jdk8u-dev 127; Kubernetes' page on cgroup v2 names 11.0.16 and
// 15, and 8u372.
constexpr std::array cgroup_v2{AffectedRelease{8, 0, 372}, AffectedRelease{9},  AffectedRelease{10},
                               AffectedRelease{11, 0, 16}, AffectedRelease{12}, AffectedRelease{13},
                               AffectedRelease{14}};

// JEP 333 (11), JEP 439 (21: generations, and with them no memory that is mapped several times), JEP 490 (24:
// the other mode is gone). The captures of 17 and 21 in fixtures/captures show it, those of 25 do not.
constexpr std::array zgc_views{
    AffectedRelease{11}, AffectedRelease{12}, AffectedRelease{13}, AffectedRelease{14}, AffectedRelease{15},
    AffectedRelease{16}, AffectedRelease{17}, AffectedRelease{18}, AffectedRelease{19}, AffectedRelease{20},
    AffectedRelease{21}, AffectedRelease{22}, AffectedRelease{23}};

constexpr std::array bugs{
    KnownBug{"JDK-8312182",
             "Transparent huge pages fill thread stacks (with JDK-8303215)",
             {"Thread Stack", "Thread"},
             thp_stacks,
             22,
             "most of each stack is resident though threads are idle; "
             "/sys/kernel/mm/transparent_hugepage/enabled is [always]; many threads, especially "
             "with stacks of 2 MiB.",
             "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled, or an -Xss that is not "
             "a multiple of 2 MiB"},
    KnownBug{"JDK-8340824",
             "C2: memory for TypeInterfaces is not reclaimed",
             {"Compiler"},
             type_interfaces,
             24,
             "Compiler grows by GiB while one method is compiled, and the process is killed.",
             "-XX:CompileCommand=exclude for the method that Compiler.memory or a thread dump "
             "shows"},
    KnownBug{"JDK-8327247",
             "C2 takes up to 2 GB for string concatenations with many parts",
             {"Compiler"},
             string_concat,
             23,
             "Compiler peaks while code that concatenates dozens of parts is compiled.",
             "compile with javac -XDstringConcat=inline, or use fewer parts in one expression"},
    KnownBug{"JDK-8292260",
             "C2 runs out of memory after JDK-8279219, which it backs out",
             {"Compiler"},
             split_if,
             0,
             "Compiler grows until the process is killed; the previous update does not.",
             "11.0.16.1"},
    KnownBug{"JDK-8337994",
             "JFR keeps metadata of threads as long as no event is recorded (JDK-8335121)",
             {"Tracing"},
             jfr_threads,
             24,
             "Tracing grows with every thread started while a recording runs that records nothing.",
             "stop the recording"},
    KnownBug{"JDK-8313678",
             "The symbol table leaks symbols while it is cleaned",
             {"Symbol"},
             symbol_leak,
             22,
             "Symbol grows with classes that come and go, and never shrinks.",
             ""},
    KnownBug{"JDK-8390874",
             "The locks of method profiles are not freed with their classes",
             {"Synchronization"},
             method_data_lock,
             28,
             "Synchronization grows slowly with classes that are unloaded.",
             ""},
    KnownBug{"JDK-8292654",
             "G1's remembered sets need more memory after JDK-8286115",
             {"GCCardSet", "GC"},
             remembered_sets,
             20,
             "GCCardSet is larger than with the release before, and stays so.",
             ""},
    KnownBug{"JDK-8230305",
             "The container limit is not detected under cgroup v2",
             {"Java Heap"},
             cgroup_v2,
             15,
             "-XX:MaxRAMPercentage, and the default heap, are shares of the host's memory.",
             "set the -Xmx that nmtx fit PID proposes"},
    KnownBug{"JEP 439",
             "RSS counts ZGC's heap three times",
             {owner_path::java_heap_again, "Java Heap"},
             zgc_views,
             24,
             "RSS is up to three times the heap; Pss and the cgroup's memory usage are right.",
             "read rss_true_bytes or Pss; with JDK 21 and later use -XX:+ZGenerational",
             true},
};

std::string version(int feature, int update) {
    return feature == 8 ? fmt::format("8u{}", update) : fmt::format("{}.0.{}", feature, update);
}

std::string one_release(const AffectedRelease& release) {
    if (release.since == 0 && release.fixed == 0) return std::to_string(release.feature);
    if (release.since == 0)
        return fmt::format("{} before {}", release.feature, version(release.feature, release.fixed));
    if (release.fixed == 0) return fmt::format("{} and later", version(release.feature, release.since));
    if (release.fixed == release.since + 1) return version(release.feature, release.since);
    return fmt::format("{} to {}", version(release.feature, release.since),
                       version(release.feature, release.fixed - 1));
}

bool is_whole(const AffectedRelease& release) {
    return release.since == 0 && release.fixed == 0;
}

}  // namespace

std::span<const KnownBug> known_bugs() {
    return bugs;
}

bool affects(const KnownBug& bug, int feature, int update) {
    return std::any_of(bug.affected.begin(), bug.affected.end(), [&](const AffectedRelease& release) {
        return release.feature == feature && update >= release.since &&
               (release.fixed == 0 || update < release.fixed);
    });
}

bool affects(const KnownBug& bug, int feature) {
    return std::any_of(bug.affected.begin(), bug.affected.end(),
                       [&](const AffectedRelease& release) { return release.feature == feature; });
}

std::string affected_text(const KnownBug& bug) {
    std::string text;
    for (std::size_t i = 0; i < bug.affected.size(); ++i) {
        std::size_t last = i;  // of a run of whole releases
        while (is_whole(bug.affected[i]) && last + 1 < bug.affected.size() &&
               is_whole(bug.affected[last + 1]))
            ++last;
        text += text.empty() ? "" : ", ";
        text += one_release(bug.affected[i]);
        if (last > i) text += fmt::format(" to {}", bug.affected[last].feature);
        i = last;
    }
    return text;
}

std::string fixed_text(const KnownBug& bug) {
    std::string text = bug.fixed_in > 0 ? std::to_string(bug.fixed_in) : std::string();
    for (const AffectedRelease& release : bug.affected) {
        if (release.fixed == 0) continue;
        text += (text.empty() ? "" : ", ") + version(release.feature, release.fixed);
    }
    return text;
}

std::vector<const KnownBug*> bugs_of(std::string_view entry_name) {
    std::vector<const KnownBug*> found;
    for (const KnownBug& bug : bugs) {
        if (std::find(bug.grows.begin(), bug.grows.end(), entry_name) != bug.grows.end())
            found.push_back(&bug);
    }
    return found;
}

}  // namespace nmtx
