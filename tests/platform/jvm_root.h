// The root directory of a JVM that believes to be pid 42, as AttachTarget wants to know it.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "platform/child.h"
#include "platform/jvm/attach.h"

namespace nmtx::test {

struct JvmRoot {
    TemporaryDirectory directory;
    JvmRoot() {
        std::filesystem::create_directory(directory.path() / "tmp");
        std::filesystem::create_directory(directory.path() / "cwd");
    }
    [[nodiscard]] AttachTarget target() const {
        return {42, ::geteuid(), ::getegid(), directory.path().string(), directory / "cwd"};
    }
    [[nodiscard]] std::string socket() const { return directory / "tmp/.java_pid42"; }
    [[nodiscard]] std::string trigger() const { return directory / "tmp/.attach_pid42"; }
    [[nodiscard]] std::string dump() const { return directory / "dump"; }
    [[nodiscard]] bool exists(const std::string& path) const { return std::filesystem::exists(path); }
    [[nodiscard]] bool trigger_left() const {
        return exists(trigger()) || exists(directory / "cwd/.attach_pid42");
    }
};

}  // namespace nmtx::test
