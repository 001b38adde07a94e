// The arrows of the house: the floor plan in docs/architecture.md is what the includes are held to, and the
// pure side stays pure.
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
    std::string file;  // below the checkout: "src/kernel/status.cc"
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

// "findings/rules" of "findings/rules/rules.h" and of "src/findings/rules/rules.cc".
std::string folder_of(std::string path) {
    if (path.rfind("src/", 0) == 0) path.erase(0, 4);
    return path.substr(0, path.rfind('/'));
}

std::string room_of(const std::string& folder) {
    return folder.substr(0, folder.find('/'));
}

std::vector<std::string> cells_of(const std::string& row) {
    std::vector<std::string> cells;
    std::istringstream in(row.substr(1));
    for (std::string cell; std::getline(in, cell, '|');) {
        const auto first = cell.find_first_not_of(" `");
        const auto last = cell.find_last_not_of(" `");
        cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
    }
    return cells;
}

// A row of the floor plan: "| `findings/rules` | findings, findings/figures | what is in it |". A room of its
// own line names other rooms, with all their folders; the line of a folder names folders of its room.
using FloorPlan = std::map<std::string, std::set<std::string>>;

FloorPlan floor_plan() {
    std::ifstream in(fs::path(nmtx::test::source_dir()) / "docs" / "architecture.md");
    FloorPlan plan;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.rfind("| folder |", 0) == 0) {
            inside = true;
            std::getline(in, line);
            continue;
        }
        if (!inside || line.rfind("| ", 0) != 0) {
            inside = false;
            continue;
        }
        const auto cells = cells_of(line);
        REQUIRE(cells.size() >= 3);
        CHECK(!cells[2].empty());
        std::set<std::string>& names = plan[cells[0]];
        std::istringstream list(cells[1]);
        for (std::string name; std::getline(list, name, ',');) {
            name.erase(0, name.find_first_not_of(' '));
            if (!name.empty() && name != "-") names.insert(name);
        }
    }
    return plan;
}

bool may_include(const FloorPlan& plan, const std::string& from, const std::string& to) {
    if (from == to) return true;
    const auto row = plan.find(from);
    if (row == plan.end()) return false;
    const auto room = plan.find(room_of(from));
    if (room_of(to) != room_of(from))
        return (room != plan.end() && room->second.count(room_of(to)) == 1) || row->second.count(to) == 1;
    return row->second.count(to) == 1;
}

std::set<std::string> folders_with_sources() {
    std::set<std::string> folders;
    for (const char* top : {"src", "platform"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(nmtx::test::source_dir()) / top)) {
            const std::string extension = entry.path().extension().string();
            if (extension == ".h" || extension == ".cc")
                folders.insert(folder_of(fs::relative(entry.path(), nmtx::test::source_dir()).string()));
        }
    }
    return folders;
}

// Is there a way back to `to` from one that it names?
bool leads_back(const FloorPlan& plan, const std::string& from, const std::string& to,
                std::set<std::string>& seen) {
    const auto row = plan.find(from);
    if (row == plan.end() || !seen.insert(from).second) return false;
    return std::any_of(row->second.begin(), row->second.end(), [&](const std::string& next) {
        return next == to || leads_back(plan, next, to, seen);
    });
}

}  // namespace

TEST_CASE("house: a folder includes only what its line of the floor plan names") {
    const FloorPlan plan = floor_plan();
    std::size_t seen = 0;
    for (const char* top : {"src", "platform"}) {
        for (const Include& include : includes_below(fs::path(nmtx::test::source_dir()) / top)) {
            if (include.angle) continue;
            ++seen;
            INFO(include.file << " includes " << include.name);
            CHECK(may_include(plan, folder_of(include.file), folder_of(include.name)));
        }
    }
    CHECK(seen > 1000);
}

TEST_CASE("house: every folder has a line in the floor plan, every line has a folder, and none is a circle") {
    const FloorPlan plan = floor_plan();
    const std::set<std::string> folders = folders_with_sources();
    for (const std::string& folder : folders) {
        INFO(folder << " has no line in docs/architecture.md");
        CHECK(plan.count(folder) == 1);
    }
    for (const auto& [folder, names] : plan) {
        INFO(folder);
        // A room that has folders alone still has a line, which names the rooms that all of them may include.
        const auto below = folders.lower_bound(folder + "/");
        CHECK((folders.count(folder) == 1 || (below != folders.end() && below->rfind(folder + "/", 0) == 0)));
        std::set<std::string> passed;
        CHECK_FALSE(leads_back(plan, folder, folder, passed));
    }
}

TEST_CASE("house: a folder has at most 30 sources, a file at most 350 lines") {
    std::map<std::string, std::size_t> sources;
    for (const char* top : {"src", "platform"}) {
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(nmtx::test::source_dir()) / top)) {
            const std::string extension = entry.path().extension().string();
            if (extension != ".h" && extension != ".cc") continue;
            const std::string name = fs::relative(entry.path(), nmtx::test::source_dir()).string();
            if (extension == ".cc") ++sources[folder_of(name)];
            std::ifstream in(entry.path());
            std::size_t lines = 0;
            for (std::string line; std::getline(in, line);) ++lines;
            INFO(name);
            CHECK(lines <= 350);
        }
    }
    for (const auto& [folder, count] : sources) {
        INFO(folder);
        CHECK(count <= 30);
    }
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
