// Joins cgroup files that were pasted one by one, by container and snapshot.
#include <algorithm>
#include <array>

#include "base/cursor.h"
#include "base/lines.h"
#include "pasted/join/join.h"

namespace nmtx {
namespace {

using Amount = std::optional<Bytes> CgroupMemory::*;
constexpr std::array<Amount, 12> amounts{
    &CgroupMemory::limit, &CgroupMemory::current, &CgroupMemory::peak,        &CgroupMemory::swap_current,
    &CgroupMemory::anon,  &CgroupMemory::file,    &CgroupMemory::active_file, &CgroupMemory::inactive_file,
    &CgroupMemory::shmem, &CgroupMemory::kernel,  &CgroupMemory::pagetables,  &CgroupMemory::sock};

// "/kubepods/pod7" of "/sys/fs/cgroup/memory/kubepods/pod7/memory.stat".
std::string_view directory_in(std::string_view text) {
    constexpr std::string_view mount = "/sys/fs/cgroup";
    const std::size_t at = text.find(mount);
    if (at == std::string_view::npos) return {};
    std::string_view path = text.substr(at + mount.size());
    path = path.substr(0, path.find_first_of(" :;|\"'"));
    const std::size_t file = path.rfind("/memory.");
    if (file == std::string_view::npos) return {};
    path = path.substr(0, file);
    if (path.starts_with("/memory")) path.remove_prefix(7);
    return path;
}

// "web" of "kubectl exec -it web -- cat /sys/fs/cgroup/memory.max", "docker exec web cat …".
std::string_view target_in(std::string_view command) {
    constexpr std::string_view exec = " exec ";
    const std::size_t at = command.find(exec);
    if (at == std::string_view::npos) return {};
    Cursor cursor(command.substr(at + exec.size()));
    for (cursor.skip_blanks(); !cursor.at_end(); cursor.skip_blanks()) {
        const std::string_view word = cursor.word();
        const bool value_follows =
            word == "-n" || word == "--namespace" || word == "-u" || word == "-e" || word == "-w";
        if (value_follows) {
            cursor.skip_blanks();
            cursor.word();
        } else if (!word.starts_with('-')) {
            return word;
        }
    }
    return {};
}

std::string name_of_container(const PastedPart& part) {
    std::string name(target_in(part.part.command));
    std::string_view directory = directory_in(part.part.command);
    for (Lines lines(*part.text); directory.empty() && lines.next() && lines.number() < 8;)
        directory = directory_in(lines.line());
    if (!directory.empty()) name += (name.empty() ? "" : ":") + std::string(directory);
    return name;
}

// No figure has two values.
bool agree(const CgroupMemory& a, const CgroupMemory& b) {
    return std::all_of(amounts.begin(), amounts.end(), [&](Amount amount) {
        return amount == &CgroupMemory::limit || !(a.*amount) || !(b.*amount) || *(a.*amount) == *(b.*amount);
    });
}

void add(CgroupMemory& all, const CgroupMemory& more) {
    for (const Amount amount : amounts) {
        if (!(all.*amount)) all.*amount = more.*amount;
    }
    if (more.limit) all.limit = std::min(*all.limit, *more.limit);
    if (!all.oom_kills) all.oom_kills = more.oom_kills;
    if (!all.limit_hits) all.limit_hits = more.limit_hits;
    if (more.version == 1) all.version = 1;
}

}  // namespace

std::vector<PastedContainer> containers_of(const Pasted& pasted) {
    std::vector<PastedContainer> containers;
    for (const PastedText& text : pasted.texts) {
        for (const PastedPart& part : text.parts) {
            const auto* memory = std::get_if<CgroupMemory>(&part.contents);
            if (memory == nullptr) continue;
            std::string name = name_of_container(part);
            // The latest with that name: a different one is from a later snapshot.
            const auto last = std::find_if(containers.rbegin(), containers.rend(),
                                           [&](const PastedContainer& c) { return c.name == name; });
            if (last != containers.rend() && agree(last->memory, *memory)) {
                add(last->memory, *memory);
            } else {
                containers.push_back({std::move(name), *memory});
            }
        }
    }
    return containers;
}

bool are_of_one(const std::vector<PastedContainer>& containers) {
    return std::all_of(containers.begin(), containers.end(),
                       [&](const PastedContainer& other) { return other.name == containers.front().name; });
}

}  // namespace nmtx
