// Memory figures of container tools: `docker stats` (podman's too) and `kubectl top pod`, `oc adm top pod`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/not_understood.h"
#include "kernel/human_size.h"

namespace nmtx {

struct ContainerStats {
    std::string_view id;    // empty in kubectl's
    std::string_view name;  // absent in old releases of docker
    // docker: what is charged without the inactive page cache (usage - inactive_file; `docker stats`, source
    // docker/cli calculateMemUsageUnixNoCache). kubectl: the working set. Neither is RSS.
    HumanSize usage;
    std::optional<HumanSize> limit;  // the machine's memory where no limit is set
    std::optional<double> cpu_percent, memory_percent;
    std::optional<std::uint64_t> pids;  // threads
    bool kubectl = false;
};

struct ContainerTable {
    std::vector<ContainerStats> rows;
    NotUnderstood not_understood;
};
// Is the line the heading of such a table?
bool is_container_heading(std::string_view line);
// Fails where no row can be read. docker's rows are recognised by "461MiB / 9.744GiB" without a heading too.
Expected<ContainerTable> parse_container_stats(std::string_view text,
                                               std::string_view document = "docker stats");

}  // namespace nmtx
