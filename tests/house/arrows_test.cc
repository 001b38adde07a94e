// The arrows of the house: which room may include which, and that the pure side stays pure.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "paths.h"

namespace {

namespace fs = std::filesystem;

struct Include {
    std::string file;
    std::string name;
    bool angle = false;
};

std::vector<Include> includes_below(const fs::path& folder) {
    std::vector<Include> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".h" && extension != ".cc") continue;
        std::ifstream in(entry.path());
        for (std::string line; std::getline(in, line);) {
            const auto at = line.find("#include");
            if (at != 0) continue;
            const auto open = line.find_first_of("\"<");
            const auto close = line.find_last_of("\">");
            if (open == std::string::npos || close <= open) continue;
            found.push_back({fs::relative(entry.path(), nmtx::test::source_dir()).string(),
                             line.substr(open + 1, close - open - 1), line[open] == '<'});
        }
    }
    return found;
}

const std::map<std::string, std::set<std::string>> may_include{
    {"base", {"base"}},
    {"kernel", {"base", "kernel"}},
    {"hotspot", {"base", "hotspot"}},
    {"allocator", {"base", "allocator"}},
    {"evidence", {"base", "hotspot", "evidence"}},
    {"process", {"base", "kernel", "hotspot", "allocator", "evidence", "process"}},
    {"redaction", {"base", "kernel", "hotspot", "allocator", "evidence", "process", "redaction"}},
    {"ledger", {"base", "kernel", "hotspot", "allocator", "evidence", "process", "ledger"}},
    {"threads", {"base", "kernel", "hotspot", "allocator", "evidence", "process", "ledger", "threads"}},
    {"change",
     {"base", "kernel", "hotspot", "allocator", "evidence", "process", "ledger", "threads", "change"}},
    {"findings",
     {"base", "kernel", "hotspot", "allocator", "evidence", "process", "ledger", "threads", "change",
      "findings"}},
    {"pasted", {"base", "kernel", "hotspot", "allocator", "evidence", "process", "pasted"}},
    {"report",
     {"base", "kernel", "hotspot", "allocator", "evidence", "process", "ledger", "threads", "change",
      "findings", "pasted", "report"}},
    {"cli", {"base", "evidence", "process", "ledger", "threads", "change", "report", "cli"}},
};

}  // namespace

TEST_CASE("house: a room of src includes only the rooms that its line names") {
    std::size_t seen = 0;
    for (const auto& [room, allowed] : may_include) {
        for (const Include& include : includes_below(fs::path(nmtx::test::source_dir()) / "src" / room)) {
            if (include.angle) continue;
            ++seen;
            INFO(include.file << " includes " << include.name);
            CHECK(allowed.count(include.name.substr(0, include.name.find('/'))) == 1);
        }
    }
    CHECK(seen > 50);
}

TEST_CASE("house: src makes no system call, so it includes no header that offers one") {
    const std::set<std::string> standard_io{
        "fstream", "iostream",   "cstdio",        "stdio.h",     "filesystem", "thread",
        "ctime",   "time.h",     "unistd.h",      "fcntl.h",     "signal.h",   "csignal",
        "cstdlib", "sys/mman.h", "sys/ptrace.h",  "sys/ioctl.h", "sys/stat.h", "sys/socket.h",
        "random",  "future",     "sys/syscall.h", "sys/types.h"};
    for (const Include& include : includes_below(fs::path(nmtx::test::source_dir()) / "src")) {
        INFO(include.file << " includes " << include.name);
        CHECK(standard_io.count(include.name) == 0);
        CHECK(include.name.rfind("platform/", 0) != 0);
    }
}

TEST_CASE("house: platform knows captures and formats, not what they mean") {
    const std::set<std::string> allowed{"base", "evidence", "kernel", "platform"};
    // A record holds ledgers over time.
    const std::set<std::string> allowed_to_records{"base",   "evidence", "process",
                                                   "ledger", "change",   "platform"};
    for (const Include& include : includes_below(fs::path(nmtx::test::source_dir()) / "platform")) {
        // The programs themselves join both sides.
        const bool program = include.file == "platform/main.cc" || include.file.rfind("platform/run", 0) == 0;
        if (include.angle || program) continue;
        INFO(include.file << " includes " << include.name);
        const bool record = include.file.rfind("platform/record", 0) == 0;
        CHECK((record ? allowed_to_records : allowed).count(include.name.substr(0, include.name.find('/'))) ==
              1);
    }
}
