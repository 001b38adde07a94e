// A real JVM that runs the target program (fixtures/targets), and nmtx run against it as a user would.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace nmtx::live {

// One JDK to test on, from a line FEATURE|CHROOT|JAVA of NMTX_JDKS.
struct Jdk {
    int feature = 0;
    std::string chroot;  // empty: this machine's own
    std::string java;
    std::vector<std::string> before;  // words that its command line begins with, as env or unshare
};
// The JDK whose feature release NMTX_LIVE_FEATURE names, or the first line. Throws where there is none: a
// test that finds no JVM has failed.
Jdk jdk_under_test();
// How its java is called; options follow.
std::vector<std::string> java_command(const Jdk& jdk);

// The folder of the target's classes and libraries as the JVM sees it: in a chroot they are copied to one
// there.
std::string targets_for(const Jdk& jdk);

// What a program printed and how it ended.
struct Outcome {
    int exit_code = -1;
    std::string out;
    std::string err;
};
// Runs a program to its end with `input` as its standard input.
Outcome run(const std::vector<std::string>& command, const std::string& input = {});

// The nmtx under test with these arguments: what to run, and what it printed.
std::vector<std::string> nmtx_command(const std::vector<std::string>& arguments);
Outcome run_nmtx(const std::vector<std::string>& arguments);
// The same, killed when it has run for so long. Did it still run then?
bool kill_nmtx_after(const std::vector<std::string>& arguments, std::chrono::milliseconds time);
// The same in the background, with nothing to read and its output thrown away; the caller waits for it.
pid_t start_nmtx(const std::vector<std::string>& arguments);
// As run_nmtx, parsed as JSON; throws with what it printed where it failed.
nlohmann::json nmtx_json(const std::vector<std::string>& arguments);

// A folder of our own that goes with the test.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// Runs until destroyed: then its input ends, it must exit with 0 within 20 s, or the test has failed.
class LiveJvm {
  public:
    // Throws where it does not come up. `main` is a class of fixtures/targets.
    LiveJvm(const Jdk& jdk, const std::vector<std::string>& options,
            const std::vector<std::string>& target_arguments, const std::string& main = "Target");
    ~LiveJvm();
    LiveJvm(const LiveJvm&) = delete;
    LiveJvm& operator=(const LiveJvm&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] std::string pid_text() const { return std::to_string(pid_); }
    // Makes the target take more ("direct=16"), and returns what it says that it took. Throws where it does
    // not answer.
    std::map<std::string, std::uint64_t> take(const std::string& more);
    // Everything that it has printed so far on its standard output.
    [[nodiscard]] const std::string& printed();
    // What the target says of itself; 0 where it says nothing.
    [[nodiscard]] std::uint64_t truth(const std::string& key) const;
    [[nodiscard]] bool alive() const;

  private:
    pid_t pid_ = -1;
    int stdin_ = -1;
    int stdout_ = -1;
    std::string printed_;
    std::map<std::string, std::uint64_t> truth_;
};

struct Collector {
    const char* name;
    std::vector<std::string> options;
};
// Does this JDK have the collector? Asks the JVM itself.
bool has_gc(const Jdk& jdk, const std::vector<std::string>& options);

}  // namespace nmtx::live
