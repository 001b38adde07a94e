// `nmtx list`: the JVMs of a host, a line each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "process/process_view.h"
#include "report/style/style.h"

namespace nmtx {

// One process as it was found; nothing was asked of it.
struct JvmRow {
    std::uint64_t pid = 0;
    std::optional<std::uint64_t> container_pid;  // its pid in its own namespace, where that is another
    std::uint32_t uid = 0;
    std::string user;
    Vm vm = Vm::unknown;
    std::optional<Bytes> rss;
    std::string cmdline;              // NUL-separated, redacted; empty where unreadable
    std::optional<std::string> perf;  // the bytes of hsperfdata
    std::string note;                 // why something is not known
};

std::string text_list(const std::vector<JvmRow>& jvms, const TextStyle& style);
std::string json_list(const std::vector<JvmRow>& jvms);

}  // namespace nmtx
