// Runs the cases of this folder, NAME.case, with the nmtx of the same build.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cases/case_file.h"
#include "catch.h"
#include "paths.h"
#include "platform/child.h"
#include "valid_json.h"

using nmtx::test::Case;
using nmtx::test::CaseRun;
using nmtx::test::Expectation;
using nmtx::test::read_case;
using nmtx::test::read_text;
using nmtx::test::TemporaryDirectory;
using nmtx::test::Wanted;

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> case_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(nmtx::test::source_dir() + "/tests/cases")) {
        if (entry.path().extension() == ".case") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

bool is_program(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (::access((folder + "/" + name).c_str(), X_OK) == 0) return true;
    }
    return false;
}

// What this machine has not got; nothing where the case can run. A word that is no requirement is a mistake
// of the case.
std::optional<std::string> lacking(const Case& one) {
    for (const std::string& required : one.required) {
        if (required == "java") {
            const bool targets = fs::exists(nmtx::test::binary_dir() + "/targets/Target.class");
            if (!is_program("java") || !targets) return "there is no java, or none of the programs for it";
        } else if (required == "root") {
            if (::geteuid() != 0) return "it needs root";
        } else {
            FAIL_CHECK(one.file.filename().string() << ": unknown requirement '" << required << "'");
        }
    }
    return std::nullopt;
}

// The leak sanitizer would need what nmtx takes away from itself.
void set_environment(const Case& one) {
    const char* const given = std::getenv("ASAN_OPTIONS");
    const std::string options = std::string(given == nullptr ? "" : given) + ":detect_leaks=0";
    ::setenv("ASAN_OPTIONS", options.c_str(), 1);
    for (const char* name : {"COLUMNS", "NO_COLOR", "CLICOLOR_FORCE"}) ::unsetenv(name);
    for (const auto& [name, value] : one.variables) ::setenv(name.c_str(), value.c_str(), 1);
}

void open_as(const std::string& file, int flags, int descriptor) {
    const int opened = ::open(file.c_str(), flags, 0600);
    if (opened < 0 || ::dup2(opened, descriptor) < 0) ::_exit(126);
}

struct Outcome {
    int status = -1;
    std::string out, err;
};

Outcome outcome_of(const Case& one, const CaseRun& run, const TemporaryDirectory& place) {
    const std::string out = place / "stdout of the run", err = place / "stderr of the run";
    const pid_t child = ::fork();
    if (child == 0) {
        set_environment(one);
        open_as(run.input, O_RDONLY, STDIN_FILENO);
        open_as(out, O_CREAT | O_TRUNC | O_WRONLY, STDOUT_FILENO);
        open_as(err, O_CREAT | O_TRUNC | O_WRONLY, STDERR_FILENO);
        std::string program = NMTX_PROGRAM;
        std::vector<std::string> arguments = run.arguments;
        std::vector<char*> argv{program.data()};
        for (std::string& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        ::execv(program.c_str(), argv.data());
        ::_exit(127);
    }
    constexpr auto longest = std::chrono::minutes(3);
    const auto deadline = std::chrono::steady_clock::now() + longest;
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > deadline) {
            ::kill(child, SIGKILL);
            ::waitpid(child, &status, 0);
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_text(out), read_text(err)};
}

std::string shortened(const std::string& text) {
    constexpr std::size_t most = 6000;
    return text.size() <= most ? text : text.substr(0, most) + "\n[cut here]\n";
}

std::string command_line(const CaseRun& run) {
    std::string line = "nmtx";
    for (const std::string& argument : run.arguments) line += " " + argument;
    return line;
}

// What --json prints is what docs/reference/nmtx.schema.json says, whatever the case expects.
std::string errors_of_json(const CaseRun& run, const Outcome& came) {
    if (std::ranges::find(run.arguments, "--json") == run.arguments.end() || came.out.empty()) return {};
    nmtx::test::JsonOutputs outputs;
    outputs.add(nmtx::test::definition_of(run.arguments), command_line(run), came.out);
    return outputs.errors();
}

void check_run(const Case& one, const CaseRun& run, const Outcome& came) {
    const auto place = [&](std::size_t line) {
        return one.file.filename().string() + ":" + std::to_string(line) + ": ";
    };
    INFO("what came on stderr:\n" << shortened(came.err));
    INFO("what came on stdout:\n" << shortened(came.out));
    INFO(command_line(run));
    if (came.status != run.status)
        FAIL_CHECK(place(run.line) << "expected exit status " << run.status << ", came " << came.status);
    for (const char* fault : {"runtime error:", "AddressSanitizer", "terminate called"}) {
        if (came.err.find(fault) != std::string::npos) FAIL_CHECK(place(run.line) << "came " << fault);
    }
    if (const std::string errors = errors_of_json(run, came); !errors.empty())
        FAIL_CHECK(place(run.line) << errors);
    for (const Expectation& expected : run.expectations) {
        const bool in_out = expected.wanted == Wanted::in_out || expected.wanted == Wanted::not_in_out;
        const bool wanted = expected.wanted == Wanted::in_out || expected.wanted == Wanted::in_err;
        const bool found = (in_out ? came.out : came.err).find(expected.words) != std::string::npos;
        if (found == wanted) {
            CHECK(found == wanted);
        } else {
            FAIL_CHECK(place(expected.line) << "expected " << (wanted ? "" : "not ") << "on "
                                            << (in_out ? "stdout" : "stderr") << ": " << expected.words);
        }
    }
}

}  // namespace

TEST_CASE("cases: every file says what it is, what is run and what is expected, and no two are alike") {
    std::set<std::string> names;
    const TemporaryDirectory place;
    for (const fs::path& file : case_files()) {
        const Case one = read_case(file, place.path().string());
        for (const std::string& mistake : one.mistakes) FAIL_CHECK(mistake);
        INFO(file.filename().string());
        CHECK(names.insert(one.name).second);
    }
    CHECK(names.size() >= 25);
}

TEST_CASE("cases: nmtx does what each file expects") {
    std::size_t ran = 0;
    std::vector<std::string> skipped;
    for (const fs::path& file : case_files()) {
        const TemporaryDirectory place;
        const Case one = read_case(file, place.path().string());
        if (const auto why = lacking(one)) {
            skipped.push_back(file.filename().string() + ": " + *why);
            continue;
        }
        INFO(one.name);
        for (const auto& [from, to] : one.copies) fs::copy_file(from, to);
        for (const CaseRun& run : one.runs) check_run(one, run, outcome_of(one, run, place));
        ++ran;
    }
    std::cout << ran << " cases ran, " << skipped.size() << " were skipped\n";
    for (const std::string& line : skipped) std::cout << "skipped " << line << "\n";
    CHECK(ran + skipped.size() == case_files().size());
}

TEST_CASE("cases: a mistake in a file is told with its line, and is no test that passes") {
    const TemporaryDirectory place;
    const std::string file = place / "made.case";
    nmtx::test::write_text(file,
                           "NAME made\n"
                           "EXPECT something\n"
                           "RUN --version\n"
                           "EXPEKT nmtx\n"
                           "EXIT one\n"
                           "RUN \"open\n"
                           "EXPECT\n");
    const Case one = read_case(file, place.path().string());
    CHECK(one.mistakes == std::vector<std::string>{
                              "made.case:2: no RUN stands above 'EXPECT'",
                              "made.case:4: unknown word 'EXPEKT'",
                              "made.case:5: EXIT takes a number",
                              "made.case:6: a double quote is open",
                              "made.case:7: EXPECT has nothing behind it",
                              "made.case:3: nothing is expected of this RUN",
                              "made.case:6: nothing is expected of this RUN",
                          });
}
