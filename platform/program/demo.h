// Our own JVM whose JNI code leaks a known number of bytes, for `nmtx demo`.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "ledger/ledger.h"

namespace nmtx {

// Runs from start() until it is destroyed: it ends when its standard input ends.
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
    // The figures that the JVM prints: leak_bytes, leak_blocks, …
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

// Compares the report with the target's own count of its allocations: "Check: …", one or two sentences.
std::string demo_check(const DemoJvm& jvm, const MallocUse& found);

// If standard input and output are a terminal: says that the JVM keeps running, and returns when Enter is
// pressed.
void keep_running(const DemoJvm& jvm);

}  // namespace nmtx
