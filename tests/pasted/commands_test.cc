#include <utility>
#include <vector>

#include "catch.h"
#include "pasted/kinds/kinds.h"

using namespace nmtx;

TEST_CASE("commands: the process that a command is about, and no other number of it") {
    const std::vector<std::pair<const char*, std::uint64_t>> commands{{"top -b -n 1 -H -p 4711", 4711},
                                                                      {"top -Hp 4711", 4711},
                                                                      {"top -b -n 1", 0},
                                                                      {"top -d 5", 0},
                                                                      {"top -p4711 -b -n1", 4711},
                                                                      {"top -b -n 1 -p 4711,4712", 0},
                                                                      {"ps -o rss,cmd 27477", 27477},
                                                                      {"ps -p 27477 -o rss", 27477},
                                                                      {"ps -fp 27477", 27477},
                                                                      {"ps -u 1000 -o rss,cmd", 0},
                                                                      {"ps aux | head -5", 0},
                                                                      {"ps --pid=9 -o rss", 9},
                                                                      {"jcmd 4711 VM.flags", 4711},
                                                                      {"jstat -gc 4711 1000 5", 4711},
                                                                      {"jstat -gcutil -h 10 4711", 4711},
                                                                      {"pmap -x 4711", 4711},
                                                                      {"cat /proc/4711/smaps", 4711},
                                                                      {"jstack -l 4711 > x", 4711}};
    for (const auto& [command, pid] : commands) {
        CAPTURE(command);
        CHECK(pid_in_command(command) == pid);
    }
}
