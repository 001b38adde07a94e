// What a JVM's memory says of its Java threads: the document "threads/java threads.json", ours. The JVM was
// not asked. docs/reference/formats/java-threads.md describes it.
//
//   {"format": 1,
//    "threads": [{"id": 17, "name": "main", "state": "TIMED_WAITING (sleeping)"},
//                {"id": 24, "name": "C2 CompilerThread0", "state": "RUNNABLE",
//                 "compiling": "com.acme.Ledger.post, level 4"},
//                {"id": 31}],
//    "names_missing": "its garbage collector moves objects while Java threads run"}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace nmtx {

struct JavaThreadEntry {
    std::uint64_t id = 0;             // in the target's own pid namespace
    std::optional<std::string> name;  // UTF-8; absent where it could not be read
    std::string state;                // Thread.State as Thread.print words it; empty where not known
    std::string compiling;            // method and level; of a compiler that works
};

struct JavaThreadList {
    std::vector<JavaThreadEntry> threads;  // ascending by id: all that the JVM lists
    std::string names_missing;             // why no name could be read; empty where names were
    [[nodiscard]] const JavaThreadEntry* find(std::uint64_t id) const;
    [[nodiscard]] std::size_t unnamed() const;
};

std::string format_java_threads(const JavaThreadList& list);
Expected<JavaThreadList> parse_java_threads(std::string_view text,
                                            std::string_view document = "java threads");

}  // namespace nmtx
