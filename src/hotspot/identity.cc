#include "hotspot/identity.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/cursor.h"
#include "base/lines.h"
#include "hotspot/hsperfdata.h"
#include "hotspot/vm_text.h"

namespace nmtx {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> collector_flags{{
    {"UseG1GC", "G1"},
    {"UseZGC", "Z"},
    {"UseShenandoahGC", "Shenandoah"},
    {"UseParallelGC", "Parallel"},
    {"UseParallelOldGC", "Parallel"},
    {"UseSerialGC", "Serial"},
    {"UseEpsilonGC", "Epsilon"},
    {"UseConcMarkSweepGC", "CMS"},
}};

// "+UseG1GC" or "-UseG1GC": the collector and whether it is on.
std::optional<std::pair<std::string_view, bool>> collector_flag(std::string_view flag) {
    if (flag.empty() || (flag.front() != '+' && flag.front() != '-')) return std::nullopt;
    const bool on = flag.front() == '+';
    const auto gc = gc_of_flag(flag.substr(1));
    return gc ? std::optional(std::pair(*gc, on)) : std::nullopt;
}

void read_xx_flag(JvmOptions& options, std::string_view flag) {
    constexpr std::string_view nmt = "NativeMemoryTracking=";
    if (flag.starts_with(nmt)) {
        if (const auto level = nmt_level_named(flag.substr(nmt.size()))) {
            options.nmt_level = *level;
            options.nmt_given = true;
        }
        return;
    }
    if (const auto collector = collector_flag(flag)) {
        if (collector->second) {
            options.gc = std::string(collector->first);
        } else if (options.gc == collector->first) {
            options.gc.reset();
        }
        return;
    }
    if (flag.empty()) return;
    const bool on = flag.front() == '+';
    if (!on && flag.front() != '-') return;
    const std::string_view name = flag.substr(1);
    if (name == "DisableAttachMechanism") options.attach_disabled = on;
    if (name == "ReduceSignalUsage") options.signals_reduced = on;
    if (name == "StartAttachListener") options.attach_at_start = on;
    if (name == "AlwaysPreTouch") options.pretouch = on;
}

// Options of the launcher whose value is the next word; with "=" they are one word.
bool takes_next_word(std::string_view option) {
    constexpr std::array<std::string_view, 16> names{"-cp",
                                                     "-classpath",
                                                     "--class-path",
                                                     "-p",
                                                     "--module-path",
                                                     "-m",
                                                     "--upgrade-module-path",
                                                     "--add-modules",
                                                     "--add-reads",
                                                     "--add-exports",
                                                     "--add-opens",
                                                     "--patch-module",
                                                     "--source",
                                                     "--limit-modules",
                                                     "--enable-native-access",
                                                     "--describe-module"};
    return std::find(names.begin(), names.end(), option) != names.end();
}

// HotSpot of JDK 8 and before had a version of its own: "25.504-b01" is of JDK 8, "24.80-b11" of 7. Later
// ones always have a "+", or "-ea".
std::optional<int> feature_of_vm_version(std::string_view version) {
    const std::size_t build = version.find("-b");
    const bool express = build != std::string_view::npos && version.find('+') == std::string_view::npos &&
                         build + 2 < version.size() && version[build + 2] >= '0' && version[build + 2] <= '9';
    if (!express) return java_feature(version);
    if (version.starts_with("25.")) return 8;
    if (version.starts_with("24.")) return 7;
    return std::nullopt;
}

}  // namespace

std::optional<int> java_feature(std::string_view version) {
    const auto small = [](std::optional<std::uint64_t> number) -> std::optional<int> {
        if (!number || *number == 0 || *number > 9999) return std::nullopt;
        return static_cast<int>(*number);
    };
    Cursor cursor(version);
    const auto first = small(cursor.decimal());
    if (first == 1 && cursor.take(".")) return small(cursor.decimal());
    return first;
}

// OpenJDK 64-Bit Server VM version 17.0.21.0.3+1-1-Debian
// JDK 17.0.21
Expected<JavaVersion> parse_vm_version(std::string_view text, std::string_view document) {
    constexpr std::string_view between = " version ";
    JavaVersion java;
    std::string_view first_line;
    for (Lines lines(text); lines.next();) {
        const std::string_view line = trim(lines.line());
        if (first_line.empty()) first_line = line;
        if (const auto at = line.find(between); java.version.empty() && at != std::string_view::npos) {
            java.vm = trim(line.substr(0, at));
            java.version = trim(line.substr(at + between.size()));
        } else if (line.starts_with("JDK ") && java.jdk.empty()) {
            java.jdk = trim(line.substr(4));
        }
    }
    if (java.version.empty())
        return failure(std::string(document), "expected \"… VM version …\", found " + vm::quoted(first_line));
    const auto feature = java.jdk.empty() ? feature_of_vm_version(java.version) : java_feature(java.jdk);
    if (!feature)
        return failure(std::string(document), "expected the version of a JDK, found " +
                                                  vm::quoted(java.jdk.empty() ? java.version : java.jdk));
    java.feature = *feature;
    return java;
}

Expected<JavaVersion> parse_vm_banner(std::string_view text, std::string_view document) {
    const std::size_t open = text.find(" (");
    const std::size_t close = text.find(')', open);
    const std::size_t jre = text.find(" JRE (", close);
    const std::size_t end = text.find(')', jre);
    if (open == 0 || end == std::string_view::npos)
        return failure(std::string(document),
                       "expected \"… VM (…) for … JRE (…)\", found " + vm::quoted(text));
    JavaVersion java;
    java.vm = text.substr(0, open);
    java.version = text.substr(open + 2, close - open - 2);
    const std::string_view whole = text.substr(jre + 6, end - jre - 6);
    const auto feature = java_feature(whole);
    if (!feature)
        return failure(std::string(document), "expected the version of a JDK, found " + vm::quoted(whole));
    java.feature = *feature;
    // "17.0.15+6-Debian-1", "28-ea+18-1-Debian", "1.8.0_504-8u504-ga-1-b01": without the build.
    java.jdk = whole.substr(0, whole.find(whole.starts_with("1.") ? '-' : '+'));
    return java;
}

JvmOptions read_jvm_options(const std::vector<std::string_view>& options) {
    JvmOptions read;
    for (const std::string_view option : options) {
        if (option.starts_with("-XX:")) read_xx_flag(read, option.substr(4));
        if (option == "-Xrs") read.signals_reduced = true;
    }
    return read;
}

std::vector<std::string_view> split_joined_options(std::string_view line) {
    std::vector<std::string_view> options;
    std::size_t begin = 0;  // of the option that is being collected
    std::size_t end = 0;    // behind its last piece
    Cursor cursor(line);
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        const std::size_t at = line.size() - cursor.rest().size();
        const std::string_view piece = cursor.word();
        if (piece.front() == '-' && end > begin) {
            options.push_back(line.substr(begin, end - begin));
            begin = at;
        } else if (end == begin) {
            begin = at;
        }
        end = at + piece.size();
    }
    if (end > begin) options.push_back(line.substr(begin, end - begin));
    return options;
}

std::optional<JvmOptions> options_of_hsperfdata(const HsPerfData& perf) {
    const auto arguments = perf.text("java.rt.vmArgs");
    if (!arguments) return std::nullopt;
    std::vector<std::string> flags;
    const auto of_file = perf.text("java.rt.vmFlags");
    for (Cursor cursor(of_file ? std::string_view(*of_file) : std::string_view()); !cursor.at_end();
         cursor.skip_blanks()) {
        if (const std::string_view word = cursor.word(); !word.empty())
            flags.push_back("-XX:" + std::string(word));
    }
    std::vector<std::string_view> options(flags.begin(), flags.end());
    for (const std::string_view option : split_joined_options(*arguments)) options.push_back(option);
    return read_jvm_options(options);
}

JavaCommandLine read_java_cmdline(std::string_view cmdline) {
    std::vector<std::string_view> words;
    while (!cmdline.empty()) {
        const std::size_t end = std::min(cmdline.find('\0'), cmdline.size());
        words.push_back(cmdline.substr(0, end));
        cmdline.remove_prefix(std::min(end + 1, cmdline.size()));
    }
    return read_java_arguments(words);
}

JavaCommandLine read_java_arguments(const std::vector<std::string_view>& arguments) {
    JavaCommandLine found;
    bool first = true;
    bool value_follows = false;
    bool main_follows = false;
    for (const std::string_view word : arguments) {
        if (std::exchange(first, false) || std::exchange(value_follows, false)) continue;
        if (word.starts_with("@")) continue;  // a file of arguments, which the launcher reads in its place
        if (main_follows || !word.starts_with("-")) {
            found.main = word;
            break;
        }
        if (word.starts_with("--module=")) {
            found.main = word.substr(word.find('=') + 1);
            break;
        }
        main_follows = word == "-jar" || word == "-m" || word == "--module";
        if (main_follows) continue;
        found.options.push_back(word);
        value_follows = takes_next_word(word);
    }
    return found;
}

std::optional<std::string_view> gc_of_flag(std::string_view name) {
    for (const auto& [flag, gc] : collector_flags)
        if (flag == name) return gc;
    return std::nullopt;
}

std::string collector_name(std::string_view gc) {
    return std::string(gc == "Z" ? "ZGC" : gc);
}

std::optional<std::string> gc_of_policy_name(std::string_view policy) {
    if (policy == "GarbageFirst") return "G1";
    if (policy == "ParScav:MSC") return "Parallel";
    if (policy == "Copy:MSC") return "Serial";
    if (policy.ends_with(":CMS")) return "CMS";  // "ParNew:CMS", "Copy:CMS"
    return std::nullopt;
}

std::optional<std::string> gc_of_hsperfdata(const HsPerfData& perf) {
    if (const auto policy = perf.text("sun.gc.policy.name"))
        if (auto gc = gc_of_policy_name(*policy)) return gc;
    // "Z concurrent cycle pauses" (17), "ZGC minor collection pauses" (21, 25); "Shenandoah partial"; "G1
    // young collection pauses".
    bool has_collector = false;
    for (const char* counter :
         {"sun.gc.collector.0.name", "sun.gc.collector.1.name", "sun.gc.collector.2.name"}) {
        const auto name = perf.text(counter);
        if (!name) continue;
        has_collector = true;
        if (name->starts_with("Z ") || name->starts_with("ZGC ")) return "Z";
        if (name->starts_with("Shenandoah")) return "Shenandoah";
        if (name->starts_with("G1 ")) return "G1";
    }
    // Epsilon has one generation and nothing that collects.
    if (!has_collector && perf.text("sun.gc.generation.1.name") == "Heap") return "Epsilon";
    return std::nullopt;
}

}  // namespace nmtx
