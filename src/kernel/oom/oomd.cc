#include "kernel/oom/oomd.h"

#include "base/cursor.h"

namespace nmtx {
namespace {

// "(8123456789) / total (8334567890)", bytes
bool read_use(Cursor& cursor, std::optional<Bytes>& used, std::optional<Bytes>& total) {
    if (!cursor.take("(")) return false;
    const auto first = cursor.decimal();
    if (!first || !cursor.take(") / total (")) return false;
    const auto second = cursor.decimal();
    if (!second || !cursor.take(")")) return false;
    used = Bytes(*first);
    total = Bytes(*second);
    return true;
}

}  // namespace

std::optional<OomdKill> read_oomd_kill(std::string_view line) {
    OomdKill kill;
    Cursor cursor(line);
    if (!cursor.take("Killed ")) return std::nullopt;
    const auto cgroup = cursor.until(" due to ");
    if (!cgroup) return std::nullopt;
    kill.cgroup = *cgroup;
    cursor.take(" due to ");
    if (cursor.take("memory pressure for ")) {
        kill.watched = cursor.word();
        if (cursor.take(" being ")) kill.pressure = cursor.word();
        if (cursor.take(" > ")) kill.pressure_limit = cursor.word();
        if (cursor.take(" for > ")) kill.duration = cursor.word();
        return kill;
    }
    if (cursor.take("memory used ")) {
        read_use(cursor, kill.memory_used, kill.memory_total);
        cursor.take(" and ");
    }
    if (cursor.take("swap used ")) read_use(cursor, kill.swap_used, kill.swap_total);
    return kill;
}

}  // namespace nmtx
