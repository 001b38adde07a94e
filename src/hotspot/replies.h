// Short replies of jcmd that say something about memory: VM.uptime, VM.flags, VM.command_line,
// System.trim_native_heap, VM.classloader_stats. Sources: HotSpot diagnosticCommand.cpp, trimCHeapDCmd.cpp,
// classLoaderStats.cpp.
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
    std::string date;  // "2026-11-22T20:16:28.906+0000", where "-date" was asked for
};
Expected<VmUptime> parse_vm_uptime(std::string_view text, std::string_view document = "VM.uptime");

// "-XX:MaxHeapSize=536870912", "-XX:+UseG1GC": name and value, "true" and "false" for switches. Also the
// lines of "VM.flags -all" and of "[Global flags]" in hs_err logs, and the options of a command line.
struct VmFlag {
    std::string_view name;   // "MaxHeapSize"; points into the text
    std::string_view value;  // "536870912"; a size may have a letter behind it on a command line: "1g"
};
struct VmFlags {
    std::vector<VmFlag> flags;
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;  // the last one
    [[nodiscard]] std::optional<Bytes> size(std::string_view name) const;             // "1g" as well
};
Expected<VmFlags> parse_vm_flags(std::string_view text, std::string_view document = "VM.flags");

struct VmCommandLine {
    std::string jvm_arguments;  // joined by blanks, without quotes; empty where there are none
    std::string java_command;
};
Expected<VmCommandLine> parse_vm_command_line(std::string_view text,
                                              std::string_view document = "VM.command_line");

// "Trim native heap: RSS+Swap: 187M->180M (-7012K)"
struct NativeHeapTrim {
    Bytes before, after;  // RSS and swap; of 11 RSS alone
};
Expected<NativeHeapTrim> parse_trim_native_heap(std::string_view text,
                                                std::string_view document = "System.trim_native_heap");

struct ClassLoaderStats {
    std::size_t loaders = 0;  // rows
    std::optional<std::uint64_t> total_loaders, classes;
    std::optional<Bytes> chunks, blocks;  // of metaspace: taken, and used of it
    // Loaders of one class each, as reflection and generated proxies make:
    // "jdk.internal.reflect.DelegatingClassLoader"
    std::size_t with_one_class = 0;
    NotUnderstood not_understood;
};
Expected<ClassLoaderStats> parse_classloader_stats(std::string_view text,
                                                   std::string_view document = "VM.classloader_stats");

// Why a text of another JVM cannot be read: an OpenJ9 javacore. Nothing where it is none.
std::optional<Error> javacore_refusal(std::string_view text, std::string_view document = "javacore");

}  // namespace nmtx
