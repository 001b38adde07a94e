// A JVM of our own whose JNI code keeps a known number of bytes, for `nmtx demo`.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "ledger/ledger.h"

namespace nmtx {

// Runs from start() until it is destroyed: its standard input ends then, and it with it.
class DemoJvm {
  public:
    // Finds java (JAVA_HOME, then PATH) and the target's classes (beside the program, then
    // ../share/nmtx/targets), starts it and waits until its memory is in place. `arguments` are the target's
    // own ("threads=50").
    static Expected<DemoJvm> start(const std::vector<std::string>& arguments);

    DemoJvm(DemoJvm&& other) noexcept;
    DemoJvm& operator=(DemoJvm&&) = delete;
    DemoJvm(const DemoJvm&) = delete;
    DemoJvm& operator=(const DemoJvm&) = delete;
    ~DemoJvm();

    [[nodiscard]] std::uint64_t pid() const { return static_cast<std::uint64_t>(pid_); }
    // What the JVM says of itself: leak_bytes, leak_blocks, …
    [[nodiscard]] std::uint64_t truth(const std::string& key) const;
    [[nodiscard]] const std::string& command() const { return command_; }

  private:
    DemoJvm() = default;
    Expected<void> wait_until_ready();

    pid_t pid_ = -1;
    int stdin_ = -1;
    int stdout_ = -1;
    std::string command_;
    std::map<std::string, std::uint64_t> truth_;
};

// What the report found beside what the demo allocated, as the target counts it itself: "Check: …", one
// sentence or two.
std::string demo_check(const DemoJvm& jvm, const MallocUse& found);

// Where both ends are a terminal: says that the JVM runs on, and returns when Enter is pressed.
void keep_running(const DemoJvm& jvm);

}  // namespace nmtx
