#include "hotspot/hs_err/hs_err_memory.h"

#include "base/cursor.h"
#include "hotspot/vm_text.h"

namespace nmtx::vm {
namespace {

constexpr std::size_t most_lines = 100;

// The size behind `before`, wherever in the line it stands.
std::optional<Bytes> size_behind(std::string_view line, std::string_view before) {
    const std::size_t at = line.find(before);
    if (at == std::string_view::npos) return std::nullopt;
    Cursor cursor(line.substr(at + before.size()));
    return take_size(cursor);
}

// "351632 k"; bytes without a unit before 11.0.x. Not "unlimited", "not supported", "-1".
std::optional<Bytes> container_size(std::string_view value) {
    Cursor cursor(value);
    const auto number = cursor.decimal();
    if (!number) return std::nullopt;
    cursor.skip_blanks();
    if (cursor.at_end()) return Bytes(*number);
    if (cursor.rest() == "k" || cursor.rest() == "kB") return kib(*number);
    return std::nullopt;
}

}  // namespace

// Virtual Size: 2856600K (peak: 2907768K)
// Resident Set Size: 48788K (peak: 48788K) (anon: 26140K, file: 22648K, shmem: 0K)
// Swapped out: 0K
bool read_process_memory(std::string_view line, HsErrProcessMemory& memory) {
    if (line.starts_with("Virtual Size:")) {
        memory.virtual_size = size_behind(line, "Size: ");
        memory.virtual_peak = size_behind(line, "(peak: ");
    } else if (line.starts_with("Resident Set Size:")) {
        memory.resident = size_behind(line, "Size: ");
        memory.resident_peak = size_behind(line, "(peak: ");
        memory.resident_anon = size_behind(line, "(anon: ");
        memory.resident_file = size_behind(line, ", file: ");
        memory.resident_shmem = size_behind(line, ", shmem: ");
    } else if (line.starts_with("Swapped out:")) {
        memory.swapped = size_behind(line, "out: ");
    } else {
        return false;
    }
    return true;
}

// container (cgroup) information:
// container_type: cgroupv1
// memory_limit_in_bytes: unlimited
// memory_usage_in_bytes: 351632 k
// current number of tasks: 124
bool read_container(std::string_view line, std::optional<HsErrContainer>& container) {
    if (line.starts_with("container (cgroup) information:")) return true;
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return false;
    if (!container) container.emplace();
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 2));
    if (container->lines.size() < most_lines) container->lines.emplace_back(name, value);
    if (name == "container_type") container->type = value;
    if (name == "memory_limit_in_bytes") {
        container->memory_limit = container_size(value);
        container->memory_unlimited = value == "unlimited" || value == "-1";
    }
    if (name == "memory_usage_in_bytes") container->memory_usage = container_size(value);
    if (name == "memory_max_usage_in_bytes") container->memory_max_usage = container_size(value);
    if (name == "current number of tasks") container->tasks = Cursor(value).decimal();
    return true;
}

}  // namespace nmtx::vm
