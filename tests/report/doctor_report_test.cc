#include "report/verbs/doctor_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.h"

using namespace nmtx;

namespace {

constexpr std::uint64_t every_capability = ~std::uint64_t{0};

HostFacts root_on_a_host() {
    HostFacts host;
    host.self.uid = {0, 0, 0, 0};
    host.self.cap_eff = every_capability;
    host.user = "root";
    host.kernel_release = "6.8.0";
    host.proc_options = "rw,nosuid";
    host.perf_paranoid = 2;
    host.self_status = "Name:\tnmtx\nCapBnd:\t000001ffffffffff\n";
    host.tracefs = true;
    host.jvms = 2;
    return host;
}

HostFacts user_on_a_host() {
    HostFacts host = root_on_a_host();
    host.self.uid = {1000, 1000, 1000, 1000};
    host.self.cap_eff = 0;
    host.user = "app";
    return host;
}

DoctorCheck check_of(const DoctorReport& report, std::string_view name) {
    const auto check = std::find_if(report.checks.begin(), report.checks.end(),
                                    [&](const DoctorCheck& one) { return one.name == name; });
    REQUIRE(check != report.checks.end());
    return *check;
}

struct MadeTarget {
    ProcessView view;
    JvmSummary summary;
    TargetFacts facts;

    MadeTarget() {
        view.vm = Vm::hotspot;
        view.perf.emplace();
        summary.nmt = NmtLevel::summary;
        facts.pid = 4711;
        facts.user = "app";
        facts.view = &view;
        facts.summary = &summary;
        facts.allocator = "glibc";
        facts.glibc = "2.36";
    }
};

}  // namespace

TEST_CASE("doctor: root on a host with all that nmtx uses is told nothing but OK") {
    MadeTarget made;
    const DoctorReport report = examine(root_on_a_host(), made.facts);
    CHECK(report.report_possible);
    for (const DoctorCheck& check : report.checks) {
        CAPTURE(check.name, check.found);
        CHECK(check.ability == Ability::ok);
        CHECK(check.remedy.empty());
        CHECK_FALSE(check.needs.empty());
    }
    CHECK(doctor_text(report, 4711, {}).find("A full report is possible: nmtx 4711\n") != std::string::npos);
}

TEST_CASE(
    "doctor: a user without capabilities is limited to his own, and what Yama keeps from him is named") {
    HostFacts host = user_on_a_host();
    host.yama = 1;
    host.proc_options = "rw,hidepid=invisible,gid=4";
    const DoctorReport report = examine(host, std::nullopt);
    CHECK(check_of(report, "user").ability == Ability::limited);
    CHECK(check_of(report, "ptrace scope").ability == Ability::no);
    CHECK(check_of(report, "ptrace scope").remedy == "run nmtx with sudo");
    CHECK(check_of(report, "/proc").found == "mounted with hidepid=invisible");
    CHECK(check_of(report, "/proc").ability == Ability::limited);
    CHECK(check_of(report, "uprobes").ability == Ability::no);
    HostFacts root = root_on_a_host();
    root.yama = 1;
    CHECK(check_of(examine(root, std::nullopt), "ptrace scope").ability == Ability::ok);
    root.yama = 3;
    CHECK(check_of(examine(root, std::nullopt), "ptrace scope").ability == Ability::no);
}

TEST_CASE("doctor: root without CAP_SYS_PTRACE in a container is told to add it") {
    HostFacts host = root_on_a_host();
    host.self.cap_eff = every_capability & ~(std::uint64_t{1} << 19U);
    host.own_pid_namespace = true;
    host.self_status = "Name:\tnmtx\nSeccomp:\t2\nSeccomp_filters:\t1\n";
    const DoctorReport report = examine(host, std::nullopt);
    CHECK(check_of(report, "user").remedy == "start this container with --cap-add SYS_PTRACE");
    CHECK(check_of(report, "namespaces").found.find("seccomp filter") != std::string::npos);
}

TEST_CASE("doctor: whether a report is possible, of a process or of any JVM, decides the conclusion") {
    HostFacts host = user_on_a_host();
    host.jvms_unreadable = 1;
    CHECK(examine(host, std::nullopt).report_possible);
    host.jvms_unreadable = 2;
    const DoctorReport none = examine(host, std::nullopt);
    CHECK_FALSE(none.report_possible);
    CHECK(check_of(none, "JVMs").ability == Ability::no);
    MadeTarget made;
    made.facts.view = nullptr;
    made.facts.unreadable = Error{"/proc/4711/smaps", "permission denied", "run as the JVM's user or root"};
    const DoctorReport report = examine(host, made.facts);
    CHECK_FALSE(report.report_possible);
    CHECK(check_of(report, "smaps").ability == Ability::no);
    const std::string text = doctor_text(report, 4711, {});
    CHECK(text.find("NO       smaps           /proc/4711/smaps: permission denied (for: every report)\n"
                    "                         Try: run as the JVM's user or root\n") != std::string::npos);
    CHECK(text.find("No report of pid 4711 is possible.") != std::string::npos);
}

TEST_CASE("doctor: what limits the report of one process") {
    MadeTarget made;
    const auto of = [&](std::string_view name) {
        return check_of(examine(root_on_a_host(), made.facts), name);
    };
    made.summary.nmt = NmtLevel::off;
    CHECK(of("NMT").remedy == "restart the JVM with -XX:NativeMemoryTracking=summary");
    made.summary.nmt = NmtLevel::unknown;
    CHECK(of("NMT").ability == Ability::limited);
    made.facts.glibc = "2.99";
    CHECK(of("allocator").ability == Ability::limited);
    made.facts.glibc.reset();
    CHECK(of("allocator").found.find("unknown release") != std::string::npos);
    made.facts.allocator = "jemalloc";
    CHECK(of("allocator").found.find("only glibc's malloc is walked") != std::string::npos);
    made.facts.memory = failure("process_vm_readv", "operation not permitted", "run as root");
    CHECK(of("memory").found == "process_vm_readv: operation not permitted");
    made.facts.attach = failure("", "a JVM answers its own user and root only", "run as root");
    CHECK(of("attach").ability == Ability::no);
    made.view.options.emplace().attach_disabled = true;
    CHECK(of("attach").found == "the JVM was started with -XX:+DisableAttachMechanism");
    made.view.perf.reset();
    made.view.missing.push_back(
        {std::string(document::hsperfdata), "no hsperfdata file of this process", ""});
    CHECK(of("hsperfdata").found == "no hsperfdata file of this process");
    made.view.vm = Vm::openj9;
    CHECK(of("JVM").ability == Ability::limited);
}

TEST_CASE("doctor: the JSON has every check, and no control character") {
    HostFacts host = user_on_a_host();
    host.user = "a\x1b[31m";
    const auto json = nlohmann::json::parse(json_doctor(examine(host, std::nullopt), std::nullopt));
    CHECK(json["pid"].is_null());
    CHECK(json["report_possible"] == true);
    CHECK(json["checks"][0]["check"] == "user");
    CHECK(json["checks"][0]["ability"] == "limited");
    CHECK(json["checks"].dump().find("\\u001b") == std::string::npos);
    CHECK(json["checks"].size() == examine(host, std::nullopt).checks.size());
}

TEST_CASE("doctor: a user's own process gets a full report, whatever else he may not see") {
    MadeTarget made;
    const std::string text = doctor_text(examine(user_on_a_host(), made.facts), 4711, {});
    CHECK(text.find("A full report is possible: nmtx 4711\n") != std::string::npos);
    made.summary.nmt = NmtLevel::off;
    const std::string limited = doctor_text(examine(user_on_a_host(), made.facts), 4711, {});
    CHECK(limited.find("A report is possible, within these limits: nmtx 4711\n") != std::string::npos);
}
