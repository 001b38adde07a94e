// Short replies of jcmd about memory: VM.uptime, VM.flags, VM.command_line, System.trim_native_heap,
// VM.classloader_stats. Sources: HotSpot diagnosticCommand.cpp, trimCHeapDCmd.cpp, classLoaderStats.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct VmUptime {
    double seconds = 0;
    std::string date;  // "2026-11-22T20:16:28.906+0000", with "-date"
};
Expected<VmUptime> parse_vm_uptime(std::string_view text, std::string_view document = "VM.uptime");

// "-XX:MaxHeapSize=536870912", "-XX:+UseG1GC": name and value, "true" and "false" for switches. Also the
// lines of "VM.flags -all" and of "[Global flags]" in hs_err logs, and the options of a command line.
struct VmFlag {
    std::string name;        // "MaxHeapSize"
    std::string value;       // "536870912"; a size may have a letter behind it on a command line: "1g"
    bool is_switch = false;  // "-XX:+UseG1GC"
    [[nodiscard]] std::string text() const;  // "-XX:MaxHeapSize=536870912"
};
struct VmFlags {
    std::vector<VmFlag> flags;
    // If a flag occurs twice, the last counts, as in HotSpot.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] bool is_on(std::string_view name) const;  // a switch, "+"
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;
    [[nodiscard]] std::optional<Bytes> size(std::string_view name) const;  // also "1g"
    // The same where -Xmx and -Xms (named "Xmx", "Xms") may have set the flag.
    [[nodiscard]] std::optional<Bytes> size_or_short(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> gc() const;  // "G1"
};
Expected<VmFlags> parse_vm_flags(std::string_view text, std::string_view document = "VM.flags");
// The same for given options, one each; options that are not JVM options are left out.
VmFlags flags_of_options(const std::vector<std::string_view>& options);

struct VmCommandLine {
    std::string jvm_arguments;  // joined by blanks, without quotes; empty where there are none
    std::string java_command;
};
Expected<VmCommandLine> parse_vm_command_line(std::string_view text,
                                              std::string_view document = "VM.command_line");

// "Trim native heap: RSS+Swap: 187M->180M (-7012K)"
struct NativeHeapTrim {
    Bytes before, after;  // RSS and swap; in 11 only RSS
};
Expected<NativeHeapTrim> parse_trim_native_heap(std::string_view text,
                                                std::string_view document = "System.trim_native_heap");

struct ClassLoaderStats {
    std::size_t loaders = 0;  // rows
    std::optional<std::uint64_t> total_loaders, classes;
    std::optional<Bytes> chunks, blocks;  // of metaspace: taken, and the used part
    // Loaders of one class each, which reflection and generated proxies create:
    // "jdk.internal.reflect.DelegatingClassLoader"
    std::size_t with_one_class = 0;
    NotUnderstood not_understood;
};
Expected<ClassLoaderStats> parse_classloader_stats(std::string_view text,
                                                   std::string_view document = "VM.classloader_stats");

// Why the text of another JVM (an OpenJ9 javacore) cannot be read. Nothing for any other text.
std::optional<Error> javacore_refusal(std::string_view text, std::string_view document = "javacore");

}  // namespace nmtx
