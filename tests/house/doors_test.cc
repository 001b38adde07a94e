// Every place that opens a file is known, so that a file which a target can influence has one way in:
// platform/proc/target_root.h.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>

#include "catch.h"
#include "paths.h"

namespace {

namespace fs = std::filesystem;

struct Opener {
    std::size_t calls;
    const char* opens;
};

// What each file opens by itself. A new line here needs a name that no target can choose.
const std::map<std::string, Opener> may_open{
    {"target_root.cc", {8, "the door itself: the root, the working directory and what is below them"}},
    {"attach_handshake.cc", {2, "the trigger file, with the rights of the target's user"}},
    {"attach_keeper.cc", {2, "/dev/null"}},
    {"process_files.cc", {3, "/proc/PID and the kernel's files in it"}},
    {"kernel_documents.cc", {1, "/proc/PID/task/TID and files of the system"}},
    {"memory_gauge.cc", {1, "the kernel's files of a cgroup, in a directory held open"}},
    {"evidence_store.cc", {4, "the directory that the user names, and our folders in it"}},
    {"system_error.cc", {1, "status and uid_map of this process, status of /proc/PID"}},
    {"jvm_list.cc", {1, "the directory /proc"}},
    {"identity.cc", {1, "/etc/passwd of this host"}},
    {"container_names.cc", {1, "/var/log/containers, of this host"}},
    {"mapped_file.cc", {1, "/proc/self/maps"}},
    {"input_file.cc", {1, "files that the user names"}},
    {"output_file.cc", {4, "files that the user names, in directories held open"}},
    {"temporary_file.cc", {4, "directories that the user names, and our temporaries in them"}},
    {"followed_file.cc", {2, "a file that the user names, in a directory held open"}},
    {"output_place.cc", {2, "directories on the way to what the user names"}},
    {"record_vfs.cc", {1, "what lies beside a record, made anew"}},
    {"record_path.cc", {1, "records that the user names"}},
    {"record_file.cc", {2, "records that the user names"}},
    {"run_record.cc", {1, "records that the user names"}},
    {"confinement.cc", {4, "nothing: it names the calls that a filter lets through"}},
};

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string without_comments(const std::string& text) {
    static const std::regex comment("//[^\n]*");
    return std::regex_replace(text, comment, "");
}

// System calls and functions of the libraries that open a file by its name.
std::size_t opens_in(const std::string& text) {
    static const std::regex call(
        R"((::|\b)(open|open64|openat|creat|fopen|freopen|opendir|truncate|mkostemp)\s*\()"
        R"(|ifstream|ofstream|fstream|directory_iterator|SYS_open|openat2_number\s*,)"
        R"(|\bdwfl_linux_proc)");
    static const std::regex ours(
        R"((ProcessFiles|PageResidency|MemoryGauge|WatchedProcess|AttachClient|TerminalScreen|RecordStore)"
        R"(|RecordDatabase)::open\()");
    const std::string stripped = std::regex_replace(without_comments(text), ours, "");
    std::size_t count = 0;
    for (auto at = std::sregex_iterator(stripped.begin(), stripped.end(), call); at != std::sregex_iterator();
         ++at) {
        // "::open(" is the system's; a bare open( is a member of ours.
        if (at->str() != "open(") ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("house: files are opened in known places only, and those of a target through one door") {
    std::size_t seen = 0;
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(nmtx::test::source_dir()) / "platform")) {
        const std::string name = entry.path().filename().string();
        const auto known = may_open.find(name);
        INFO(name << " opens " << (known == may_open.end() ? "nothing that is known" : known->second.opens));
        const std::size_t calls = opens_in(text_of(entry.path()));
        CHECK(calls == (known == may_open.end() ? 0 : known->second.calls));
        seen += calls;
    }
    CHECK(seen >= may_open.size());
}

TEST_CASE(
    "house: what opens a target's root or working directory has no way of its own to open a file there") {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(nmtx::test::source_dir()) / "platform")) {
        const std::string name = entry.path().filename().string();
        const std::string text = without_comments(text_of(entry.path()));
        const bool names_root =
            text.find("\"root\"") != std::string::npos || text.find("/root") != std::string::npos ||
            text.find("\"cwd\"") != std::string::npos || text.find("/cwd") != std::string::npos;
        // It looks for them in a path that was refused, to say why.
        if (!names_root || name == "system_error.cc") continue;
        INFO(name << " names the target's root or working directory");
        CHECK((name == "attach_handshake.cc" || name == "cgroup_directory.cc" || name == "mapped_file.cc"));
        CHECK(text.find("platform/proc/target_root.h") != std::string::npos);
    }
}
