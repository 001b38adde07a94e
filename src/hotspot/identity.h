// Which JVM it is and how it was started: VM.version, VM.command_line, VM.flags, and the options in
// hsperfdata or /proc/PID/cmdline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "hotspot/nmt_level.h"

namespace nmtx {

struct HsPerfData;

struct JavaVersion {
    int feature = 0;      // 8, 11, 17, …
    std::string version;  // "17.0.21.0.3+1-1-Debian", "25.504-b01" the VM's own version
    std::string jdk;      // "17.0.21", "8.0_504" (second line of VM.version); may be empty
    std::string vm;       // "OpenJDK 64-Bit Server VM"
};
// Reply of VM.version: "OpenJDK 64-Bit Server VM version 17.0.21…\nJDK 17.0.21".
Expected<JavaVersion> parse_vm_version(std::string_view text, std::string_view document = "VM.version");
// The version string in libjvm.so, up to its build time: the last resort where the JVM was not asked and has
// no hsperfdata. "OpenJDK 64-Bit Server VM (17.0.15+6-Debian-1) for linux-amd64 JRE (17.0.15+6-Debian-1)".
// Source: HotSpot Abstract_VM_Version::internal_vm_info_string, one literal.
Expected<JavaVersion> parse_vm_banner(std::string_view text, std::string_view document = "libjvm");
// "1.8.0_504" -> 8, "17.0.15" -> 17, "28-ea" -> 28; nothing for any other text.
std::optional<int> java_feature(std::string_view version);

// The options that matter before the JVM is asked. Later options win, as in HotSpot.
struct JvmOptions {
    NmtLevel nmt_level = NmtLevel::off;  // as requested on the command line
    bool nmt_given = false;
    bool attach_disabled = false;  // -XX:+DisableAttachMechanism
    bool signals_reduced = false;  // -Xrs, -XX:+ReduceSignalUsage
    bool attach_at_start = false;  // -XX:+StartAttachListener
    // "G1", "Z", "Shenandoah", "Parallel", "Serial", "Epsilon", "CMS" from -XX:+Use…GC
    std::optional<std::string> gc;
    bool pretouch = false;  // -XX:+AlwaysPreTouch
};
// `options`: one option each.
JvmOptions read_jvm_options(const std::vector<std::string_view>& options);
// Splits a line of options joined by blanks (java.rt.vmArgs, "jvm_args:"), where the JVM has dropped the
// quoting: a piece that does not begin with '-' belongs to the option before it.
std::vector<std::string_view> split_joined_options(std::string_view line);
// The options in hsperfdata: first those of a flags file (java.rt.vmFlags, "+NAME" each), then those of the
// command line, of variables and of argument files (java.rt.vmArgs). Nothing where the JVM has not written
// the latter yet.
std::optional<JvmOptions> options_of_hsperfdata(const HsPerfData& perf);
// /proc/PID/cmdline (NUL-separated): the options from argv[1] on, and the main class, jar or module after
// them (empty where it is truncated).
struct JavaCommandLine {
    std::vector<std::string_view> options;
    std::string_view main;
};
JavaCommandLine read_java_cmdline(std::string_view cmdline);
// The same for words that are already split, argv[0] first.
JavaCommandLine read_java_arguments(const std::vector<std::string_view>& arguments);

// "G1" for the flag "UseG1GC"; nothing for other flags.
std::optional<std::string_view> gc_of_flag(std::string_view name);
// A collector as people call it: "ZGC" for "Z", which is what HotSpot's sources, JSON and records have; the
// others' names are the same.
std::string collector_name(std::string_view gc);
// "G1" from hsperfdata's sun.gc.policy.name; nothing where unknown.
std::optional<std::string> gc_of_policy_name(std::string_view policy);
// From the policy name, else from the names of collectors and generations (Z, Shenandoah, Epsilon set no
// policy name); nothing where unknown.
std::optional<std::string> gc_of_hsperfdata(const HsPerfData& perf);

}  // namespace nmtx
