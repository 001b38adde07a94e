// Compiler.memory: the peak memory of each JIT compilation (JDK 22 and later, with
// -XX:CompileCommand=MemStat or MemLimit). Format: HotSpot
// compiler/compilationMemoryStatistic.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/not_understood.h"

namespace nmtx {

struct CompilationMemory {
    Bytes peak;                 // sum of all its arenas; freed when the compilation ends
    std::string_view method;    // "java/util/HashMap::put((Ljava/lang/Object;…)…)"
    std::string_view compiler;  // "c1", "c2"
    std::string_view result;    // "ok", "oom": aborted at its limit, "err"; empty in JDK 22
    std::optional<Bytes> limit;
    std::optional<std::uint64_t> nodes;
    std::optional<double> time_s;  // since the JVM's start, when the compilation ended
};

struct CompilerMemory {
    bool disabled = false;                        // "Compilation memory statistics disabled."
    std::vector<CompilationMemory> compilations;  // in the order of the text, largest first
    NotUnderstood not_understood;
};

// "total     NA        RA        result  #nodes  limit   time    type  #rc thread  method"
bool is_compiler_memory_heading(std::string_view line);
// The heading's other lines: the title, the legend, sums, and the fields of the verbose form.
bool is_compiler_memory_line(std::string_view line);
// "c2    4053592   2044416 …   Churn::f((I)J)", "8594416   5012 … c2 1 0x00007f… Churn::f((I)J)"
bool is_compiler_memory_row(std::string_view line);
Expected<CompilerMemory> parse_compiler_memory(std::string_view text,
                                               std::string_view document = "Compiler.memory");

}  // namespace nmtx
